import BureauStorage
import Foundation
import Testing

@Suite("bureau costs")
struct CostsCommandTests {
    @Test("A run's figure is the same in the list, its page, the sums, CSV and JSON")
    func agreement() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            let shown = try #require(try await here.run("runs", "show", id, "--json").object()["cost_usd"] as? Double)
            #expect(shown > 0)
            try await Self.addSubAgents(id, here)
            let page = try await here.run("runs", "show", id, "--json").object()
            #expect(page["cost_usd"] as? Double == shown)
            let parts = try #require(page["sub_agents"] as? [[String: Any]])
            #expect(parts.map { $0["estimated_cost_usd"] as? Double } == [1.1, 4.3, nil])
            let table = try await here.run("runs", "show", id).rows.filter { $0.first == "helper" }
            #expect(table.map { [$0[2], $0[6]] } == Self.subAgents.map { [$0.model, $0.cost] }, "\(table)")
            let word = try #require(try await here.run("runs", "list").rows.last?[6])
            let accepted = try #require(
                try await here.run("runs", "show", id, "--json").object()["accepted_at"] as? String)
            let month = String(accepted.prefix(7))
            for grouping in ["client", "agent", "day", "model"] {
                let sums = try await here.run("costs", "--by", grouping, "--month", month)
                #expect(sums.rows.first == [grouping.uppercased(), "RUNS", "COST", "UNPRICED"])
                #expect(sums.rows.last.map { Array($0.dropFirst()) } == ["1", word, "0"], "\(sums)")
                let document = try await here.run("costs", "--by", grouping, "--json").objects()
                #expect(document.map { $0["cost_usd"] as? Double } == [shown])
                let csv = try await here.run("costs", "--by", grouping, "--csv").lines
                #expect(csv.first == "\(grouping),runs,cost_usd,unpriced_runs")
                #expect(csv.last?.split(separator: ",")[2] == Substring(String(format: "%.6f", shown)), "\(csv)")
            }
            let none = try await here.run("costs", "--month", "2001-01", "--json").objects()
            #expect(none.isEmpty)
        }
    }

    /// The model of each, and what it costs in words.
    private static let subAgents = [
        (model: "claude-haiku-4-5", cost: "$1.10"), (model: "claude-opus-5-5", cost: "$4.30"),
        (model: "claude-demo-9", cost: "no price"),
    ]

    private static func addSubAgents(_ run: String, _ here: Installation) async throws {
        let database = try SQLiteDatabase(path: here.folder.appending(path: "data/bureau.db").path)
        try await database.write { db in
            for (index, thread) in Self.subAgents.enumerated() {
                _ = try db.execute(
                    """
                    INSERT INTO session_thread (run_id, thread_id, agent_name, state, events_count, model, input_tokens,
                        output_tokens, cache_read_tokens, cache_write_tokens)
                    VALUES (?, ?, 'helper', 'idle', 7, ?, 1000000, 100000, 500000, 200000)
                    """, [run, "sthr_\(index)", thread.model])
            }
        }
        try database.close()
    }

    static let refused = [["--month", "2026-13"], ["--month", "November"], ["--by", "moon"], ["--csv", "--json"]]
    @Test("What costs cannot answer is refused as a mistake of the call", arguments: refused)
    func refusals(arguments: [String]) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(["costs"] + arguments)
            #expect(outcome.status == 64)
        }
    }
}
