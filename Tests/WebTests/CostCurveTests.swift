import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("What a run costs as it grows")
struct CostCurveTests {
    private static func curve(
        _ cents: [Int64], start: Int64 = 0, end: Int64 = 60_000, alert: Int64? = 300, cap: Int64? = 500
    ) -> CostCurve {
        CostCurve(
            id: "curve", title: "Cost",
            points: cents.enumerated().map { SpendPoint(at: start + Int64($0 + 1) * 10_000, total: .cents($1)) },
            start: start, end: end, alert: alert.map(MicroUSD.cents), cap: cap.map(MicroUSD.cents))
    }

    @Test("The same figures give the same bytes, and nothing that a strict policy refuses")
    func bytes() {
        let one = ViewLibrary.shared.render(Self.curve([10, 25]).chart, "chart")
        #expect(one == ViewLibrary.shared.render(Self.curve([10, 25]).chart, "chart"))
        #expect(!one.contains("style=") && !one.contains("<script") && !one.contains("NaN") && !one.contains("inf"))
        #expect(one.contains("<title id=\"curve-wide-title\">Cost</title>"))
        #expect(one.contains("From $0.10 after 10s to $0.25 after 20s, in 2 steps. Alert at $3.00. Cap at $5.00."))
    }

    @Test("It begins at nothing, steps up at each figure, and goes on to the end; alert and cap lie across")
    func geometry() throws {
        let drawing = try #require(Self.curve([250, 500]).chart.drawings.first)
        // 784 wide from 64, for a minute; 188 high over 208, for $5.
        #expect(drawing.paths.map(\.style) == ["alarm", "limit", "curve"])
        #expect(drawing.paths.last?.d == "M64 208H194.67V114H325.33V20H848")
        #expect(drawing.paths.first?.d == "M64 95.2H848")
        #expect(Self.curve([1], alert: nil, cap: nil).chart.drawings.first?.paths.count == 1)
    }

    private static let captions: [([Int64], Int64?, Int64?, String)] = [
        ([10], 300, 500, "$0.10 after 10s, under its cap of $5.00."),
        ([400], 300, 500, "$4.00 after 10s, over its alert of $3.00."),
        ([600], 300, 500, "$6.00 after 10s, over its cap of $5.00."),
        ([10], nil, nil, "$0.10 after 10s, without a cap."), ([], 300, 500, "Nothing was spent yet."),
    ]

    @Test("The finding is a sentence", arguments: captions)
    func caption(cents: [Int64], alert: Int64?, cap: Int64?, words: String) {
        #expect(Self.curve(cents, alert: alert, cap: cap).chart.caption == words)
    }

    @Test("A run without time of its own is drawn all the same")
    func moment() {
        let one = ViewLibrary.shared.render(Self.curve([10], start: 5, end: 5).chart, "chart")
        #expect(!one.contains("NaN") && !one.contains("inf") && one.contains("class=\"curve\""))
    }

    private static let run = "01KARVN0000000000000000001"

    @Test("A run's page draws what the ledger tells, thinned to 400 figures, the last one among them")
    func page() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await !browser.get("/runs/\(Self.run)/").text.contains("id=\"curve\""))
            try await server.database.write { db in
                try db.execute(
                    """
                    INSERT INTO spend_hold (run_id, opening, agent, day, base_micro_usd, reserved_micro_usd, is_open)
                    VALUES (?, 1, 'sentinel', '2026-11-21', 0, 5000000, 0)
                    """, [Self.run])
                try db.execute(
                    """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1003)
                    INSERT INTO spend_entry (run_id, opening, kind, cumulative_micro_usd, at)
                    SELECT ?, 1, 'settle', n * 1000, 1790000000000 + n * 1000 FROM number
                    """, [Self.run])
                try db.execute(
                    """
                    INSERT INTO spend_entry (run_id, opening, kind, cumulative_micro_usd, at)
                    VALUES (?, 1, 'settle', 1500000, 1790001003000)
                    """, [Self.run])
            }
            let points = try await server.house.runs.spendCurve(Self.run)
            #expect(points.count <= 400 && points.count > 300)
            #expect(points.last == SpendPoint(at: 1_790_001_003_000, total: .cents(150)), "the newest of its moment")
            #expect(points == points.sorted { $0.at < $1.at })
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(page.contains("id=\"curve\"") && page.contains("class=\"curve\""))
            #expect(page.contains("figures</summary>"))
            #expect(page.contains("Cost in all, by time") && page.contains("$1.50"))
        }
    }
}
