import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("The money ledger")
struct SpendLedgerTests {
    private static func reserved(_ bench: Bench, _ dollars: Double = 5) async throws -> RunRecord {
        let run = try await bench.run()
        try await bench.database.write {
            try SpendLedger(db: $0).open(run, amount: .usd(dollars), now: bench.clock.now)
        }
        return run
    }

    private static func settle(_ bench: Bench, _ run: RunRecord, _ cents: Int64) async throws {
        let now = bench.clock.now
        try await bench.database.write { db in
            try SpendLedger(db: db).settle(run, total: .cents(cents), now: now)
            try db.execute(
                "UPDATE run SET spent_micro_usd = max(spent_micro_usd, ?) WHERE id = ?", [cents * 10_000, run.id])
        }
    }

    private static func agency(_ bench: Bench) async throws -> SpendBalance {
        let account = SpendAccount(.agency, SpendAccount.day(bench.clock.now))
        return try await bench.database.read { try SpendLedger(db: $0).balance(account) }
    }

    private static let orders: [[Int64]] = [
        [100, 250, 400], [400, 250, 100], [250, 250, 400, 400, 100, 400], [400], [100, 400, 400, 250],
    ]
    @Test("Figures that come late, twice or out of order count once", arguments: orders)
    func figures(cents: [Int64]) async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        for figure in cents { try await Self.settle(bench, run, figure) }
        #expect(try await Self.agency(bench) == SpendBalance(reserved: .usd(1), spent: .usd(4)))
        try await bench.move(run.id, .stopAsked(RunCause(.byPerson, "Enough.")))
        #expect(try await Self.agency(bench) == SpendBalance(reserved: .zero, spent: .usd(4)))
        try await Self.settle(bench, run, 450)
        #expect(try await Self.agency(bench).spent == .usd(4.5))
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
    }

    private static let ends: [[RunMachine.Event]] = [
        [.broke(RunCause(.sessionLost, "Gone."))],
        [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil)],
        [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: RunCause(.deliveryFailed, "No."))],
        [.stopAsked(RunCause(.byPerson, "No.")), .sessionHalted, .filesCollected(problem: nil)],
    ]
    @Test("Every end gives back what was not spent", arguments: ends)
    func release(events: [RunMachine.Event]) async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        for event in Bench.toRunning + events { try await bench.move(run.id, event) }
        #expect(try await bench.find(run.id).state.isFinal)
        #expect(try await Self.agency(bench) == SpendBalance())
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
    }

    @Test("A run that is lost too often gives its money back")
    func lost() async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        for event in Bench.toRunning + Array(repeating: .leaseLost(), count: 12) { try await bench.move(run.id, event) }
        #expect(try await bench.find(run.id).state == .failed)
        #expect(try await Self.agency(bench) == SpendBalance())
        try await bench.move(run.id, .retried)
        #expect(try await Self.agency(bench) == SpendBalance(), "it asks for money before it goes on")
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await RunReservation(parts: try bench.parts(), hand: hand).regain() == nil)
        #expect(try await Self.agency(bench).reserved == .usd(5), "what goes on in its session has money again")
    }

    @Test("Entries are never changed or removed, and a figure changed by hand is found")
    func appendOnly() async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        try await Self.settle(bench, run, 100)
        for sql in ["DELETE FROM spend_entry", "UPDATE spend_entry SET cumulative_micro_usd = 0"] {
            await #expect(throws: StorageError.self) {
                try await bench.database.engine.write { try $0.execute(sql, []) }
            }
        }
        for sql in [
            "UPDATE spend_balance SET spent_micro_usd = 1 WHERE scope = 'agency'",
            "UPDATE spend_hold SET settled_micro_usd = 7", "UPDATE run SET spent_micro_usd = 5",
        ] {
            #expect(try await SpendCheck(database: bench.database).complaints() == [])
            await #expect(throws: Undo.self) {
                try await bench.database.engine.write { db in
                    try db.execute(sql, [])
                    let found = try SpendCheck.complaints(db).count
                    #expect(found > 0, "\(sql)")
                    throw Undo()
                }
            }
        }
    }

    @Test("When the ledger refuses, the run does not begin")
    func refusedReservation() async throws {
        let bench = try await Bench()
        let payload = #"{"client_id":"shamrock","client_name":"Shamrock"}"#
        let run = try await bench.run(payload: payload)
        try await Self.breakLedger(bench)
        let hand = try #require(try await bench.claim("w", run.id))
        await #expect(throws: StorageError.self) { _ = try await AssessStage(parts: bench.parts()).run(hand) }
        #expect(try await bench.find(run.id).state == .queued)
        #expect(try await bench.steps(run.id, .session).isEmpty)
    }

    @Test("When the ledger refuses a figure, nothing of it is kept and the error reaches the stage")
    func refusedFigure() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        let hand = try #require(try await bench.claim("w", run.id))
        try await Self.breakLedger(bench)
        var fold = SessionFold()
        fold.take(
            try event(#"{"id":"u","type":"session.usage","usage":{"list_cost":{"amount":"100","currency":"USD"}}}"#))
        let meter = CostMeter(parts: try bench.parts(), hand: hand), known = fold
        await #expect(throws: StorageError.self) { try await meter.save(known, listed: nil) }
        #expect(try await bench.find(run.id).spentMicroUSD == 0)
    }

    private struct Undo: Error {}

    private static func breakLedger(_ bench: Bench) async throws {
        _ = try await bench.database.write {
            try $0.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON spend_entry BEGIN SELECT RAISE(ABORT, 'the ledger is broken'); END",
                [])
        }
    }
}

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
        let open = try await bench.database.read { try ApprovalStore(db: $0).list(state: .open, limit: 10) }
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
