import BureauDomain
import BureauStorage
import BureauVendors
import Dispatch
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A database that somebody else keeps locked while a session spends")
struct LockedLedgerTests {
    private static func recorded(_ bench: Bench) -> Int64 {
        bench.counters.snapshot().first { $0.0 == .sessionEvents }?.1.first?.value ?? 0
    }

    private static func step(_ bench: Bench) async throws {
        try await bench.clock.untilSleeping(1)
        bench.clock.advance(milliseconds: CostSampler.lookEveryMilliseconds)
    }

    @Test(
        "Half a minute is waited for and costs nothing; then the session is interrupted, for nobody can write its costs",
        arguments: [(LeaseRenewals.lockedSecondsMax - 2, 0), (LeaseRenewals.lockedSecondsMax, 1)])
    func locked(seconds: Int64, interrupts: Int) async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), renewals = LeaseRenewals()
            let database = try SQLiteDatabase(path: bench.database.path, busyTimeoutSeconds: 0.05)
            let parts = try bench.parts(here.connections, database: database)
            let session = try await here.session("sentinel", #","hold_at":3,"status_lag_ms":0"#)
            let run = try await bench.run([.taken, .sessionOpened(session: session)])
            let hand = try #require(try await bench.claim("w", run.id))
            let stage = Task {
                try await LeaseRenewals.$current.withValue(renewals) { try await FollowStage(parts: parts).run(hand) }
            }
            try await eventually("it is followed") { Self.recorded(bench) >= 3 ? true : nil }
            try await bench.clock.untilSleeping(1)

            let release = DispatchSemaphore(value: 0), (locked, isLocked) = AsyncStream<Void>.makeStream()
            defer { release.signal() }
            let holder = Task { [engine = bench.database.engine] in
                try await engine.write { _ in
                    isLocked.yield()
                    release.wait()
                }
            }
            _ = await locked.first { _ in true }
            let began = bench.clock.steady
            // The first look meets the lock before the lease's next renewal does.
            try await Self.step(bench)
            try await bench.clock.untilSleeping(1)
            renewals.refused(since: began)
            while bench.clock.steady < began + seconds * 1_000 { try await Self.step(bench) }
            if interrupts > 0 {
                await #expect(throws: StorageError.busy) { try await stage.value }
            } else {
                try await bench.clock.untilSleeping(1)
            }
            let told = try await here.anthropic.history(of: session, types: ["user.interrupt"]).events.count
            #expect(told == interrupts)
            release.signal()
            try await holder.value
            guard interrupts == 0 else { return }
            renewals.written()
            // It is taken up again first, then its figures are saved.
            for _ in 0..<10 where try await bench.find(run.id).eventsCount == 0 { try await Self.step(bench) }
            try await bench.clock.untilSleeping(1)
            let figures = try await bench.find(run.id)
            #expect(figures.state == .running && figures.eventsCount > 0, "what it did is written down by now")
            stage.cancel()
            _ = await stage.result
        }
    }
}
