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
            #expect(try store.renew(old, now: now) == nil)
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

@Suite("Workers that are lost")
struct WatchdogTests {
    @Test("A run whose lease ran out is free at once and the loss is counted; after the cap it is parked with a cause")
    func parked() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let watchdog = RunWatchdog(parts: parts, lock: lock)
        let run = try await bench.run(Bench.toRunning)
        let cap = run.machine.lossesMax
        for loss in 1...cap {
            _ = try #require(try await bench.claim("watching", run.id))
            try await watchdog.look()
            #expect(try await bench.find(run.id).losses == loss - 1, "a lease that holds is left alone")
            bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
            try await watchdog.look()
            let found = try await bench.find(run.id)
            #expect((found.losses, found.state, found.leaseOwner) == (loss, .running, nil))
        }
        _ = try await bench.claim("watching", run.id)
        bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
        try await watchdog.look()
        let found = try await bench.find(run.id)
        #expect(found.state == .failed)
        #expect(found.cause?.code == .lostTooOften)
        #expect(try await bench.alerts().count == 1)
    }

    @Test(
        "A dead process loses its runs and notices at once; a living one keeps them", .enabled(if: Child.canLock),
        .timeLimit(.minutes(1)))
    func dead() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let child = try Child(locking: bench.ownersFolder.appendingPathComponent("other.lock"))
        #expect(!lock.isDead("other"))
        #expect(OwnerLock.isHeld(folder: bench.ownersFolder, owner: "other"))
        let run = try await bench.run(Bench.toRunning)
        _ = try await bench.claim("other", run.id)
        try await RunWatchdog(parts: parts, lock: lock).look()
        #expect(try await bench.find(run.id).leaseOwner == "other")
        child.kill()
        // The kernel lets go of the lock when the process is gone, a moment after the signal.
        while OwnerLock.isHeld(folder: bench.ownersFolder, owner: "other") { await Task.yield() }
        try await RunWatchdog(parts: parts, lock: lock).look()
        let found = try await bench.find(run.id)
        #expect((found.leaseOwner, found.losses) == (nil, 1))
        #expect(lock.isDead("other"))
        #expect(!lock.isDead("watching"), "we are alive")
    }

    @Test("A name is held by one process at a time")
    func taken() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try OwnerLock(folder: folder, owner: "one")
        #expect(throws: OwnerLockTaken.self) { try OwnerLock(folder: folder, owner: "one") }
        withExtendedLifetime(first) {}
    }
}

/// A process of its own that holds a lock until it is killed.
struct Child {
    private let process = Process()
    /// Held open: the child lives until it is killed, not until its input ends.
    private let input = Pipe()

    static let canLock = FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")

    init(locking file: URL) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        // The program that holds the lock is the child itself, and it says so once it has it.
        process.arguments = ["--no-fork", file.path, "/bin/sh", "-c", "echo held; exec cat"]
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        _ = output.fileHandleForReading.availableData
    }

    /// SIGTERM would not do: where this process ignores it for a server's sake, so do its children.
    func kill() { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
}
