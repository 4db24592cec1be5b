import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Delivering again from a run's page")
struct DeliverAgainTests {
    private static let run = "01KARVN0000000000000000001"

    private static let asked: [(String, Int, [String: String])] = [
        ("", 303, ["slack": "pending", "folder": "pending"]),
        ("channel=", 303, ["slack": "pending", "folder": "pending"]),
        ("channel=folder", 303, ["slack": "failed", "folder": "pending"]),
        ("channel=nonsense", 400, ["slack": "failed", "folder": "failed"]),
    ]

    @Test("All that failed is tried again, or the one channel that was chosen", arguments: asked)
    func deliver(form: String, status: Int, states: [String: String]) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(state: "draft", runState: "done_with_problems").put(into: server)
            try await server.database.write { db in
                for (index, channel) in ["slack", "folder"].enumerated() {
                    try db.execute(
                        """
                        INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, error,
                            created_at, due_at)
                        VALUES (?, ?, 'delivery', ?, 'post', 'summary', ?, 'failed', '{}', 'It answered 500.', 1, 1)
                        """, [ULID.make(milliseconds: 1, randomness: (UInt64(index), 0)), Self.run, channel, index])
                }
            }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(
                page.contains("Deliver this one again") && page.contains("<option value=\"folder\">Folder</option>"))
            #expect(try await browser.post("/runs/\(Self.run)/deliver", "confirmed=yes&\(form)").status == status)
            let rows = try await server.database.query("SELECT channel, state FROM step WHERE run_id = ?", [Self.run])
            let now = Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text("channel"), try $0.text("state")) })
            #expect(now == states)
        }
    }
}
