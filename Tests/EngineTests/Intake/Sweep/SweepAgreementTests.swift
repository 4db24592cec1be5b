import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// One task on a board, with everything that can happen between the board and us, from a seed.
@Suite("The sweep and the webhook")
struct SweepAgreementTests {
    private struct Stay {
        let from: Int64
        var until: Int64?
    }
    private struct Event {
        let id: Int
        let date: Int64
        let status: String
    }

    @Test("One stay makes one run in whichever order webhooks, repetitions and looks come", arguments: 0..<60)
    func orders(seed: UInt64) async throws {
        let bench = try await Bench()
        let intake = WebhookIntake(
            database: bench.database, catalog: bench.catalog, secret: nil, doors: bench.clock.doors,
            logger: bench.logger, counters: bench.counters, wake: {})
        let watch = try #require(Sweep.Watch(try bench.agent))
        let sweep = Sweep(parts: try bench.parts(), wake: {})
        var chance = Chance(seed: seed)
        var stays: [Stay] = [], events: [Event] = []
        var now: Int64 = 1_795_165_200_000, updated = now, isThere = false
        var page: ClickUpTask?
        func look() throws -> ClickUpTask { try Self.task(isThere ? "ready (automate)" : "to do", updated: updated) }
        for step in 0..<40 {
            now += Int64.random(in: 1_500...90_000, using: &chance)
            switch Int.random(in: 0..<10, using: &chance) {
            case 0...2:
                isThere.toggle()
                updated = now
                if isThere { stays.append(Stay(from: now)) } else { stays[stays.count - 1].until = now }
                events.append(Event(id: step, date: now, status: isThere ? "ready (automate)" : "to do"))
            case 3: updated = now
            case 4: page = try look()
            case 5: if let page { _ = try await sweep.take([page], watch, TaskRecordBook(.clickUp, sweep.parts)) }
            case 6: _ = try await sweep.take([try look()], watch, TaskRecordBook(.clickUp, sweep.parts))
            default:
                // Delivered late, twice, out of order, or not at all.
                if let event = events.randomElement(using: &chance) { try await deliver(event, intake) }
            }
            try await expectOneEach(bench, stays, events, "seed \(seed), step \(step)")
        }
        // In the end everything is delivered once more and looked at: nobody may have been forgotten.
        for event in events.shuffled(using: &chance) { try await deliver(event, intake) }
        _ = try await sweep.take([try look()], watch, TaskRecordBook(.clickUp, sweep.parts))
        try await expectOneEach(bench, stays, events, "seed \(seed), end")
        if let last = stays.last, last.until == nil {
            let runs = try await runs(bench).filter { Self.stay(of: $0, stays, events) == stays.count - 1 }
            #expect(runs.count == 1, "seed \(seed): the task waits in the status and has \(runs.count) runs")
        }
    }

    /// A look an event agrees with, by minutes: (look's update, event's date, leaves at, runs in the end).
    private static let lateEvents: [(String, Int64, Int64, Int64?, Int)] = [
        ("the missed webhook comes after the sweep", 1_000, 1_000, nil, 1),
        ("a comment was written before the sweep looked", 50_000, 1_000, nil, 1),
        ("the vendor writes the update a moment before the change", 1_000, 1_400, nil, 1),
        ("the task was moved out and in again after the look", 1_000, 90_000, 60_000, 2),
        ("nobody told that the task had left in between", 1_000, 90_000, nil, 2),
    ]

