import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Glibc
import Testing

@testable import BureauEngine

@Suite("Workers that are lost")
struct WatchdogTests {
    private static let stopped = RunMachine.Event.stopAsked(RunCause(.byPerson, "Stopped by Ana."))
    private static let toCollecting = Bench.toRunning + [.turnEnded]

    /// Longer than any run waits after a loss.
    private static let waitMilliseconds: Int64 = 60_000

    private static let toDelivering = toCollecting + [.filesCollected(problem: nil)]

    /// Every state in which a worker holds a run.
    static let held: [(RunState, [RunMachine.Event])] = [
        (.queued, []), (.starting, [.taken]), (.running, Bench.toRunning),
        (.waitingApproval, Bench.toRunning + [.approvalsAsked(count: 1)]), (.collecting, toCollecting),
        (.delivering, toDelivering), (.stopping, Bench.toRunning + [stopped]),
        (.revising, toDelivering + [.reviewOpened(problem: nil), .revisionAsked]),
    ]

    @Test("The table of held states is complete")
    func complete() {
        #expect(Set(Self.held.map(\.0)) == Set(RunState.allCases.filter(\.isWorkable)))
    }

    /// The worst case is a worker that dies right after a renewal, just when the watchdog has looked.
    @Test("A lost run is found within 15 s, counted, and goes to the next worker as it is", arguments: held)
    func found(state: RunState, events: [RunMachine.Event]) async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts()
        let run = try await bench.run(events)
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let watching = Task {
            await RunWorker(parts: parts, lock: lock, wake: WakeSignal(doors: parts.doors)).watchdog()
        }
        defer { watching.cancel() }
        try await bench.clock.untilSleeping(1)
        // A process that lives and does nothing: of a dead one the watchdog knows at once.
        #expect(try await bench.claim("watching", run.id)?.run.state == state)
        let claimed = bench.clock.now
        while try await bench.find(run.id).leaseOwner != nil, bench.clock.now < claimed + 60_000 {
            bench.clock.advance(milliseconds: Int64(RunWatchdog.lookEverySeconds) * 1_000)
            try await bench.clock.untilSleeping(1)
        }
        #expect(bench.clock.now - claimed <= 15_000)
        let found = try await bench.find(run.id)
        #expect((found.state, found.losses) == (state, 1))
        #expect(try await bench.claim("next", run.id)?.run.state == state)
    }

    @Test("Past the cap a run is parked with a cause and one alert, whatever it was doing", arguments: held)
    func parked(state: RunState, events: [RunMachine.Event]) async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let watchdog = RunWatchdog(parts: parts, lock: lock)
        let run = try await bench.run(events, task: "86a")
        let cap = run.machine.lossesMax
        for loss in 1...cap {
            _ = try #require(try await bench.claim("watching", run.id))
            try await watchdog.look()
            #expect(try await bench.find(run.id).losses == loss - 1, "a lease that holds is left alone")
            bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
            try await watchdog.look()
            let found = try await bench.find(run.id)
            #expect((found.losses, found.state, found.leaseOwner) == (loss, state, nil))
            bench.clock.advance(milliseconds: Self.waitMilliseconds)
        }
        let alertsBefore = try await bench.alerts().count
        func lose() async throws -> RunState {
            _ = try await bench.claim("watching", run.id)
            bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
            try await watchdog.look()
            bench.clock.advance(milliseconds: Self.waitMilliseconds)
            return try await bench.find(run.id).state
        }
        if [.running, .waitingApproval, .revising].contains(state) {
            #expect(try await lose() == .stopping, "what may be spending is interrupted first")
            for _ in 1...cap { #expect(try await lose() == .stopping) }
        }
        #expect(try await lose() == .failed)
        let found = try await bench.find(run.id)
        #expect(found.state == .failed)
        #expect(found.cause?.code == .lostTooOften)
        // Nobody saw its session rest: that is told too, and looked after.
        let isLeft = [.running, .waitingApproval, .revising, .stopping].contains(state)
        #expect(try await bench.alerts().count == alertsBefore + (isLeft ? 2 : 1))
        #expect(try await bench.database.read { try LooseSessions(db: $0).isAny(of: run.id) } == isLeft)
        let letters = try await QueueDesk(database: bench.database, doors: parts.doors).parked(QueueFilter())
        #expect(letters.map(\.cause) == ["lost_too_often"])
        #expect(try await bench.steps(run.id, .notice).contains { $0.channel == .clickUp && $0.kind == "comment" })
    }

    /// The waits of a bench are the longest there are: 0, 1.75, 7, 17.5, 35 s.
    @Test("After a second loss in a row it waits longer each time, and progress begins the count anew")
    func waits() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let run = try await bench.run(Bench.toRunning)
        func lose(_ owner: String) async throws -> RunRecord {
            let hand = try #require(try await bench.claim(owner, run.id), "it is not due yet")
            #expect(hand.run.state == .running)
            try await RunWatchdog(parts: parts, lock: lock).look()
            return try await bench.find(run.id)
        }
        // Owners without a lock file are dead processes.
        for (loss, wait) in [(1, 0), (2, 1_750), (3, 7_000), (4, 17_500), (5, 35_000)] {
            #expect(try await lose("dead").losses == loss)
            if wait > 0 {
                bench.clock.advance(milliseconds: Int64(wait) - 1)
                #expect(try await bench.claim("early", run.id) == nil, "after loss \(loss)")
                bench.clock.advance(milliseconds: 1)
            }
        }
        try await bench.database.write { db in
            _ = try db.execute("UPDATE run SET events_count = events_count + 1 WHERE id = ?", [run.id])
        }
        #expect(try await lose("dead").losses == 1, "it had got further")
        #expect(try await lose("dead").losses == 2)
    }

    @Test("Of runs lost together the one that had gone on is not blamed for what had just been taken up again")
    func together() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let watchdog = RunWatchdog(
            parts: parts, lock: try OwnerLock(folder: bench.ownersFolder, owner: "watching"))
        let silent = try await bench.run(Bench.toRunning)
        let poison = try await bench.run([.taken, .sessionOpened(session: "sesn_2")])
        var seen: [RunState] = []
        for _ in 1...8 where try await bench.find(poison.id).state == .running {
            bench.clock.advance(milliseconds: Self.waitMilliseconds)
            let hand = try #require(try await bench.claim("dead", silent.id))
            if hand.run.losses > 0 {
                let now = bench.clock.now, steady = bench.clock.steady
                _ = try await bench.database.write {
                    try RunStore(db: $0).renew(hand.lease, now: now, steady: steady)
                }
            }
            _ = try #require(try await bench.claim("dead", poison.id))
            try await watchdog.look()
            seen.append(try await bench.find(poison.id).state)
        }
        #expect(seen == Array(repeating: .running, count: 5) + [.stopping])
        let innocent = try await bench.find(silent.id)
        #expect(innocent.state == .running && innocent.losses == 1, "\(innocent)")
    }

    /// As a server with a thousand runs that is killed twice a minute: nobody gets further, and nobody is to blame.
    @Test("Who goes on for a while each time is not parked by deaths around it, only when half an hour has passed")
    func lived() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let watchdog = RunWatchdog(
            parts: parts, lock: try OwnerLock(folder: bench.ownersFolder, owner: "watching"))
        let run = try await bench.run(Bench.toRunning), first = bench.clock.now
        func die(lives: Bool) async throws -> RunState {
            let hand = try #require(try await bench.claim("dead", run.id))
            let now = bench.clock.now, steady = bench.clock.steady
            if lives {
                _ = try await bench.database.write {
                    try RunStore(db: $0).renew(hand.lease, now: now, steady: steady)
                }
            }
            try await watchdog.look()
            bench.clock.advance(milliseconds: Self.waitMilliseconds)
            return try await bench.find(run.id).state
        }
        for _ in 1...RunLosses.quickMax { #expect(try await die(lives: false) == .running) }
        #expect(try await die(lives: true) == .running)
        for _ in 1...RunLosses.quickMax { #expect(try await die(lives: false) == .running, "the count began anew") }
        var state = RunState.running
        while state == .running, bench.clock.now - first < 60 * 60_000 { state = try await die(lives: true) }
        #expect(state == .stopping)
        #expect((30...32).contains((bench.clock.now - first) / 60_000))
    }

    @Test("A session whose tool is silent for half an hour loses nothing: the lease is ours", .timeLimit(.minutes(10)))
    func slowTool() async throws {
        let bench = try await Bench(isImpatient: false)
        let silent = AnthropicClient(
            transport: Silent(clock: bench.clock), baseURL: "http://silent", key: Secret("sk-ant-demo"))
        let parts = try bench.parts(Connections(anthropic: silent))
        let watchdog = RunWatchdog(
            parts: parts, lock: try OwnerLock(folder: bench.ownersFolder, owner: "watching"))
        let run = try await bench.run(Bench.toRunning)
        let lease = try #require(try await bench.claim("watching", run.id)).lease
        let claimed = try await bench.find(run.id)
        let driving = Task { await RunDriver(parts: parts).drive(claimed, lease) }
        defer { driving.cancel() }
        let every = lease.renewEveryMilliseconds
        for renewal in 1...450 {
            // Nobody else on this bench sleeps so long.
            try await Self.until { bench.clock.slept.count { $0 == every } == renewal }
            bench.clock.advance(milliseconds: every)
            try await Self.until { try await bench.find(run.id).leaseUntil == bench.clock.now + 12_000 }
            try await watchdog.look()
        }
        let found = try await bench.find(run.id)
        #expect((found.leaseOwner, found.leaseEpoch, found.losses) == ("watching", lease.epoch, 0))
        #expect(found.state == .running)
        driving.cancel()
        await driving.value
    }

    /// A renewal is on its way; it comes in real time, and soon.
    private static func until(_ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await !holds() {
            guard ContinuousClock.now < deadline else { throw NeverRenewed() }
            await Task.yield()
        }
    }

    private struct NeverRenewed: Error {}

    @Test(
        "A dead process loses its runs and notices at once; a living one keeps them", .enabled(if: Child.canLock),
        .timeLimit(.minutes(10)))
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

    @Test("A clock set an hour ahead takes no run from a worker of this process; a whole life without renewal does")
    func clockAheadHere() async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts(), hands = LeasesInHand()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let watchdog = RunWatchdog(parts: parts, lock: lock, hands: hands)
        let run = try await bench.run(Bench.toRunning)
        let lease = try #require(try await bench.claim("watching", run.id)).lease
        hands.take(lease, lease.sendLimit(since: bench.clock.steady, parts.doors))
        bench.clock.jump(milliseconds: 3_600_000)
        try await watchdog.look()
        #expect(try await bench.find(run.id).leaseOwner == "watching")
        #expect(try await bench.isAnyDue(run.id) == false, "nor is it claimed once more")
        bench.clock.advance(milliseconds: lease.lifeMilliseconds - 1)
        try await watchdog.look()
        #expect(try await bench.find(run.id).leaseOwner == "watching")
        bench.clock.advance(milliseconds: 1)
        try await watchdog.look()
        let found = try await bench.find(run.id)
        #expect((found.leaseOwner, found.losses) == (nil, 1))
    }

    @Test("Nor from another process that renews its leases, however often it is set")
    func clockAheadThere() async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let other = try OwnerLock(folder: bench.ownersFolder, owner: "other")
        let watchdog = RunWatchdog(parts: parts, lock: lock)
        let run = try await bench.run(Bench.toRunning)
        let lease = try #require(try await bench.claim(other.owner, run.id)).lease
        for _ in 0..<5 {
            try await watchdog.look()
            bench.clock.jump(milliseconds: 3_600_000)
            try await watchdog.look()
            #expect(try await bench.find(run.id).leaseOwner == "other")
            bench.clock.advance(milliseconds: lease.renewEveryMilliseconds)
            let now = bench.clock.now, steady = bench.clock.steady
            _ = try await bench.database.write { try RunStore(db: $0).renew(lease, now: now, steady: steady) }
        }
        try await watchdog.look()
        bench.clock.jump(milliseconds: 3_600_000)
        bench.clock.advance(milliseconds: lease.lifeMilliseconds)
        try await watchdog.look()
        let found = try await bench.find(run.id)
        #expect((found.leaseOwner, found.losses) == (nil, 1))
        withExtendedLifetime(other) {}
    }

    @Test("Processes that open one database see each other, whatever their data folders are")
    func besideDatabase() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = folder.appendingPathComponent("data"), link = folder.appendingPathComponent("other")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: data)
        let one = try OwnerLock(
            folder: OwnerLock.folder(besideDatabase: data.appendingPathComponent("bureau.db").path), owner: "one")
        let two = try OwnerLock(
            folder: OwnerLock.folder(besideDatabase: link.appendingPathComponent("bureau.db").path), owner: "two")
        #expect(!one.isDead("two") && !two.isDead("one"))
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

/// A vendor that takes every request and never says a word.
private struct Silent: BureauVendors.Transport {
    let clock: VirtualClock

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse { try await never(request) }
    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream { try await never(request) }

    private func never<Value>(_ request: VendorRequest) async throws(VendorError) -> Value {
        try? await clock.sleep(.seconds(1_000_000))
        throw VendorError(vendor: request.vendor, operation: request.operation, kind: .unreachable)
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
