import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

/// Sessions of the sandbox that spend about ten cents a request without end. Time stands still: the stream alone tells.
@Suite("A run that only warns at its own limit")
struct FurtherMoneyTests {
    private struct Placed {
        let bench: Bench, parts: EngineParts, hand: RunInHand, session: String
    }

    private static func placed(_ here: StandIns, _ agency: ScopeBudget) async throws -> Placed {
        let limits = #""max_session_duration_minutes": 60, "max_session_cost_usd": 1.00"#
        let agent = Agents.make(limits: limits, extra: #", "budgets": {"run": {"on_exhausted": "warn_only"}}"#)
        let bench = try await Bench(isImpatient: false, agents: ["sentinel.json": agent])
        let parts = try bench.parts(here.connections) { $0.agencyBudget = agency }
        try await here.steer(#"{"name":"runaway","times":1}"#)
        let session = try await here.anthropic.createSession(
            NewSession(
                agentID: "agent_test", environmentID: "env_demo", title: "test", metadata: [:],
                budgetMicroUSD: MicroUSD.usd(1).rawValue,
                kickoff: "Audit.\n\nCLIENT PAYLOAD:\n{\"client_id\":\"shamrock\"}")
        ).id
        let run = try await bench.run([.taken, .sessionOpened(session: session)])
        let now = bench.clock.now
        try await bench.database.write { try SpendLedger(db: $0).open(run, amount: .usd(1), now: now) }
        let hand = try #require(try await bench.claim("w", run.id))
        return Placed(bench: bench, parts: parts, hand: hand, session: session)
    }

    private static func now(_ placed: Placed) async throws -> RunInHand {
        let run = try await placed.bench.find(placed.hand.run.id)
        return RunInHand(run: run, lease: placed.hand.lease, agent: placed.hand.agent)
    }

    @Test("It goes on over its limit by steps, and stops where an account that stops has nothing left")
    func stops() async throws {
        try await withStandIns { here in
            let placed = try await Self.placed(here, ScopeBudget(limit: .usd(2.5), onExhausted: .stop))
            #expect(try await FollowStage(parts: placed.parts).run(placed.hand) == .moved)
            let run = try await placed.bench.find(placed.hand.run.id)
            #expect(run.state == .stopping && run.stopCause?.code == .overBudget, "\(run.state)")
            #expect(run.stopCause?.sentence.contains("left of $2.50") == true, "\(String(describing: run.stopCause))")
            #expect(run.spentMicroUSD >= 2_400_000 && run.spentMicroUSD < 2_750_000, "\(run.spentMicroUSD)")
            let raised = try await placed.bench.steps(run.id, .session).filter { $0.kind == BudgetPause.stepKind }
            #expect(raised.count >= 2 && raised.allSatisfy { $0.state == .done })
        }
    }

    @Test("Where the account asks, the session waits at its cap, and a raised account lets the same session go on")
    func asks() async throws {
        try await withStandIns { here in
            let agency = ScopeBudget(limit: .usd(1.5)), placed = try await Self.placed(here, agency)
            #expect(try await FollowStage(parts: placed.parts).run(placed.hand) == .moved)
            let waiting = try await Self.now(placed)
            #expect(waiting.run.state == .waitingApproval && waiting.run.cause?.code == .budgetExhausted)
            let asked = try await placed.bench.database.read { try ApprovalStore(db: $0).list(run: waiting.run.id) }
            #expect(asked.compactMap { BudgetQuestion($0)?.scope } == ["agency"])
            // However long it waits, its history is not read again: only whether it has anything new.
            here.sandbox.log.clear()
            guard case .rest = try await GateStage(parts: placed.parts).run(waiting) else {
                return #expect(Bool(false), "it did not wait")
            }
            let read = here.sandbox.log.entries.filter { $0.operation == "session.history" }.map(\.path)
            #expect(read.count == 1 && read[0].contains("limit=1&"), "\(read)")
            let desk = BudgetDesk(
                database: placed.bench.database, doors: placed.bench.clock.doors, catalog: placed.bench.catalog,
                agencyBudget: agency)
            _ = try await desk.raise(.agency, .day, to: .usd(2.5), by: "ana")
            #expect(try await GateStage(parts: placed.parts).run(waiting) == .moved)
            let onward = try await Self.now(placed)
            #expect(onward.run.state == .running && onward.run.sessionID == placed.session)
            #expect(try await FollowStage(parts: placed.parts).run(onward) == .moved)
            let again = try await Self.now(placed)
            #expect(again.run.state == .waitingApproval && again.run.spentMicroUSD >= 2_400_000)
            let open = try await placed.bench.database.read { try ApprovalStore(db: $0).list(isAll: false, limit: 10) }
            _ = try await ApprovalDesk(
                database: placed.bench.database, catalog: placed.bench.catalog, doors: placed.bench.clock.doors,
                agencyBudget: agency
            ) {}.deny(try #require(open.first).id, by: .bureau(name: "ana"), on: "cli", reason: "Enough.")
            #expect(try await placed.bench.find(placed.hand.run.id).stopCause?.code == .budgetDenied)
            #expect(try await SpendCheck(database: placed.bench.database).complaints() == [])
        }
    }
}
