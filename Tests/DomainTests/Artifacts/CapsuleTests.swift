import BureauDomain
import Testing

@Suite("Evidence capsules")
struct CapsuleTests {
    private static func read(capsule: String? = nil, data: String? = nil, report: String? = nil, missing: [String] = [])
        -> EvidenceCapsule
    {
        CapsuleReader.read(
            kind: "seo-audit", capsule: capsule.map { Array($0.utf8) }, data: data.map { Array($0.utf8) },
            report: report.map { Array($0.utf8) }, missingFiles: missing)
    }

    @Test("A report's data gives its period, sources, score, findings, warnings and what was missing")
    func fromData() {
        let capsule = Self.read(
            data: """
                {"overall_score": 71, "coverage_percent": 92, "period": {"from": "2026-08-23", "to": "2026-11-21"},
                 "priorities": [{"priority": "P1", "title": "Fix the phone number"}],
                 "sources": [{"name": "Website", "url": "https://www.example.com", "retrieved_at": "2026-11-21"}, "A call"],
                 "key_figures": {"clicks": 1240, "share": "12 %"},
                 "warnings": ["2 of 24 directories could not be read."], "not_available": ["Search Console"]}
                """)
        #expect(capsule.period == ArtifactPeriod(from: "2026-08-23", to: "2026-11-21"))
        #expect(
            capsule.figures.map { "\($0.name)=\($0.value)" } == [
                "score=71 of 100", "clicks=1240", "share=12 %", "coverage=92 percent",
            ])
        #expect(capsule.findings == ["P1 Fix the phone number"])
        #expect(capsule.sources.map(\.name) == ["Website", "A call"])
        #expect(capsule.warnings == ["2 of 24 directories could not be read."] && capsule.missing == ["Search Console"])
    }

    @Test("What the session's own capsule says wins over its data, and the text fills what neither says")
    func order() {
        let capsule = Self.read(
            capsule:
                #"{"period": "2026-10", "warnings": ["From the capsule"], "key_figures": [{"name": "spend", "value": 900, "unit": "USD"}]}"#,
            data: #"{"period": "2026-09", "warnings": ["From the data"], "sources": ["GA4"]}"#,
            report: "Overall Score: 64/100\n\n- **P2** Add city pages\n")
        #expect(capsule.period?.key == "2026-10" && capsule.warnings == ["From the capsule"])
        #expect(capsule.sources.map(\.name) == ["GA4"])
        #expect(capsule.figures.map { "\($0.name)=\($0.value)" } == ["score=64 of 100", "spend=900 USD"])
    }

    @Test("A figure named like a credential is none, however the list is written")
    func secretFigure() {
        let capsule = Self.read(
            data: #"{"key_figures": [{"name": "api_token", "value": "plain"}, {"name": "clicks", "value": 12}]}"#)
        #expect(capsule.figures.map(\.name) == ["clicks"])
    }

    @Test("A file that never arrived is named as missing; bytes that are no JSON give an empty capsule and no error")
    func poor() {
        let capsule = Self.read(data: "{not json", missing: ["figures.csv"])
        #expect(capsule.missing == ["The file figures.csv never arrived."] && capsule.sources.isEmpty)
    }

    @Test("However much a session writes, a capsule stays small")
    func bounded() {
        let many = (0..<1_000).map { #""\#(String(repeating: "warning \($0) ", count: 100))""# }.joined(separator: ",")
        let capsule = Self.read(data: #"{"warnings": [\#(many)], "sources": [\#(many)]}"#)
        #expect(capsule.warnings.count == EvidenceCapsule.itemsMax)
        #expect(capsule.warnings.allSatisfy { $0.count <= EvidenceCapsule.textCharactersMax })
        #expect(capsule.document.canonical.utf8.count < 60_000)
    }

    @Test("A capsule reads back what it wrote")
    func roundTrip() throws {
        var capsule = EvidenceCapsule(kind: "seo-audit", period: ArtifactPeriod(month: "2026-10"))
        capsule.sources = [.init(name: "GA4", url: "https://example.com/a", retrievedAt: "2026-11-01")]
        capsule.figures = [.init(name: "clicks", value: "1240")]
        capsule.findings = ["P1 Fix it"]
        capsule.warnings = ["Careful"]
        capsule.missing = ["Search Console"]
        #expect(EvidenceCapsule(document: capsule.document) == capsule)
        #expect(EvidenceCapsule(document: ["kind": "seo-audit"]) == nil)
    }
}

@Suite("What must not travel on is taken out")
struct SanitiserTests {
    private static let secrets = [
        "sk-ant-canary7f3a91", "xoxb-canary-19aa3e", "pk_canary88d1e0", "ya29.canary-demo-token",
        "AKIACANARYDEMO123456", "eyJhbGciOiJIUzI1NiJ9.canary.demo", "1/1208000000000010:canarydemo0123456789",
        "2/1208000000000010/1209000000000011:canarydemo0123456789",
    ]

    @Test("A credential is found in a sentence, an address, quotes and JSON", arguments: secrets)
    func found(secret: String) {
        let texts = [
            "the key is \(secret).", "https://api.example.com/?t=\(secret)&x=1", "\"\(secret)\"", "(\(secret))", secret,
            "one \(secret) and \(secret) two", "key:\(secret)",
        ]
        for text in texts { #expect(!Sanitiser.clean(text).contains(secret), "\(text)") }
    }

    private static let introduced = [
        "Authorization: Bearer canary-demo-1234", "access_token=canary-demo-1234", "?API_KEY=canary-demo-1234&b=1",
        "password=canary-demo-1234",
        "-----BEGIN " + "PRIVATE KEY-----\ncanary-demo-1234\n-----END PRIVATE KEY-----\nafter",
        "-----BEGIN " + "RSA PRIVATE KEY-----\ncanary-demo-1234",
        "-----BEGIN " + "PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\nand\n-----BEGIN "
            + "PRIVATE KEY-----\ncanary-demo-1234\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN " + "PRIVATE KEY-----\ncanary-demo-1234",
        "The token: canary-demo-1234", "Their password is canary-demo-1234", "Password: canary-demo-1234",
        "the API key is canary-demo-1234, keep it", "hook secret: canary-demo-1234",
        "Authorization: Basic canary-demo-1234", "git clone https://ana:canary-demo-1234@git.example.com/site.git",
        "postgres://canary-demo-1234:x@db.example.com/agency and https://www.example.com",
    ]

    @Test("What follows a word that introduces a credential goes too", arguments: introduced)
    func afterIntroduction(text: String) { #expect(!Sanitiser.clean(text).contains("canary-demo-1234")) }

    private static let harmless = [
        "Score 71 of 100", "https://www.example.com/pages?id=7", "The task-skills page", "apk_files are listed",
        "Keys to success: answer reviews", "a token of thanks", "Basic packages cost more", "Übergröße – 東京",
        "-----BEGIN CERTIFICATE-----", "", "a token: something that opens a door", "The secret is patience",
        "Ratio 1/2: half of them", "Meet on 11/21: at noon", "Score 1/100000:12",
        "https://medium.example.com/@ana", "ana@example.com: see https://www.example.com/a:b@c",
        "ssh://git@example.com/a", "-----BEGIN CERTIFICATE-----\r\nwithout its PRIVATE KEY",
    ]

    @Test("Ordinary words stay as they are", arguments: harmless)
    func untouched(text: String) { #expect(Sanitiser.clean(text) == text) }

    @Test("Members named like a credential are left out, at any depth; figures about tokens stay")
    func members() throws {
        let json: JSONValue = [
            "api_key": "x", "nested": ["refreshToken": "y", "list": [["password": "z", "name": "kept"]]],
            "input_tokens": 12, "blob_key": "runs/1", "secret_key": "s", "signingKey": "t", "clientSecrets": ["u"],
            "passphrase": "v",
        ]
        #expect(Sanitiser.clean(json).canonical == #"{"input_tokens":12,"nested":{"list":[{"name":"kept"}]}}"#)
    }

    @Test("Cleaning is done once: what is clean stays the same", arguments: introduced + secrets + harmless)
    func again(text: String) { #expect(Sanitiser.clean(Sanitiser.clean(text)) == Sanitiser.clean(text)) }
}

@Suite("Parts of an artifact's file")
struct ArtifactSectionTests {
    private static let json =
        #"{"overall_score": 71, "modules": [{"title": "Profile", "api_key": "k"}], "note": "sk-ant-canary7f3a91"}"#
    private static let csv = "keyword,rank\nplumber,3\nroofer,9\npainter,12\n"
    private static let markdown =
        "# Audit\n\nintro\n\n## Top priorities\n\n- one\n\n### Detail\n\nmore\n\n## Warnings\n\n- two\n"

    /// As editors of another system save it.
    private static let windows = "\u{FEFF}" + markdown.replacing("\n", with: "\r\n")

    private static let good: [(String, String, String?, String)] = [
        ("a.json", json, nil, "Sections of a.json: overall_score, modules, note"),
        ("a.json", json, "overall_score", "71"),
        ("a.json", json, "modules.0.title", "\"Profile\""), ("a.json", json, "note", "\"[removed]\""),
        ("a.csv", csv, nil, "Columns of a.csv: keyword,rank\nRows: 1-3"), ("a.csv", csv, "2", "keyword,rank\nroofer,9"),
        ("a.csv", csv, "2-9", "keyword,rank\nroofer,9\npainter,12"),
        ("a.md", markdown, nil, "Sections of a.md: Audit · Top priorities · Detail · Warnings"),
        ("a.md", markdown, "top priorities", "## Top priorities\n\n- one\n\n### Detail\n\nmore\n"),
        ("a.md", markdown, "## Warnings", "## Warnings\n\n- two\n"),
        ("a.json", json, "  ", "Sections of a.json: overall_score, modules, note"),
        ("a.md", windows, nil, "Sections of a.md: Audit · Top priorities · Detail · Warnings"),
        ("a.md", windows, "top priorities", "## Top priorities\n\n- one\n\n### Detail\n\nmore\n"),
    ]

    @Test("A section is what it names, and without one the sections are told", arguments: good)
    func read(file: String, text: String, section: String?, expected: String) throws {
        #expect(try ArtifactSection.read(Array(text.utf8), file: file, section: section).text == expected)
    }

    private static let bad: [(String, String, String?, String)] = [
        ("a.json", json, "modules.7", "0 to 0"), ("a.json", json, "modules.0.api_key", "title"),
        ("a.json", "{", nil, "JSON"), ("a.csv", csv, "9", "rows 1-3"), ("a.csv", csv, "0-2", "rows 1-3"),
        ("a.csv", csv, "x", "rows 1-3"), ("a.csv", "", nil, "empty"), ("a.md", markdown, "Nothing", "Warnings"),
        ("a.exe", "MZ", nil, "Only .json"),
    ]

    @Test("What is not there is refused with what there is", arguments: bad)
    func refused(file: String, text: String, section: String?, says: String) {
        #expect {
            try ArtifactSection.read(Array(text.utf8), file: file, section: section)
        } throws: { "\($0)".contains(says) }
    }

    @Test("A section longer than the limit is cut, and says so")
    func cut() throws {
        let rows = "a\n" + (0..<5_000).map { "row \($0) \(String(repeating: "x", count: 80))\n" }.joined()
        let text = try ArtifactSection.read(Array(rows.utf8), file: "a.csv", section: "1-5000").text
        #expect(text.utf8.count < ArtifactSection.bytesMax + 200 && text.contains("cut here"))
    }
}
