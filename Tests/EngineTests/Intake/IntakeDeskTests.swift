import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("Pausing and draining the intake")
struct IntakeDeskTests {
    private static let ana = Actor(name: "ana", surface: "web")

    private func desk(_ bench: Bench) -> IntakeDesk { IntakeDesk(database: bench.database, doors: bench.clock.doors) }

    private func set(_ bench: Bench, _ mode: IntakeMode, _ reason: String = "") async throws {
        _ = try await desk(bench).set(mode, by: Self.ana, reason: reason)
    }

    private func claim(_ bench: Bench, _ owner: String = "w", limit: Int = 50) async throws -> [String] {
        let now = bench.clock.now
        return try await bench.database.write { db in
            let claim = RunClaim(db: db, rules: QueueRules(), owner: owner, now: now)
            let isDue = try claim.isAnyDue(), claimed = try claim.claim(limit: limit)
            #expect(isDue == !claimed.isEmpty, "a look and a claim agree")
            return claimed.map(\.id)
        }
    }

    @Test("Paused, nothing begins and what has begun goes on; resumed, each begins once, whoever claims")
    func pause() async throws {
        let bench = try await Bench()
        let going = try await bench.run(Bench.toRunning)
        try await set(bench, .paused)
        var waiting: [String] = []
        for _ in 0..<20 { waiting.append(try await bench.run().id) }
        #expect(try await claim(bench) == [going.id])
        #expect(try await claim(bench).isEmpty)
        let status = try await desk(bench).status()
        #expect(status.waiting == 20 && status.inHand == 1 && !status.isEmpty)
        #expect(status.sentence(since: "09:10") == "Intake is paused by ana since 09:10. 20 events waiting.")
        try await set(bench, .open)
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for owner in 0..<4 { group.addTask { try await claim(bench, "w\(owner)") } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.sorted() == waiting.sorted(), "all of them, none twice")
        #expect(try await desk(bench).status().waiting == 0)
        #expect(try await desk(bench).status().sentence(since: "") == nil)
    }

    static let rests: [([RunMachine.Event], IntakeMode, Bool)] = [
        (Bench.toRunning, .draining, true), ([.taken], .draining, true), ([], .draining, false),
        (Bench.toRunning + [.turnEnded], .draining, true),
        (Bench.toRunning + [.approvalsAsked(count: 1)], .draining, false),
        (Bench.toRunning + [.approvalsAsked(count: 1)], .paused, true),
    ]

    @Test("A drain takes up what is in work and leaves what rests", arguments: rests)
    func drain(events: [RunMachine.Event], mode: IntakeMode, isTakenUp: Bool) async throws {
        let bench = try await Bench(), run = try await bench.run(events)
        try await set(bench, mode)
        #expect(try await claim(bench) == (isTakenUp ? [run.id] : []))
        if mode == .draining { #expect(try await desk(bench).status().isEmpty == !isTakenUp) }
        try await set(bench, .open)
        if !isTakenUp { #expect(try await claim(bench) == [run.id], "resume lets it go on") }
    }

    @Test("A drain is over when the last run in hand has come to rest")
    func empty() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        try await set(bench, .draining)
        #expect(try await !desk(bench).status().isEmpty)
        let hand = try #require(try await bench.claim("w", run.id))
        try await bench.move(run.id, .approvalsAsked(count: 1), hand.lease)
        #expect(try await !desk(bench).status().isEmpty, "its worker still holds it")
        let now = bench.clock.now
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: now) }
        let status = try await desk(bench).status()
        #expect(status.isEmpty && status.inHand == 0)
        #expect(status.sentence(since: "09:10")?.contains("nothing is in work") == true)
    }

    @Test("Who, when and why are kept once, and another process sees the same")
    func audit() async throws {
        let bench = try await Bench()
        let (first, isNew) = try await desk(bench).set(.paused, by: Self.ana, reason: "Lists are rebuilt")
        bench.clock.advance(milliseconds: 5_000)
        let (again, isNewAgain) = try await desk(bench).set(
            .paused, by: Actor(name: "ben", surface: "cli"), reason: "me too")
        #expect(isNew && !isNewAgain)
        #expect(again.record == first.record && again.record.changedBy == "ana")
        let other = try SQLiteDatabase(path: bench.database.path)
        let seen = try await IntakeDesk(database: other, doors: bench.clock.doors).status()
        #expect(seen.record == first.record && seen.record.reason == "Lists are rebuilt")
        let log = try await AuditDesk(database: bench.database, doors: bench.clock.doors).list(
            .init(subject: "intake", visible: nil))
        #expect(log.map(\.action) == ["intake paused"] && log.first?.after?.contains("Lists are rebuilt") == true)
    }

    @Test("Nobody is given up for having waited while the intake was paused, nor right after")
    func expiry() async throws {
        let bench = try await Bench(), parts = try bench.parts(Connections(), { $0.queuedHoursMax = 2 })
        let run = try await bench.run()
        try await set(bench, .paused)
        for (hours, mode, state) in [(3, IntakeMode.open, RunState.queued), (1, .open, .queued), (2, .open, .failed)] {
            bench.clock.advance(milliseconds: Int64(hours) * 3_600_000 + 1)
            try await QueueExpiry(parts: parts).look()
            #expect(try await bench.find(run.id).state == state, "after \(hours) more hours")
            try await set(bench, mode)
        }
    }

    @Test("A run that waits for the intake says so")
    func hold() async throws {
        let bench = try await Bench()
        _ = try await bench.run()
        try await set(bench, .paused)
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let holds = try await desk.holds(try await desk.waiting(QueueFilter()), QueueRules())
        #expect(holds == [.intake(.paused, by: "ana")])
        #expect(holds.first?.sentence == "the intake: ana has paused it")
    }

    @Test("Schedules hold while it is paused; afterwards each one's own rule for missed times decides")
    func schedules() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:30Z", cron: ScheduleServiceTests.hourly)
        try await house.add("acme")
        try await house.service.look()
        let desk = IntakeDesk(database: house.database, doors: house.parts.doors)
        _ = try await desk.set(.paused, by: Self.ana, reason: "")
        try house.clock.set("2026-11-21T11:30Z")
        for _ in 0..<2 { try await house.service.look() }
        #expect(try await house.runCount() == 0)
        _ = try await desk.set(.open, by: Self.ana, reason: "")
        for _ in 0..<3 { try await house.service.look() }
        #expect(try await house.slots() == ["acme 2026-11-21T11:00:00Z"], "the newest one, once")
    }
}
