import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What a run's session used")
struct RunKindsTests {
    private static let run = "01KARVN0000000000000000001"

    @Test("The run's page tells its cost kind by kind, and the service's own figure beside ours")
    func kinds() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await !browser.get("/runs/\(Self.run)/").text.contains("id=\"kinds\""))
            try await server.database.write { db in
                try db.execute("UPDATE run SET model = 'claude-sonnet-4-6' WHERE id = ?", [Self.run])
                try db.execute(
                    """
                    INSERT INTO run_usage (run_id, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
                        cache_write_1h_tokens, cache_write_other_tokens, web_searches, active_ms, listed_micro_usd)
                    VALUES (?, 1000000, 100000, 2000000, 400000, 0, 0, 0, 0, 6500000)
                    """, [Self.run])
            }
            let page = try await browser.get("/runs/\(Self.run)/").text
            let block = try #require(page.components(separatedBy: "id=\"kinds\"").last)
            for words in [
                "Input tokens", "$3.00", "Output tokens", "Cache read tokens", "$0.60",
                "Cache write tokens, kept five minutes", "In all", "$6.60", "$6.50, rounded to cents", "$0.10",
            ] { #expect(block.contains(words), "\(words)") }
            // Output tokens and cache writes cost the same here: 100,000 at $15 and 400,000 at $3.75.
            #expect(block.matches(of: /\$1\.50/).count == 2)
            #expect(!block.contains("Reading people"))
            try await server.database.write { db in
                _ = try db.execute(
                    """
                    INSERT INTO comment_reading (id, run_id, tool, comment_id, text_sha256, model, prompt, state,
                        cost_max_micro_usd, cost_micro_usd, asked_at, settled_at)
                    VALUES ('c1', ?, 'clickup', '1', ?, 'm', '1', 'lost', 40000, 40000, 1, 2)
                    """, [Self.run, String(repeating: "a", count: 64)])
            }
            let read = try await browser.get("/runs/\(Self.run)/").text
            #expect(read.contains("comments") && read.contains("$0.04") && read.contains("$6.64"))
        }
    }

    /// A sub-agent's model, what it read from the cache if that is kept, its cost in words, and for programs.
    private static let threads: [(model: String?, cached: Int64?, cost: String, usd: Double?)] = [
        ("claude-haiku-4-5-20251001", 500_000, "$1.10", 1.1), ("claude-opus-5-5", 500_000, "$4.30", 4.3),
        ("claude-demo-9", 500_000, "no price", nil), (nil, 500_000, "no price", nil),
        ("claude-haiku-4-5", nil, "no price", nil),
    ]

    @Test("Each sub-agent has its cost by its own model, none is free for want of a price, and the run's stays")
    func subAgents() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let program = try await Program.of(server, "vic", .viewer), path = "/api/v1/runs/\(Self.run)"
            let before = try await program.json(path)
            #expect(before["sub_agents"]?.array?.isEmpty == true)
            try await server.database.write { db in
                for (index, thread) in Self.threads.enumerated() {
                    _ = try db.execute(
                        """
                        INSERT INTO session_thread (run_id, thread_id, agent_name, state, events_count, model,
                            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens)
                        VALUES (?, ?, 'helper', 'idle', 7, ?, 1000000, 100000, ?, 200000)
                        """, [Self.run, "sthr_\(index)", thread.model, thread.cached])
                }
            }
            let after = try await program.json(path)
            #expect(after["cost_usd"] == before["cost_usd"])
            #expect(APISchemas.runPage.complaint(after, at: "run") == nil)
            let told = after["sub_agents"]?.array ?? []
            #expect(told.map { $0["model"]?.string } == Self.threads.map { $0.model })
            #expect(told.map { $0["estimated_cost_usd"]?.number?.double } == Self.threads.map { $0.usd })
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/").text
            let rows = page.components(separatedBy: "<tr").filter { $0.contains(">helper<") }
                .compactMap { $0.components(separatedBy: "</tr>").first }
            #expect(rows.count == Self.threads.count)
            for (row, thread) in zip(rows, Self.threads) {
                #expect(row.contains(thread.model ?? "not told") && row.contains(thread.cost), "\(row)")
            }
        }
    }
}
