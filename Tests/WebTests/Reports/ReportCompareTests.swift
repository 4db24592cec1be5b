import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Versions of a report, compared and taken away")
struct ReportCompareTests {
    private static let first = "01KAREP0000000000000000001", second = "01KAREP0000000000000000002"
    private static let place = "/reports/\(second)/compare"

    private static func furnish(_ server: Served) async throws {
        for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
        let old = [
            ("report.md", "text/markdown", "# Audit\n\nScore <b>71</b>.\n\nThe end.\n"),
            ("facts.json", "application/json", #"{"score":71,"same":true}"#),
            ("same.txt", "text/plain", "same"), ("gone.csv", "text/csv", "gone"), ("run.exe", "text/plain", "x"),
            ("plan-r1.html", "text/html", "<p>\nfirst\n</p>"),
        ]
        let new = [
            ("report.md", "text/markdown", "# Audit\n\nScore <b>74</b>.\n\nThe end.\n"),
            ("facts.json", "application/json", "{\n  \"score\": 71,\n  \"same\": true\n}\n"),
            ("same.txt", "text/plain", "same"), ("new.txt", "text/plain", "new"),
            ("plan-r2.html", "text/html", "<p>\nsecond\n</p>"),
        ]
        try await ReportSeed(id: first, state: "changes_asked", round: 1, files: old).put(into: server)
        try await ReportSeed(id: second, round: 2, files: new).put(into: server)
        try await ReportSeed(
            id: "01KAREP0000000000000000003", run: "01KARVN0000000000000000003", client: "plunkett"
        ).put(into: server)
    }

    private static let files: [(String, [String])] = [
        ("", ["1 line added, 1 removed", "Score &lt;b&gt;71&lt;/b&gt;.", "− removed", "+ added"]),
        ("&file=facts.json", ["It differs only in"]), ("&file=same.txt", ["byte for byte"]),
        ("&file=plan-r2.html", ["plan-r1.html → plan-r2.html", "first", "second"]),
        ("&file=gone.csv", ["Only the older version"]), ("&file=new.txt", ["Only the newer version"]),
    ]

    @Test("Two versions are compared file by file, and nothing in them is markup", arguments: files)
    func compare(file: String, says: [String]) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "vera", .viewer, clients: ["acme"])
            // Whichever of the two is open, the older one is what was there before.
            for (open, other) in [(Self.second, Self.first), (Self.first, Self.second)] {
                let page = try await browser.get("/reports/\(open)/compare?with=\(other)\(file)").text
                for words in says { #expect(page.contains(words), "\(words)") }
                #expect(!page.contains("<b>7"))
            }
            #expect(try await browser.get("/reports/\(Self.second)/").text.contains("What changed"))
        }
    }

    private static let refused: [(String, Int)] = [
        ("?with=\(first)", 200), ("", 200), ("?with=01KAREP0000000000000000003", 404), ("?with=nothing", 404),
        ("?file=nowhere.md", 200), ("?file=run.exe", 200),
    ]

    @Test("Only versions of the same thing are compared", arguments: refused)
    func bounds(query: String, status: Int) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await browser.get(Self.place + query).status == status)
            let stranger = try await Browser.signedIn(server, "ana", .admin, clients: ["plunkett"])
            #expect(try await stranger.get(Self.place + query).status == 404)
        }
    }

    /// What is in a zip, by name.
    private static func contents(_ bytes: [UInt8]) throws -> [String: String] {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bureau-zip-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let (file, folder) = (place.appendingPathComponent("all.zip"), place.appendingPathComponent("all"))
        try Data(bytes).write(to: file)
        try ZipArchive.unpack(file, to: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
            })
    }

    @Test("All files of a report come as one zip, with what they rest on; a damaged one keeps the zip back")
    func download() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "vera", .viewer, clients: ["acme"])
            let answer = try await browser.get("/reports/\(Self.second)/files.zip")
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/zip")
            #expect(answer.headers["content-disposition"]?.hasPrefix("attachment") == true)
            #expect(answer.headers["content-length"] == "\(answer.body.count)")
            let found = try Self.contents(answer.body)
            #expect(
                Set(found.keys) == [
                    "report.md", "facts.json", "same.txt", "new.txt", "plan-r2.html", "capsule.json", "artifact.json",
                ])
            #expect(found["report.md"]?.contains("74") == true)
            #expect(try await browser.get("/reports/01KAREP0000000000000000003/files.zip").status == 404)
            let page = try await server.house.reports.page(Self.second)
            try Data("changed".utf8).write(to: try server.house.reports.url(page.files[0]))
            #expect(try await browser.get("/reports/\(Self.second)/files.zip").status == 500)
        }
    }

    @Test("More than a zip may hold is refused with what to do")
    func tooLarge() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            try await server.database.write {
                _ = try $0.execute(
                    "UPDATE artifact_file SET size_bytes = ? WHERE artifact_id = ? AND position = 0",
                    [ArtifactDesk.bundleBytesMax + 1, Self.second])
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let answer = try await browser.get("/reports/\(Self.second)/files.zip")
            #expect(answer.status == 413 && answer.text.contains("one by one"))
        }
    }

    @Test("A run's files come one by one or together; one that was not stored is left out")
    func ofRun() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let run = "01KARVN0000000000000000001", page = try await server.house.reports.page(Self.second)
            let stored = page.files.map { ($0.name, $0.sha256, $0.sizeBytes) }
            let keys = stored.indices.map { "runs/\(run)/\(Self.second)-\($0)" }
            try await server.database.write { db in
                for (index, file) in stored.enumerated() {
                    let isLost = index == 3
                    try db.execute(
                        """
                        INSERT INTO file (run_id, vendor_id, position, name, safe_name, mime_type, size_bytes, sha256,
                            blob_key, error) VALUES (?, ?, ?, ?, ?, 'text/html', ?, ?, ?, ?)
                        """,
                        [
                            run, "file_\(index)", index, file.0, file.0, file.2, isLost ? nil : file.1,
                            isLost ? nil : keys[index], isLost ? "It was too large." : nil,
                        ])
                }
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer, clients: ["acme"])
            let shown = try await browser.get("/runs/\(run)/").text
            #expect(shown.contains("files/report.md/download") && shown.contains("Download all"))
            let hash = try #require(page.files.first { $0.name == "report.md" }?.sha256)
            #expect(shown.contains("<code>\(hash)</code>") && shown.contains("data-copy=\"\(hash)\""))
            #expect(shown.firstMatch(of: /Report v[0-9]+, report\.md/) != nil, "which part of the report it became")
            let one = try await browser.get("/runs/\(run)/files/report.md/download")
            #expect(one.status == 200 && one.headers["content-disposition"]?.hasPrefix("attachment") == true)
            #expect(one.headers["content-security-policy"]?.hasPrefix("sandbox") == true)
            #expect(try await browser.get("/runs/\(run)/files/new.txt/download").status == 404)
            #expect(try await browser.get("/runs/\(run)/files/..%2F..%2Fbureau.db/download").status == 404)
            let found = try Self.contents(try await browser.get("/runs/\(run)/files.zip").body)
            #expect(Set(found.keys) == ["report.md", "facts.json", "same.txt", "plan-r2.html"])
            #expect(try await browser.get("/runs/01KARVN0000000000000000003/files.zip").status == 404)
        }
    }
}
