import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

/// Sessions of the sandbox whose last request takes them to their cap of two cents; a round costs about as much again.
@Suite("A further round of a session that ended its turn at its cap")
struct RoundMoneyTests {
    private struct Placed {
        let bench: Bench, parts: EngineParts, session: String
        var hand: RunInHand

        /// The stage of the run's state, once.
        func work() async throws -> StageOutcome {
            let found = try await bench.find(hand.run.id)
            let now = RunInHand(run: found, lease: hand.lease, agent: hand.agent)
            switch found.state {
            case .revising: return try await ReviseStage(parts: parts).run(now)
            case .waitingApproval: return try await GateStage(parts: parts).run(now)
            default: return try await FollowStage(parts: parts).run(now)
            }
        }

        var run: RunRecord { get async throws { try await bench.find(hand.run.id) } }

        func raise() async throws {
            _ = try await BudgetDesk(
                database: bench.database, doors: bench.clock.doors, catalog: bench.catalog, agencyBudget: nil
            ).raise(run: hand.run.id, to: .cents(10), by: "ana")
        }

        func asked() async throws -> [ApprovalRecord] {
            try await bench.database.read { [id = hand.run.id] in try ApprovalStore(db: $0).list(run: id) }
        }

        func approvals() -> ApprovalDesk {
            ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors) {}
        }

