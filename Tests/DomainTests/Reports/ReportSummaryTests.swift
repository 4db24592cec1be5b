import BureauDomain
import Testing

@Suite("Reading a report's headline")
struct ReportSummaryTests {
    private static let scores: [(json: String, score: Int?, outOf: Int)] = [
        (#"{"overall_score": 71}"#, 71, 100), (#"{"score": 71.4}"#, 71, 100),
        (#"{"overall_score": "71/100"}"#, 71, 100),
        (#"{"overall_score": 8, "out_of": 10}"#, 8, 10), (#"{"overall_score": {"score": 8, "out_of": 10}}"#, 8, 10),
        (#"{"summary": {"overall_score": 71}}"#, 71, 100), (#"{"overall_score": 140}"#, nil, 100),
        (#"{"overall_score": -1}"#, nil, 100), (#"{"overall_score": 1e300}"#, nil, 100),
        (#"{"overall_score": true}"#, nil, 100),
        (#"{"overall_score": "good"}"#, nil, 100), (#"{"overall_score": 0}"#, 0, 100), ("[]", nil, 100),
        ("7", nil, 100),
        (#"{"overall_score": {"overall_score": {"score": 1}}}"#, nil, 100),
    ]

    @Test("The score is read from JSON in the ways agents write it", arguments: scores)
    func jsonScore(json: String, score: Int?, outOf: Int) {
        let summary = ReportSummary.read(json: Array(json.utf8), markdown: nil)
        #expect(summary.score == score)
        #expect(summary.outOf == outOf)
    }

    private static let marked: [(String, Int?)] = [
        ("Overall Score: 71/100", 71), ("**Overall Score: 71/100**", 71), ("## Overall Score: **71**/100", 71),
        ("⭐ *Overall Score:* 71 / 100", 71), ("__Overall Score__: `71/100`", 71), ("| Overall Score | 71/100 |", 71),
        ("| **Overall score** | **71** |", 71), ("overall score 71 out of 100", 71), ("Overall Score — 71%", 71),
        ("# Audit\n\nScore: 64/100\n", 64), ("Overall Score: 71.5/100", 71), ("Overall Score: 71", 71),
        ("Overall Score: 171/100", nil), ("Overall Score: pending", nil), ("Overall Score: 3 points better", nil),
        ("Overall score (0-100): see below", nil), ("Overall Score: 99999999999999999999/100", nil), ("", nil),
    ]

    @Test("The score is read from Markdown in any emphasis", arguments: marked)
    func markdownScore(text: String, score: Int?) {
        #expect(ReportSummary.read(json: nil, markdown: Array(text.utf8)).score == score)
    }

    private static let coverages: [(String, Int?)] = [
        (#"{"coverage": 100}"#, 100), (#"{"coverage": 0.934}"#, 93), (#"{"coverage": 1}"#, 100),
        (#"{"coverage": {"percent": 93}}"#, 93), (#"{"coverage": "93 %"}"#, 93), (#"{"coverage": 250}"#, nil),
        ("{}", nil),
    ]

    @Test("Coverage is a percentage", arguments: coverages)
    func coverage(json: String, percent: Int?) {
        #expect(ReportSummary.read(json: Array(json.utf8), markdown: nil).coverage == percent)
    }

    @Test("Three priorities are kept, the most urgent first, in the report's order")
    func jsonPriorities() {
        let json = #"""
            {"overall_score": 71, "priorities": [
              {"priority": "P2", "title": "Build 5 city pages"},
              {"rank": 1, "text": "Add 8 missing services"},
              {"priority": "p3", "title": "Post weekly"},
              {"severity": "odd"}, 7, null,
              "**P1**: Fix the address in [6 directories](https://x.example/)"
            ]}
            """#
        let summary = ReportSummary.read(json: Array(json.utf8), markdown: nil)
        #expect(
            summary.priorities == [
                .init(rank: "P1", title: "Add 8 missing services"),
                .init(rank: "P1", title: "Fix the address in 6 directories"),
                .init(rank: "P2", title: "Build 5 city pages"),
            ])
        #expect(summary.headline == "Score 71 of 100, 3 priorities")
    }

    @Test("Priorities are found in bullets, numbered entries and table rows, not in headings or prose")
    func markdownPriorities() {
        let text = """
            # SEO audit
            ## P1 findings
            P10 is not a priority, nor is P1x.
            - **P2** Build 5 city pages
            * **P1:** Add 8 *missing* services
            2. [P1] – Fix `NAP` in 6 directories
            | P1 | Answer reviews | 2 h |
            """
        let summary = ReportSummary.read(json: nil, markdown: Array(text.utf8))
        #expect(
            summary.priorities.map { "\($0.rank) \($0.title)" } == [
                "P1 Add 8 missing services", "P1 Fix NAP in 6 directories", "P1 Answer reviews",
            ])
        #expect(summary.headline == "No score, 3 priorities")
    }

    @Test("Each fact comes from JSON when it is there, else from Markdown")
    func both() {
        let markdown = Array("Overall Score: 50/100\nCoverage: 80 %\n- P1 From Markdown".utf8)
        let first = ReportSummary.read(json: Array(#"{"score": 71}"#.utf8), markdown: markdown)
        #expect(first.score == 71)
        #expect(first.coverage == 80)
        #expect(first.priorities.map(\.title) == ["From Markdown"])
        #expect(ReportSummary.read(json: Array("{broken".utf8), markdown: markdown).score == 50)
        #expect(ReportSummary.read(json: nil, markdown: nil).headline == "No score, no priorities")
    }

    @Test("Titles are one line without hidden characters, cut at 160")
    func titles() throws {
        let long = String(repeating: "word ", count: 100)
        let json: JSONValue = [
            "priorities": [
                ["priority": "P1", "title": "a\u{0}b\n\n c\u{202E}d\u{1B}[31m"],
                ["priority": "P1", "title": .string(long)],
                ["priority": "P1", "title": .string("e" + String(repeating: "\u{301}", count: 100_000))],
                ["priority": "P1", "title": " \u{200B} "],
            ]
        ]
        let titles = ReportSummary.read(json: Array(json.compact.utf8), markdown: nil).priorities.map(\.title)
        #expect(titles.first == "ab cd[31m")
        #expect(titles[1].count <= 160)
        #expect(titles[1].hasSuffix("word…"))
        #expect(titles.allSatisfy { $0.utf8.count <= 1_300 })
        #expect(titles.count == 3)
    }

    private static let hostile: [String] = [
        String(repeating: "[", count: 1 << 20), String(repeating: "- P1 ", count: 200_000),
        String(repeating: "Overall Score: \n", count: 60_000), String(repeating: "\n", count: 1 << 20),
        String(repeating: "|", count: 1 << 20), String(repeating: "[x](", count: 1 << 18),
        String(repeating: "e\u{301}", count: 1 << 18),
    ]

    @Test("A megabyte made to be slow is read within its bounds", .timeLimit(.minutes(10)), arguments: hostile.indices)
    func slow(index: Int) {
        let bytes = Array(Self.hostile[index].utf8)
        let summary = ReportSummary.read(json: bytes, markdown: bytes)
        #expect(summary.score == nil)
        #expect(summary.priorities.count <= 3)
    }

    @Test("Random bytes are read or ignored", arguments: 0..<10)
    func noise(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<50 {
            let bytes = (0..<400).map { _ in UInt8.random(in: 0...255, using: &random) }
            let summary = ReportSummary.read(json: bytes, markdown: bytes)
            #expect(summary.priorities.allSatisfy { !$0.title.isEmpty })
        }
    }
}
