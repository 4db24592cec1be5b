import BureauDomain
import Foundation
import Synchronization

/// Everything the engine may not take from the world by itself: time, randomness and waiting. Tests and simulations
/// put their own in.
package struct Doors: Sendable {
    /// Milliseconds UTC.
    package var now: @Sendable () -> Int64
    /// The newest time that was ever told through this door: later than now when the clock was set back since.
    let newestTold: NewestTime
    /// Milliseconds since some moment, by a clock that nobody sets. It goes on while the process is stopped, and stands
    /// still while the machine sleeps. Only differences mean something, and only within one process.
    package var steady: @Sendable () -> Int64
    /// 80 random bits, for ids.
    package var randomness: @Sendable () -> (UInt64, UInt16)
    /// A factor for waiting times, 0.5 to 1.
    package var jitter: @Sendable () -> Double
    package var sleep: @Sendable (Duration) async throws -> Void

    /// Where nobody sets the time, as in most tests, `now` is a steady clock as well.
    package init(
        now: @escaping @Sendable () -> Int64, steady: (@Sendable () -> Int64)? = nil,
        randomness: @escaping @Sendable () -> (UInt64, UInt16),
        jitter: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        let newestTold = NewestTime()
        self.newestTold = newestTold
        self.now = { newestTold.see(now()) }
        self.steady = steady ?? now
        self.randomness = randomness
        self.jitter = jitter
        self.sleep = sleep
    }

    package func makeID() -> String { ULID.make(milliseconds: now(), randomness: randomness()) }

    /// The machine's own clock and randomness.
    package static let system = Doors(
        now: { Int64(Date().timeIntervalSince1970 * 1000) }, steady: Doors.steadyClock(),
        randomness: { (UInt64.random(in: .min ... .max), UInt16.random(in: .min ... .max)) },
        jitter: { Double.random(in: 0.5...1) },
        sleep: { try await Task.sleep(for: $0) })

    private static func steadyClock() -> @Sendable () -> Int64 {
        let clock = SuspendingClock()
        let start = clock.now
        return {
            let passed = start.duration(to: clock.now).components
            return passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
        }
    }
}

/// Remembers the latest of the times it sees.
final class NewestTime: Sendable {
    private let newest = Mutex(Int64.min)

    var milliseconds: Int64 { newest.withLock { $0 } }
    func see(_ time: Int64) -> Int64 {
        newest.withLock { $0 = max($0, time) }
        return time
    }
    func forget(back time: Int64) { newest.withLock { $0 = time } }
}
