import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("A run that is brought back")
struct BroughtBackTests {
    private static func hand(_ bench: Bench, _ id: String) async throws -> RunInHand {
        bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
        return try #require(try await bench.claim("w", id))
    }

    @Test("After our own interrupt its session is told once to go on, and the run comes to its end")
    func goesOn() async throws {
        try await withStandIns { here in
            let agent = Agents.make(limits: Agents.patientLimits)
            let bench = try await Bench(agents: ["sentinel.json": agent], realPause: .milliseconds(1))
            let parts = try bench.parts(here.connections)
            let session = try await here.session("sentinel")
            let run = try await bench.run([.taken, .sessionOpened(session: session)])
            try await bench.move(run.id, .broke(RunCause(.lostTooOften, "Its worker was lost.")))
            #expect(try await bench.find(run.id).state == .stopping)
            let first = try await Self.hand(bench, run.id)
            try await SessionInterruptSteps.plant(bench, first, session, here)
            #expect(try await StopStage(parts: parts).run(first) == .moved)
            #expect(try await bench.find(run.id).state == .failed)
            _ = try await RunDesk(database: bench.database, doors: bench.clock.doors).retry(run.id)
            for _ in 0..<2 {
                let hand = try await Self.hand(bench, run.id)
                guard hand.run.state == .running else { break }
                #expect(try await FollowStage(parts: parts).run(hand) == .moved)
            }
            let found = try await bench.find(run.id)
            #expect(found.state == .collecting, "\(found.state) \(String(describing: found.stopCause))")
            let said = try await here.anthropic.history(of: session, types: ["user.message"]).events
            #expect(
                said.filter { String(decoding: $0.bytes, as: UTF8.self).contains("Go on where you stopped") }.count == 1
            )
        }
    }

    @Test("Without money it waits and asks, and goes on when somebody raises the budget")
    func needsMoney() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let parts = try bench.parts(here.connections) {
                $0.agencyBudget = ScopeBudget(limit: MicroUSD(rawValue: 1_000_000))
            }
            let session = try await here.session("sentinel")
            let run = try await bench.run([.taken, .sessionOpened(session: session)])
            try await bench.move(run.id, .broke(RunCause(.sessionUnreachable, "It could not be reached.")))
            try await bench.move(run.id, .sessionHalted)
            _ = try await RunDesk(database: bench.database, doors: bench.clock.doors).retry(run.id)
            let hand = try await Self.hand(bench, run.id)
            #expect(try await FollowStage(parts: parts).run(hand) == .moved)
            let waiting = try await bench.find(run.id)
            #expect(waiting.state == .waitingApproval && waiting.cause?.code == .budgetExhausted)
            let gate = RunInHand(run: waiting, lease: hand.lease, agent: hand.agent)
            guard case .rest = try await GateStage(parts: parts).run(gate) else { return #expect(Bool(false)) }
            let desk = BudgetDesk(
                database: bench.database, doors: bench.clock.doors, catalog: bench.catalog,
                agencyBudget: parts.settings.agencyBudget)
            _ = try await desk.raise(.agency, .day, to: MicroUSD(rawValue: 50_000_000), by: "ana")
            #expect(try await GateStage(parts: parts).run(gate) == .moved)
            #expect(try await bench.find(run.id).state == .running)
            #expect(try await bench.database.read { try SpendLedger(db: $0).hold(run.id)?.isOpen } == true)
        }
    }

    @Test("A session whose process lacks the key waits with its run, and nothing fails")
    func noKey() async throws {
        let bench = try await Bench()
        let parts = try bench.parts()
        let run = try await bench.run(Bench.toRunning)
        let hand = try await Self.hand(bench, run.id)
        await RunDriver(parts: parts).drive(hand.run, hand.lease)
        let found = try await bench.find(run.id)
        #expect(found.state == .running && found.leaseOwner == nil && found.tries == 1)
        #expect(found.fault?.contains("ANTHROPIC_API_KEY") == true, "\(String(describing: found.fault))")
    }
}

/// The interrupt of a stop whose session has ended its turn already.
enum SessionInterruptSteps {
    static func plant(_ bench: Bench, _ hand: RunInHand, _ session: String, _ here: StandIns) async throws {
        let (now, id) = (bench.clock.now, hand.run.id)
        let plan = StepPlan(channel: .anthropic, kind: "interrupt", subject: "1", position: 2, intent: "{}")
        try await bench.database.write { db in
            let step = try StepStore(db: db).plan(
                plan, run: id, purpose: .session, id: bench.clock.doors.makeID(), now: now)
            try StepStore(db: db).markIntended(step, now: now)
            try StepStore(db: db).markDone(step, receipt: #"{"event":""}"#, now: now)
        }
    }
}