        /// The round is worked to its end in the same session, which was told of it once.
        func isWorked() async throws {
            #expect(try await run.state == .running)
            #expect(try await work() == .moved)
            let found = try await run
            #expect(found.state == .collecting, "\(found.state) \(String(describing: found.cause))")
            let told = try await parts.connections.anthropic?.history(of: session, types: ["user.message"]).events ?? []
            let rounds = told.filter { String(decoding: $0.bytes, as: UTF8.self).contains("This is round 2") }
            #expect(rounds.count == 1)
            #expect(try await SpendCheck(database: bench.database).complaints() == [])
        }
    }

    /// In review, all of its limit spent.
    private static func inReview(_ here: StandIns, _ policy: String) async throws -> Placed {
        let limits = #""max_session_duration_minutes": 60, "max_session_cost_usd": 0.02"#
        let extra = #", "budgets": {"run": {"on_exhausted": "\#(policy)"}}, "review": {"enabled": true}"#
        let bench = try await Bench(
            isImpatient: false, agents: ["sentinel.json": Agents.make(limits: limits, extra: extra)])
        try await here.steer(#"{"name":"no_files","times":1}"#)
        let session = try await here.anthropic.createSession(
            NewSession(
                agentID: "agent_test", environmentID: "env_demo", title: "test", metadata: [:],
                budgetMicroUSD: MicroUSD.cents(2).rawValue,
                kickoff: "Audit.\n\nCLIENT PAYLOAD:\n{\"client_id\":\"shamrock\"}")
        ).id
        let run = try await bench.run([.taken, .sessionOpened(session: session)])
        let now = bench.clock.now
        try await bench.database.write { try SpendLedger(db: $0).open(run, amount: .cents(2), now: now) }
        let hand = try #require(try await bench.claim("w", run.id))
        let placed = Placed(bench: bench, parts: try bench.parts(here.connections), session: session, hand: hand)
        #expect(try await FollowStage(parts: placed.parts).run(hand) == .moved)
        let ended = try await bench.find(run.id)
        #expect(ended.state == .collecting && ended.spentMicroUSD >= 20_000, "\(ended.state) \(ended.spentMicroUSD)")
        for event in [RunMachine.Event.filesCollected(problem: nil), .reviewOpened(problem: nil)] {
            try await bench.move(run.id, event)
        }
        return placed
    }

    @Test("People are asked first, and a yes lets the same session take the round")
    func asks() async throws {
        try await withStandIns { here in
            let placed = try await Self.inReview(here, "pause_and_ask")
            try await placed.bench.move(placed.hand.run.id, .revisionAsked)
            for _ in 0..<2 {
                guard case .rest = try await placed.work() else { return #expect(Bool(false), "it did not wait") }
            }
            let waiting = try await placed.run
            #expect(waiting.state == .revising && waiting.cause?.code == .budgetExhausted)
            let asked = try await placed.asked()
            #expect(asked.compactMap { BudgetQuestion($0)?.scope } == ["run"], "asked once")
            _ = try await placed.approvals().approve(
                try #require(asked.first).id, by: .bureau(name: "ana"), on: "cli")
            #expect(try await placed.work() == .moved)
            try await placed.isWorked()
        }
    }

    @Test(
        "A question nobody answers in time ends it as over budget, also when somebody presses too late before it looks",
        arguments: [false, true])
    func expires(isPressedLate: Bool) async throws {
        try await withStandIns { here in
            let placed = try await Self.inReview(here, "pause_and_ask")
            try await placed.bench.move(placed.hand.run.id, .revisionAsked)
            _ = try await placed.work()
            let question = try #require(try await placed.asked().first)
            placed.bench.clock.advance(milliseconds: question.expiresAt - placed.bench.clock.now + 1)
            if isPressedLate {
                let late = try await placed.approvals().approve(question.id, by: .bureau(name: "ana"), on: "cli")
                guard case .already(let settled) = late, settled.state == .expired else {
                    return #expect(Bool(false), "\(late)")
                }
            }
            #expect(try await placed.work() == .moved)
            let run = try await placed.run
            #expect(run.state == .stopping && run.stopCause?.code == .overBudget, "\(run.state)")
            #expect(try await placed.asked().count == 1, "nobody is asked again")
            #expect(run.stopCause?.sentence.contains("Nobody raised its budget in time") == true)
        }
    }

    @Test("A limit that was raised while its results waited is the session's cap before it is told anything")
    func raisedBefore() async throws {
        try await withStandIns { here in
            let placed = try await Self.inReview(here, "pause_and_ask")
            try await placed.raise()
            try await placed.bench.move(placed.hand.run.id, .revisionAsked)
            #expect(try await placed.work() == .moved)
            #expect(try await here.anthropic.session(placed.session).budgetMicroUSD == 100_000)
            try await placed.isWorked()
        }
    }

    @Test("Where the agent's file says stop it ends as over budget, and its session is not called unreachable")
    func stops() async throws {
        try await withStandIns { here in
            let placed = try await Self.inReview(here, "stop")
            try await placed.bench.move(placed.hand.run.id, .revisionAsked)
            #expect(try await placed.work() == .moved)
            let run = try await placed.run
            #expect(run.state == .stopping && run.stopCause?.code == .overBudget, "\(String(describing: run.cause))")
            #expect(try await placed.asked().isEmpty)
        }
    }

    @Test("One that failed before the message was sent asks when it is tried again, and sends it then")
    func retried() async throws {
        try await withStandIns { here in
            var placed = try await Self.inReview(here, "pause_and_ask")
            let (bench, id) = (placed.bench, placed.hand.run.id)
            let lost = RunCause(.sessionUnreachable, "It could not be reached.")
            for event in [RunMachine.Event.revisionAsked, .broke(lost), .sessionHalted] {
                try await bench.move(id, event)
            }
            _ = try await RunDesk(database: bench.database, doors: bench.clock.doors).retry(id)
            bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
            placed.hand = try #require(try await bench.claim("w", id))
            #expect(try await placed.work() == .moved)
            let waiting = try await placed.run
            #expect(waiting.state == .waitingApproval && waiting.cause?.code == .budgetExhausted)
            guard case .rest = try await placed.work() else { return #expect(Bool(false), "it did not wait") }
            #expect(try await placed.asked().count == 1)
            try await placed.raise()
            #expect(try await placed.work() == .moved)
            try await placed.isWorked()
        }
    }
}
