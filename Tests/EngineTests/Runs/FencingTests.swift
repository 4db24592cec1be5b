import BureauDomain
import BureauStorage
import Foundation
import Glibc
import Testing

@testable import BureauEngine

@Suite("Leases fence every write")
struct FencingTests {
    @Test("A worker whose lease was taken over changes nothing at all")
    func oldEpoch() async throws {
        let bench = try await Bench()
        let run = try await bench.run()
        let old = try #require(try await bench.claim("old", run.id)).lease
        bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
        let new = try #require(try await bench.claim("new", run.id)).lease
        #expect(new.epoch == old.epoch + 1)
        let before = try await bench.find(run.id)
        await #expect(throws: RunMoved.self) { try await bench.move(run.id, .taken, old) }
        let now = bench.clock.now
        try await bench.database.write { db in
            let store = RunStore(db: db)
            #expect(try store.renew(old, now: now, steady: now) == nil)
            try store.release(old, dueAt: 1)
            try store.postpone(old, until: 1, PassingFault(RunMoved(runID: run.id)))
            try store.setModel(old, model: "m", sessionAgent: "a")
            try store.setSummary(old, "{}")
            let progress = RunProgress(
                spentMicroUSD: 9, spentMethod: "x", eventsCount: 9, lastEvent: "x", budgetWarned: true)
            #expect(try !store.setProgress(old, progress))
        }
        #expect(try await bench.find(run.id) == before)
        #expect(try await bench.move(run.id, .taken, new).state == .starting)
    }

    @Test("Whoever lost the lease asks nobody about a step that others may have settled")
    func doubt() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let run = try await bench.run(Bench.toRunning), now = bench.clock.now
        let step = try await bench.step(run)
        let old = try #require(try await bench.claim("old", run.id))
        let isTaken = try await bench.database.write { try RunStore(db: $0).takeAway(old.run, now: now) }
        #expect(isTaken)
        let new = try #require(try await bench.claim("new", run.id))
        await #expect(throws: RunMoved.self) { try await Doubt(parts: parts, hand: old).tell(step, "Slack is down.") }
        #expect(try await bench.alerts().isEmpty)
        try await Doubt(parts: parts, hand: new).tell(step, "Slack is down.")
        #expect(try await bench.alerts().map(\.cause) == [Doubt.code])
    }

    @Test("Of many workers that claim at once, each run goes to exactly one")
    func claims() async throws {
        let bench = try await Bench()
        for _ in 0..<30 { _ = try await bench.run() }
        let now = bench.clock.now
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try await bench.database.write {
                        try RunClaim(db: $0, rules: QueueRules(), owner: "w\(worker)", now: now).claim(limit: 10).map(
                            \.id)
                    }
                }
            }
            return try await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(claimed.count == 30)
        #expect(Set(claimed).count == 30)
    }

    @Test("A run whose worker lives is nobody else's; one that is not due yet is nobody's")
    func notDue() async throws {
        let bench = try await Bench()
        let run = try await bench.run()
        let hand = try #require(try await bench.claim("one", run.id))
        #expect(try await bench.claim("two", run.id) == nil)
        let due = bench.clock.now + 60_000
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: due) }
        #expect(try await bench.claim("two", run.id) == nil)
        bench.clock.advance(milliseconds: 60_000)
        #expect(try await bench.claim("two", run.id) != nil)
    }

    @Test("An event the machine rejects leaves no row, no notice and no new state")
    func rejected() async throws {
        let bench = try await Bench()
        let run = try await bench.run(Bench.toRunning)
        let events = try await RunDesk(database: bench.database, doors: bench.clock.doors).events(run.id)
        await #expect(throws: RunMachine.Rejected.self) { try await bench.move(run.id, .channelsSettled(problem: nil)) }
        #expect(try await bench.find(run.id) == run)
        #expect(try await RunDesk(database: bench.database, doors: bench.clock.doors).events(run.id) == events)
    }

    @Test("A failure is one commit of state, event, alert and notices, told once however often it is raised")
    func failure() async throws {
        let bench = try await Bench()
        let run = try await bench.run([.taken], task: "86a")
        try await bench.move(run.id, .broke(RunCause(.sessionRefused, "It was refused.")))
        #expect(try await bench.alerts().map(\.sentence) == ["It was refused."])
        let notices = try await bench.steps(run.id, .notice)
        #expect(
            Set(notices.map { "\($0.channel.rawValue) \($0.kind)" }) == [
                "slack alert", "clickup comment", "clickup status",
            ])
        let (found, doors) = (try await bench.find(run.id), bench.clock.doors)
        try await bench.database.write { db in
            try NoticeWriter(db: db, doors: doors).alert(
                RunCause(.sessionRefused, "It was refused again."), found, kind: .failed)
        }
        #expect(try await bench.steps(run.id, .notice).count == notices.count)
        #expect(try await bench.alerts().map(\.occurrences) == [2])
    }
}
