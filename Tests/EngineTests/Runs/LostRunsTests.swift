import BureauDomain
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("After a restore")
struct LostRunsTests {
    private static func restored(_ bench: Bench) async throws {
        let now = bench.clock.now
        try await bench.database.write { db in
            let settings = SettingStore(db: db)
            try settings.put(RestoreMark.restoredAt, String(now), now: now)
            try settings.put(RestoreMark.forgottenFrom, String(now - 86_400_000), now: now)
        }
    }

    private static func isSought(_ bench: Bench) async throws -> Bool {
        try await bench.database.read { try RestoreMark(db: $0).unsoughtSince() == nil }
    }

    @Test("An account without a key keeps the search open; one start with the key ends it, and asks each agent once")
    func keyless() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            try await Self.restored(bench)
            _ = try await LostRuns(parts: try bench.parts()).findAgain()
            #expect(try await !Self.isSought(bench), "nobody could be asked")
            let parts = try bench.parts(here.connections)
            _ = try await LostRuns(parts: parts).findAgain()
            #expect(try await Self.isSought(bench))
            let asked = try await bench.database.query(
                "SELECT name FROM setting WHERE name LIKE 'restored_runs_sought/%'", []
            ).map { try $0.text("name") }
            #expect(asked == [RestoreMark.asked("agent_sentinel", nil)])
        }
    }

    @Test("A run of an agent whose file is gone is found by the version it was started with")
    func goneAgent() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let id = bench.clock.doors.makeID()
            let mark = [
                "bureau_run": id, "bureau_attempt": "1", "bureau_agent": "sentinel", "bureau_key": "k1",
                "bureau_task": "86a", "bureau_source": "webhook",
            ]
            _ = try await here.anthropic.createSession(
                NewSession(
                    agentID: "agent_sentinel", environmentID: "env_demo", title: "t", metadata: mark, kickoff: "Audit.")
            )
            try await Self.restored(bench)
            let empty = AgentCatalog(
                folder: bench.folder.appendingPathComponent("none"), reader: AgentReader(hasVariable: { _ in true }),
                database: bench.database, doors: bench.clock.doors, logger: bench.logger)
            let own = try bench.parts(here.connections)
            let parts = EngineParts(
                database: own.database, doors: own.doors, catalog: empty, connections: own.connections,
                blobs: own.blobs, prices: own.prices, settings: own.settings, counters: own.counters,
                logger: own.logger, variable: own.variable)
            #expect(try await LostRuns(parts: parts).findAgain() == [id])
            #expect(try await bench.find(id).state == .queued)
        }
    }

    @Test("Neither a restored run nor one that waits for money has waited too long for a slot")
    func expiry() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let late = try await bench.run(), poor = try await bench.run(), back = try await bench.run()
        try await bench.move(poor.id, .budgetMissing(RunCause(.budgetExhausted, "Waiting for budget.")))
        bench.clock.advance(milliseconds: 100 * 3_600_000)
        let now = bench.clock.now
        try await bench.database.write {
            _ = try $0.execute("UPDATE run SET queued_at = ? WHERE id = ?", [now, back.id])
        }
        try await QueueExpiry(parts: parts).look()
        #expect(try await bench.find(late.id).state == .failed)
        #expect(try await bench.find(poor.id).state == .queued)
        #expect(try await bench.find(back.id).state == .queued)
    }
}
