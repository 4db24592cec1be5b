import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Who waits for money")
struct ReservationTests {
    private static func payload() -> String { #"{"client_id":"shamrock","client_name":"Shamrock"}"# }

    private static func assess(_ bench: Bench, _ id: String, agency: ScopeBudget?) async throws -> StageOutcome {
        let hand = try #require(try await bench.claim("w", id))
        let outcome = try await AssessStage(parts: bench.parts { $0.agencyBudget = agency }).run(hand)
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
        return outcome
    }

    @Test("A run without money waits in the queue with a question, and goes on when the answer is yes, once")
    func raised() async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(8))
        let first = try await bench.run(payload: Self.payload()), second = try await bench.run(payload: Self.payload())
        #expect(try await Self.assess(bench, first.id, agency: agency) == .moved)
        guard case .rest = try await Self.assess(bench, second.id, agency: agency) else {
            Issue.record("it did not wait")
            return
        }
        let waiting = try await bench.find(second.id)
        #expect(waiting.state == .queued)
        #expect(waiting.cause?.code == .budgetExhausted)
        #expect(waiting.cause?.sentence.contains("$3.00 left of $8.00") == true, "\(waiting.cause?.sentence ?? "")")

        let desk = ApprovalDesk(
            database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, agencyBudget: agency
        ) {}
        let question = try #require(try await desk.list().first)
        #expect(question.runID == second.id)
        _ = try await Self.assess(bench, second.id, agency: agency)
        #expect(try await desk.list().count == 1, "looking again asks nothing again")
        let answers = [
            try await desk.approve(question.id, by: .bureau(name: "ana"), on: "cli"),
            try await desk.approve(question.id, by: .bureau(name: "jo"), on: "cli"),
        ]
        guard case .decided = answers[0], case .already = answers[1] else {
            Issue.record("\(answers)")
            return
        }
        #expect(try await Self.assess(bench, second.id, agency: agency) == .moved)
        #expect(try await bench.find(second.id).state == .starting)
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
    }

    @Test("The answer no stops the run that waits")
    func denied() async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(1))
        let run = try await bench.run(payload: Self.payload())
        _ = try await Self.assess(bench, run.id, agency: agency)
        let desk = ApprovalDesk(
            database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, agencyBudget: agency
        ) {}
        let question = try #require(try await desk.list().first)
        _ = try await desk.deny(question.id, by: .bureau(name: "ana"), on: "cli", reason: "not today")
        let ended = try await bench.find(run.id)
        #expect(ended.state == .stopped)
        #expect(ended.cause?.sentence == "ana decided not to raise the budget: not today")
    }

    private static func waiting(_ bench: Bench, _ count: Int, _ agency: ScopeBudget) async throws -> [RunRecord] {
        var runs: [RunRecord] = []
        for _ in 0..<count {
            runs.append(try await bench.run(payload: payload()))
            _ = try await assess(bench, runs[runs.count - 1].id, agency: agency)
        }
        return runs
    }

    private static func desk(_ bench: Bench, _ agency: ScopeBudget) -> ApprovalDesk {
        ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, agencyBudget: agency) {
        }
    }

    @Test("A no is for every run that waits for the same money; one that comes later asks anew")
    func deniedForAll() async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(1))
        let runs = try await Self.waiting(bench, 5, agency), desk = Self.desk(bench, agency)
        let questions = try await desk.list()
        #expect(questions.count == 1)
        _ = try await desk.deny(try #require(questions.first).id, by: .bureau(name: "ana"), on: "cli", reason: "no")
        for run in runs.dropFirst() {
            #expect(try await Self.assess(bench, run.id, agency: agency) == .moved, "it was woken by the answer")
            let ended = try await bench.find(run.id)
            #expect(ended.state == .stopped)
            #expect(ended.cause?.sentence == "It was not started: ana decided not to raise the budget: no")
            let told = try await bench.steps(run.id, .notice).filter { $0.kind == "alert" }
            #expect(told.count == 1, "people are told what became of it")
        }
        let open = Set(try await bench.alerts().map(\.subject))
        #expect(open.isDisjoint(with: runs.map(\.id)), "a decision is no failure")
        #expect(try await desk.list().isEmpty, "nobody is asked again")
        _ = try await Self.waiting(bench, 1, agency)
        #expect(try await desk.list().count == 1)
    }

    @Test("A question nobody answered in time ends every run that waits for the same money", arguments: [0, 1, 3])
    func expiredForAll(first: Int) async throws {
        let agent = Agents.make(extra: #", "approvals": {"expire_minutes": 60}"#)
        let bench = try await Bench(agents: ["sentinel.json": agent]), agency = ScopeBudget(limit: .usd(1))
        let runs = try await Self.waiting(bench, 4, agency)
        let question = try #require(try await Self.desk(bench, agency).list().first)
        bench.clock.advance(milliseconds: question.expiresAt - bench.clock.now + 1)
        for run in [runs[first]] + runs {
            guard try await bench.find(run.id).state == .queued else { continue }
            #expect(try await Self.assess(bench, run.id, agency: agency) == .moved)
        }
        for run in runs {
            let ended = try await bench.find(run.id)
            #expect(ended.state == .stopped)
            #expect(ended.cause?.sentence.contains("nobody raised its budget in time") == true)
        }
        #expect(try await bench.alerts().filter { $0.cause == "over_budget" }.count == runs.count)
        let asked = try await bench.database.engine.query("SELECT state FROM approval", []).map { try $0.text("state") }
        #expect(asked == ["expired"])
    }

    @Test("A yes to less than what was raised meanwhile lowers nothing, and says so")
    func staleYes() async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(1))
        let run = try #require(try await Self.waiting(bench, 1, agency).first)
        let question = try #require(try await Self.desk(bench, agency).list().first)
        let budgets = BudgetDesk(
            database: bench.database, doors: bench.clock.doors, catalog: bench.catalog, agencyBudget: agency)
        _ = try await budgets.raise(.agency, .day, to: .usd(200), by: "jo")
        _ = try await Self.desk(bench, agency).approve(question.id, by: .bureau(name: "ana"), on: "cli")
        #expect(try await budgets.limit(.agency, .day) == .usd(200))
        let said = try await RunDesk(database: bench.database, doors: bench.clock.doors).events(run.id)
        #expect(said.contains { $0.kind == "budget" && $0.detail.contains("is $200.00 already") }, "\(said)")
    }

    private static let accounts: [(SpendAccount.Owner, SpendAccount.Span)] = [
        (.agency, .day), (.agent("sentinel"), .day), (.agent("sentinel"), .month),
    ]

    @Test("A limit that is set holds at once where it was raised for now, and wakes who waits", arguments: accounts)
    func setAfterRaise(owner: SpendAccount.Owner, span: SpendAccount.Span) async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(1))
        let run = try #require(try await Self.waiting(bench, 1, agency).first)
        let later = bench.clock.now + RunReservation.lookEveryMilliseconds
        try await bench.database.write { try RunStore(db: $0).raiseCostMax(run.id, to: .usd(7)) }
        let desk = BudgetDesk(
            database: bench.database, doors: bench.clock.doors, catalog: bench.catalog, agencyBudget: agency)
        let other: SpendAccount.Span = span == .day ? .month : .day, beside = SpendAccount.Owner.agent("sentinel")
        _ = try await desk.set(beside, other, to: .usd(11), by: "jo")
        _ = try await desk.raise(beside, other, to: .usd(12), by: "jo")
        _ = try await desk.set(owner, span, to: .usd(50), by: "jo")
        _ = try await desk.raise(owner, span, to: .usd(63), by: "jo")
        try await bench.database.write { db in
            _ = try db.execute("UPDATE run SET due_at = ? WHERE id = ?", [later, run.id])
        }
        let line = try await desk.set(owner, span, to: .usd(30), by: "ana")
        #expect(line.budget?.limit == .usd(30))
        #expect(try await desk.limit(owner, span) == .usd(30))
        #expect(try await desk.limit(beside, other) == .usd(12), "of another period")
        #expect(try await bench.find(run.id).costMax == .usd(7), "what one run may cost stays")
        #expect(try await bench.isAnyDue(run.id))
    }

    private static let nobodys: [(SpendAccount.Owner, SpendAccount.Span, String)] = [
        (.client("acmee"), .month, "there is no client acmee"),
        (.agent("sentinal"), .day, "there is no agent sentinal"),
    ]

    @Test("No limit is set for a name nobody has", arguments: nobodys)
    func nobodysLimit(owner: SpendAccount.Owner, span: SpendAccount.Span, why: String) async throws {
        let bench = try await Bench()
        let desk = BudgetDesk(
            database: bench.database, doors: bench.clock.doors, catalog: bench.catalog, agencyBudget: nil)
        let refused = await #expect(throws: BudgetDesk.Refused.self) {
            _ = try await desk.set(owner, span, to: .usd(200), by: "ana")
        }
        #expect(refused?.description == why)
        #expect(try await bench.database.engine.query("SELECT scope FROM budget_limit", []).isEmpty)
    }

    @Test("The next day begins with the whole day's budget, and the question goes away")
    func nextDay() async throws {
        let bench = try await Bench(), agency = ScopeBudget(limit: .usd(6))
        let first = try await bench.run(payload: Self.payload()), second = try await bench.run(payload: Self.payload())
        _ = try await Self.assess(bench, first.id, agency: agency)
        _ = try await Self.assess(bench, second.id, agency: agency)
        #expect(try await bench.find(second.id).state == .queued)
        let day = try #require(SpendAccount(.agency, SpendAccount.day(bench.clock.now)).endsAt)
        bench.clock.advance(milliseconds: day - bench.clock.now)
        #expect(try await Self.assess(bench, second.id, agency: agency) == .moved)
        #expect(try await bench.find(second.id).state == .starting)
        let open = try await bench.database.read { try ApprovalStore(db: $0).list(isAll: false, limit: 10) }
        #expect(open.isEmpty)
    }

    private static let endings: [(Exhaustion, RunState)] = [
        (.stop, .stopped), (.warnOnly, .starting), (.pauseAndAsk, .queued),
    ]
    @Test("What happens when a budget is used up is as its config says", arguments: endings)
    func actions(action: Exhaustion, state: RunState) async throws {
        let bench = try await Bench(), run = try await bench.run(payload: Self.payload())
        _ = try await Self.assess(bench, run.id, agency: ScopeBudget(limit: .usd(1), onExhausted: action))
        #expect(try await bench.find(run.id).state == state)
    }

    @Test("People are warned once when four fifths are spent, and once when all is")
    func warnings() async throws {
        let bench = try await Bench(), run = try await bench.run(payload: Self.payload())
        let agency = ScopeBudget(limit: .usd(6))
        _ = try await Self.assess(bench, run.id, agency: agency)
        try await bench.move(run.id, .sessionOpened(session: "sesn_1"))
        let hand = try #require(try await bench.claim("w", run.id))
        let meter = CostMeter(parts: try bench.parts { $0.agencyBudget = agency }, hand: hand)
        for cents in [400, 480, 490, 600, 610] {
            var fold = SessionFold()
            fold.take(
                try event(
                    #"{"id":"u\#(cents)","type":"session.usage","usage":{"list_cost":{"amount":"\#(cents)","currency":"USD"}}}"#
                ))
            try await meter.save(fold, listed: nil)
        }
        let told = try await bench.alerts().filter { $0.cause.contains("agency") }
        #expect(told.count == 2, "\(told)")
        #expect(told.allSatisfy { $0.occurrences == 1 })
    }
}
