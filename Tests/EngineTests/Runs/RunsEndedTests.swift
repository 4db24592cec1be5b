import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("What ended lately")
struct RunsEndedTests {
    @Test("Is found and summed by when it ended, by an index of that, however long the history")
    func index() async throws {
        let bench = try await Bench(), hash = try bench.agent.hash
        _ = try await bench.database.engine.write {
            try $0.execute(
                """
                INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                    client_slug, state, cause, cause_sentence, spent_micro_usd, accepted_at, ended_at, due_at)
                WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 999)
                SELECT printf('01KARVN%019d', n), 'sentinel', '1.0.0', ?, 'cli', 'test', 'k/' || n,
                    CASE n % 2 WHEN 0 THEN 'acme' ELSE 'plunkett' END,
                    CASE n % 4 WHEN 0 THEN 'failed' WHEN 1 THEN 'ignored' WHEN 2 THEN 'stopped' ELSE 'done' END,
                    'internal_error', 'It ended.', 7, 1, 1000 - n, 0
                FROM number
                """, [hash])
        }
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        // Those from 0 to 100 ended at 900 or later; the first of them was the last to end.
        let all = try await desk.ended(since: 900, visible: nil)
        #expect(
            all == .init(runs: 76, done: 25, failed: 26, stopped: 25, spent: MicroUSD(rawValue: 76 * 7), unpriced: 0))
        let acme = try await desk.ended(since: 900, visible: ["acme"])
        #expect(acme.runs == 51 && acme.done == 0 && acme.failed == 26)
        let newest = try await desk.newestEnded(since: 900, visible: nil, limit: 3)
        #expect(newest.compactMap { Int($0.id.dropFirst(7)) } == [0, 2, 3])
        #expect(try await desk.ended(since: 5_000, visible: nil).runs == 0)
        let plan = try await bench.database.engine.query(
            "EXPLAIN QUERY PLAN SELECT count(*) FROM run WHERE run.ended_at IS NOT NULL AND run.ended_at >= ?", [900]
        ).map { try $0.text("detail") }
        #expect(plan.contains { $0.contains("run_ended") }, "\(plan)")
    }
}
