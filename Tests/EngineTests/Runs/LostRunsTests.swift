import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
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

    @Test("An agent with more sessions than are read is not noted as asked, and is asked at the next start")
    func tooMany() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            try await Self.restored(bench)
            var search = LostRuns(parts: parts)
            search.pagesMax = 0
            _ = try await search.findAgain()
            #expect(try await !Self.isSought(bench))
            let asked = try await bench.database.read {
                try RestoreMark(db: $0).value(RestoreMark.asked("agent_sentinel", nil))
            }
            #expect(asked == nil)
            _ = try await LostRuns(parts: parts).findAgain()
            #expect(try await Self.isSought(bench))
        }
    }

    @Test("A run of an agent whose file is gone is found by the version it was started with")
    func goneAgent() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let id = bench.clock.doors.makeID()
            let mark = [
                "bureau_run": id, "bureau_attempt": "1", "bureau_agent": "sentinel", "bureau_key": "k1",
                "bureau_task": "86a", "bureau_source": "webhook", "bureau_tool": "asana",
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
            let found = try await bench.find(id)
            #expect(found.state == .starting)
            #expect(found.taskTool == .asana, "its task is where it was")
        }
    }

    /// A session that a run of this client opened before the restore, without a task.
    private static func forgotten(_ bench: Bench, _ here: StandIns, client: String) async throws -> (
        run: String, session: String
    ) {
        // The sandbox stamps its sessions with the real time.
        bench.clock.advance(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - bench.clock.now)
        let run = bench.clock.doors.makeID()
        let mark = [
            "bureau_run": run, "bureau_attempt": "1", "bureau_agent": "sentinel", "bureau_key": "k1",
            "bureau_client": client, "bureau_source": "cli",
        ]
        let session = try await here.anthropic.createSession(
            NewSession(
                agentID: "agent_sentinel", environmentID: "env_demo", title: "t", metadata: mark, kickoff: "Audit."))
        try await restored(bench)
        return (run, session.id)
    }

    /// Two looks of a worker: what the run is about, then its session.
    private static func open(_ bench: Bench, _ parts: EngineParts, _ id: String) async throws -> RunRecord {
        let hand = try #require(try await bench.claim("w", id))
        for _ in 0..<2 {
            let next = RunInHand(run: try await bench.find(id), lease: hand.lease, agent: hand.agent)
            #expect(try await OpenStage(parts: parts).run(next) == .moved)
        }
        return try await bench.find(id)
    }

    @Test("A run that was found is in work at once, its money set aside, with the day used up and the intake paused")
    func atOnce() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let parts = try bench.parts(here.connections) {
                $0.agencyBudget = ScopeBudget(limit: MicroUSD(rawValue: 1))
            }
            let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.create("shamrock", name: "Shamrock & Sons", by: Actor(name: "test", surface: "test"))
            let (id, session) = try await Self.forgotten(bench, here, client: "shamrock")
            let now = bench.clock.now
            try await bench.database.write {
                _ = try IntakeStore(db: $0).set(.paused, by: "ana", reason: "a test", now: now)
            }
            #expect(try await LostRuns(parts: parts).findAgain() == [id])
            let hold = try await bench.database.read { try SpendLedger(db: $0).hold(id) }
            #expect(hold?.isOpen == true)
            #expect(hold?.reserved == MicroUSD(rawValue: 5_000_000))
            let found = try await Self.open(bench, parts, id)
            #expect(found.state == .running)
            #expect(found.sessionID == session)
            #expect(found.payload?.contains("Shamrock & Sons") == true, "it was assessed once more")
        }
    }

    @Test("A run the backup knew as starting looks for the session of its forgotten life, and sends nothing before")
    func forgottenSession() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            // The sandbox stamps its sessions with the real time.
            bench.clock.advance(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - bench.clock.now)
            let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.create("shamrock", name: "Shamrock & Sons", by: Actor(name: "test", surface: "test"))
            let run = try await bench.run([.taken])
            let session = try await here.anthropic.createSession(
                NewSession(
                    agentID: "agent_sentinel", environmentID: "env_demo", title: "t",
                    metadata: SessionMark.make(run, key: "k1"), kickoff: "Audit."))
            try await Self.restored(bench)
            #expect(try await Self.open(bench, parts, run.id).sessionID == session.id)
            let step = try #require(try await bench.steps(run.id, .session).first { $0.kind == "create" })
            #expect(step.state == .done && step.attempts == 0)
        }
    }

    @Test("A run of a client that was added after the backup has its session stopped, and is told of as stopped")
    func unknownClient() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let (id, session) = try await Self.forgotten(bench, here, client: "newcomer")
            #expect(try await LostRuns(parts: parts).findAgain() == [id])
            let found = try await Self.open(bench, parts, id)
            #expect(found.state == .stopping)
            #expect(found.sessionID == session)
            #expect(found.stopCause?.code == .interrupted)
            #expect(found.stopCause?.sentence.contains("client_id") == true)
            let hold = try await bench.database.read { try SpendLedger(db: $0).hold(id) }
            #expect(hold?.isOpen == true, "what it has cost is booked by the stop")
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
