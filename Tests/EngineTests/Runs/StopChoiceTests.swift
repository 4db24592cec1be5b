import BureauDomain
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("What people choose when they stop a run, or will not wait for one")
struct StopChoiceTests {
    @Test("A stop that discards leaves its session's files where they are", arguments: [true, false])
    func discards(isDiscarding: Bool) async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.stop(run.id, by: "ana", reason: nil, discarding: isDiscarding)
        try await bench.move(run.id, .sessionHalted)
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(hand.run.discardsFiles == isDiscarding)
        // Nothing can be fetched here, which is a problem only where something is wanted.
        _ = try await CollectStage(parts: try bench.parts()).run(hand)
        #expect(try await bench.find(run.id).state == .stopped)
        let causes = try await bench.alerts().map(\.cause)
        #expect(causes.contains("files_missing") == !isDiscarding)
        let told = try await desk.events(run.id).map(\.detail)
        #expect(told.contains("its files are not to be kept, says ana") == isDiscarding)
    }

    @Test("Files are discarded by the first stop only, and not once they are fetched")
    func settled() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.stop(run.id, by: "ana", reason: nil)
        await #expect(throws: RunDesk.Refused.self) {
            try await desk.stop(run.id, by: "ben", reason: nil, discarding: true)
        }
        #expect(try await !bench.find(run.id).discardsFiles)
        let told = try await desk.events(run.id).map(\.detail)
        #expect(!told.contains { $0.contains("not to be kept") })

        let other = try await bench.run([.taken, .sessionOpened(session: "sesn_other"), .turnEnded])
        await #expect(throws: RunDesk.Refused.self) {
            try await desk.stop(other.id, by: "ben", reason: nil, discarding: true)
        }
        let after = try await bench.find(other.id)
        #expect(after.state == .collecting && after.stopCause == nil)
    }

    @Test("A later stop keeps what the first one discards, and a run that goes on forgets both")
    func forgotten() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.stop(run.id, by: "ana", reason: nil, discarding: true)
        _ = try await desk.stop(run.id, by: "ben", reason: nil)
        #expect(try await bench.find(run.id).discardsFiles)
        try await bench.move(run.id, .sessionHalted)
        try await bench.move(run.id, .broke(RunCause(.internalError, "It broke.")))
        _ = try await desk.retry(run.id)
        try await bench.move(run.id, .stopAsked(RunCause(.byPerson, "Stopped by ben.")))
        #expect(try await !bench.find(run.id).discardsFiles)
    }

    /// Whether its session was asked for before, and whether it is there.
    private static let openings = [(false, false), (true, false), (true, true)]

    @Test(
        "A run that is stopped before it has a session opens none, and one that it may have is found",
        arguments: openings)
    func beforeItsSession(isAsked: Bool, isThere: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench(realPause: .milliseconds(1)), run = try await bench.run([.taken])
            let plan = StepPlan(
                channel: .anthropic, kind: "create", subject: "attempt-\(run.attempt)", position: 0, intent: "{}")
            let (id, now) = (bench.clock.doors.makeID(), bench.clock.now)
            if isAsked {
                try await bench.database.write { db in
                    let step = try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
                    try StepStore(db: db).markIntended(step, now: now)
                }
            }
            if isThere {
                let new = NewSession(
                    agentID: "agent_sentinel", environmentID: "env_demo", title: "t",
                    metadata: SessionMark.make(run, key: nil), kickoff: "Audit.")
                _ = try await here.anthropic.createSession(new)
            }
            // The very claim that its worker has in hand knows nothing of the stop.
            let hand = try #require(try await bench.claim("w", run.id))
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.stop(run.id, by: "ana", reason: nil)
            await RunDriver(parts: try bench.parts(here.connections)).drive(hand.run, hand.lease)
            let found = try await bench.find(run.id)
            #expect(
                found.state == .stopped && found.cause?.code == .byPerson,
                "\(found.state) \(String(describing: found.cause))")
            #expect((found.sessionID != nil) == isThere)
            #expect(await here.state("anthropic")["sessions"]?.array?.count == (isThere ? 1 : 0))
            #expect(try await bench.database.read { try SpendLedger(db: $0).hold(run.id)?.isOpen } == false)
        }
    }

    @Test("What a person put first is claimed before what has waited longer, and only while it waits")
    func first() async throws {
        let bench = try await Bench(), early = try await bench.run(), late = try await bench.run()
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.putFirst(late.id, by: "ana")
        let now = bench.clock.now
        func claim() async throws -> [String] {
            try await bench.database.write {
                try RunClaim(db: $0, rules: QueueRules(), owner: "w", now: now).claim(limit: 1).map(\.id)
            }
        }
        #expect(try await claim() == [late.id])
        #expect(try await claim() == [early.id])
        await #expect(throws: RunDesk.Refused.self) { try await desk.putFirst(late.id, by: "ana") }
    }

    @Test("What repeats a run that was put first waits like any other; a priority that was given is kept")
    func repeated() async throws {
        let bench = try await Bench(), first = try await bench.run(), urgent = try await bench.run()
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.putFirst(first.id, by: "ana")
        #expect(try await desk.again(first.id, agent: try bench.agent, by: "ana").priority == 0)
        // The highest is what a run that was put first has too.
        for given in [9, NewRun.priorityMax] {
            _ = try await bench.database.write { db in
                try db.execute("UPDATE run SET priority = ? WHERE id = ?", [given, urgent.id])
            }
            #expect(try await desk.again(urgent.id, agent: try bench.agent, by: "ana").priority == given)
        }
    }
}