    @Test("A late webhook is a duplicate exactly when the swept stay is its own", arguments: lateEvents)
    func late(what: String, updated: Int64, date: Int64, left: Int64?, count: Int) async throws {
        let bench = try await Bench(), base: Int64 = 1_795_165_200_000
        let intake = WebhookIntake(
            database: bench.database, catalog: bench.catalog, secret: nil, doors: bench.clock.doors,
            logger: bench.logger, counters: bench.counters, wake: {})
        let sweep = Sweep(parts: try bench.parts(), wake: {})
        let watch = try #require(Sweep.Watch(try bench.agent))
        #expect(
            try await sweep.take(
                [try Self.task("Ready (Automate)", updated: base + updated)], watch,
                TaskRecordBook(.clickUp, sweep.parts)
            ).count == 1)
        if let left { try await deliver(Event(id: 1, date: base + left, status: "to do"), intake) }
        try await deliver(Event(id: 2, date: base + date, status: "ready (automate)"), intake)
        try await deliver(Event(id: 2, date: base + date, status: "ready (automate)"), intake)
        #expect(try await runs(bench).count == count)
        let verdicts = try await bench.database.engine.query("SELECT verdict FROM signal ORDER BY id").map {
            try $0.text("verdict")
        }
        #expect(verdicts.last == "duplicate", "\(what)")
    }

    @Test("A task whose run failed and was commented on is not started again by every sweep")
    func failedTask() async throws {
        let bench = try await Bench(), sweep = Sweep(parts: try bench.parts(), wake: {})
        let watch = try #require(Sweep.Watch(try bench.agent))
        let started = try await sweep.take(
            [try Self.task("ready (automate)", updated: 1_000)], watch, TaskRecordBook(.clickUp, sweep.parts))
        try await bench.move(try #require(started.first), .foundIneligible(RunCause(.notEligible, "Enough.")))
        for minute in 1...20 {
            #expect(
                try await sweep.take(
                    [try Self.task("ready (automate)", updated: Int64(minute) * 60_000)], watch,
                    TaskRecordBook(.clickUp, sweep.parts)) == [])
        }
    }

    @Test("A run somebody started by hand answers for the task the sweep finds")
    func byHand() async throws {
        let bench = try await Bench(), sweep = Sweep(parts: try bench.parts(), wake: {})
        let watch = try #require(Sweep.Watch(try bench.agent))
        _ = try await bench.run(task: "86t")
        #expect(
            try await sweep.take(
                [try Self.task("ready (automate)", updated: bench.clock.now - 60_000)], watch,
                TaskRecordBook(.clickUp, sweep.parts)) == [])
    }

    private func expectOneEach(_ bench: Bench, _ stays: [Stay], _ events: [Event], _ what: String) async throws {
        let owners = try await runs(bench).map { Self.stay(of: $0, stays, events) }
        #expect(Set(owners).count == owners.count, "\(what): two runs for one stay, \(owners)")
    }

    /// Which stay a run is for, told by its key: the change's id, or the update the sweep saw.
    private static func stay(of key: String, _ stays: [Stay], _ events: [Event]) -> Int? {
        let last = key.split(separator: "/").last.map(String.init) ?? ""
        let date =
            last.hasPrefix("seen-")
            ? Int64(last.dropFirst(5)) : events.first { String($0.id) == last }?.date
        return date.flatMap { date in stays.lastIndex { $0.from <= date && date < $0.until ?? .max } }
    }

    private func runs(_ bench: Bench) async throws -> [String] {
        try await bench.database.engine.query("SELECT dedupe_key FROM run ORDER BY id").map {
            try $0.text("dedupe_key")
        }
    }

    private func deliver(_ event: Event, _ intake: WebhookIntake) async throws {
        let body =
            #"{"event":"taskStatusUpdated","task_id":"86t","webhook_id":"w","history_items":[{"id":"\#(event.id)","#
            + #""date":"\#(event.date)","field":"status","parent_id":"\#(Agents.list)","user":{"id":8001},"#
            + #""after":{"status":"\#(event.status)"}}]}"#
        let request = WebhookIntake.Request(
            agent: "sentinel", signature: nil, body: Data(body.utf8), remoteAddress: "test")
        _ = try await intake.believed(request)
    }

    private static func task(_ status: String, updated: Int64) throws -> ClickUpTask {
        let json =
            #"{"id":"86t","name":"t","status":{"status":"\#(status)"},"list":{"id":"\#(Agents.list)"},"date_updated":"\#(updated)"}"#
        return try JSONDecoder().decode(ClickUpTask.self, from: Data(json.utf8))
    }
}

/// The same numbers for the same seed (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
