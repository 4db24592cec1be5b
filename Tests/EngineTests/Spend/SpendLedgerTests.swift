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

    @Test("A run that is lost too often gives its money back once its session rests")
    func lost() async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        for event in Bench.toRunning + Array(repeating: .leaseLost(), count: 12) { try await bench.move(run.id, event) }
        let (lost, parts) = (try await bench.find(run.id), try bench.parts())
        #expect(lost.state == .failed)
        #expect(try await Self.agency(bench).reserved == .usd(5), "nobody has seen its session rest")
        try await bench.database.write {
            try LateCost(db: $0, budgets: parts.budgets, doors: parts.doors).close(run.id, lost.sessionID)
        }
        #expect(try await Self.agency(bench) == SpendBalance())
        try await bench.move(run.id, .retried)
        #expect(try await Self.agency(bench) == SpendBalance(), "it asks for money before it goes on")
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await RunReservation(parts: try bench.parts(), hand: hand).regain() == nil)
        #expect(try await Self.agency(bench).reserved == .usd(5), "what goes on in its session has money again")
    }

    @Test("A model without a price is charged all its run was given, and its own cost stays unknown")
    func unpriced() async throws {
        let bench = try await Bench(), run = try await Self.reserved(bench)
        for event in Bench.toRunning { try await bench.move(run.id, event) }
        let hand = try #require(try await bench.claim("w", run.id))
        try await bench.database.write {
            try RunStore(db: $0).setModel(hand.lease, model: "claude-of-tomorrow", sessionAgent: nil)
        }
        let known = RunInHand(run: try await bench.find(run.id), lease: hand.lease, agent: hand.agent)
        var fold = SessionFold()
        fold.take(try event(#"{"id":"u","type":"session.usage","usage":{"input_tokens":1000000,"output_tokens":0}}"#))
        try await CostMeter(parts: try bench.parts(), hand: known).save(fold, listed: nil)
        #expect(try await Self.agency(bench) == SpendBalance(reserved: .usd(5), spent: .zero))
        let ends: [RunMachine.Event] = [
            .turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil),
        ]
        for event in ends { try await bench.move(run.id, event) }
        #expect(try await Self.agency(bench) == SpendBalance(reserved: .zero, spent: .usd(5)))
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
        let ended = try await bench.find(run.id)
        #expect(ended.document["cost_usd"] == JSONValue.null)
        let seen = try await bench.database.engine.query(
            "SELECT total_cost IS NULL AND total_cost_usd IS NULL AS unknown FROM runs WHERE run_id = ?", [run.id])
        #expect(try seen.first?.integer("unknown") == 1)
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
