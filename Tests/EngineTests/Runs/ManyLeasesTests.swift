import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("A process that stops with many runs in hand")
struct ManyLeasesTests {
    /// As many as are in work at once by default: two pages of the watchdog's.
    private static let runsCount = 1_000

    @Test(
        "All its runs are found within 15 s, not only those that fit the watchdog's first page",
        arguments: [true, false])
    func found(isAlive: Bool) async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts()
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        // One that lives and does nothing; of one without a lock it is known at once that it is dead.
        let other = isAlive ? try OwnerLock(folder: bench.ownersFolder, owner: "other") : nil
        let watchdog = RunWatchdog(parts: parts, lock: lock)
        try await Self.hold(bench)
        if isAlive {
            try await watchdog.look()
            #expect(try await Self.count(bench, "lease_owner IS NOT NULL") == Self.runsCount)
        }
        for _ in 0..<(isAlive ? 15 / RunWatchdog.lookEverySeconds : 1) {
            bench.clock.advance(milliseconds: Int64(RunWatchdog.lookEverySeconds) * 1_000)
            try await watchdog.look()
        }
        #expect(try await Self.count(bench, "lease_owner IS NOT NULL") == 0)
        #expect(try await Self.count(bench, "losses = 1") == Self.runsCount)
        withExtendedLifetime(other) {}
    }

    /// Runs that `other` has just claimed.
    private static func hold(_ bench: Bench) async throws {
        let hash = try bench.agent.hash, doors = bench.clock.doors, now = bench.clock.now
        try await bench.database.engine.write { db in
            for number in 0..<runsCount {
                let run = NewRun(
                    agent: "sentinel", agentVersion: "1.0.0", configHash: hash, triggerSource: .cli,
                    requestedBy: "cli test", dedupeKey: "many/\(number)")
                _ = try RunStore(db: db).insert(run, id: doors.makeID(), now: now)
            }
            try db.execute(
                "UPDATE run SET lease_owner = 'other', lease_until = ?, lease_epoch = 1", [now + Lease.lifeMilliseconds]
            )
        }
    }

    private static func count(_ bench: Bench, _ condition: String) async throws -> Int {
        let rows = try await bench.database.engine.query("SELECT count(*) AS n FROM run WHERE \(condition)")
        return Int(try #require(rows.first).integer("n"))
    }
}
