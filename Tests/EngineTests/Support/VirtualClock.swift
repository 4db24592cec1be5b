import BureauEngine
import Synchronization

/// Time that moves only when a test says so, or, when it is impatient, at once whenever somebody sleeps.
final class VirtualClock: Sendable {
    private struct Sleeper {
        let id: Int
        let due: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now: Int64
        /// How far the time of day has been set away from the time that passed.
        var jumped: Int64 = 0
        var ids = 0
        var sleepers: [Sleeper] = []
        var slept: [Int64] = []
        var random: UInt64 = 0
    }
    private let state: Mutex<State>
    private let isImpatient: Bool
    private let realPause: Duration?

    /// Begins at 2026-11-20T09:00:00Z. `realPause`: how long an impatient sleep lasts all the same, where limits of
    /// time are looked at while something real is at work, which may be slower than any number of steps without one.
    init(isImpatient: Bool = true, now: Int64 = 1_795_165_200_000, realPause: Duration? = nil) {
        self.isImpatient = isImpatient
        self.realPause = realPause
        state = Mutex(State(now: now))
    }

    /// The time of day.
    var now: Int64 { state.withLock { $0.now + $0.jumped } }
    var steady: Int64 { state.withLock { $0.now } }
    /// Milliseconds of every sleep so far, in order.
    var slept: [Int64] { state.withLock { $0.slept } }
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Somebody sets the clock: no time passes.
    func jump(milliseconds: Int64) { state.withLock { $0.jumped += milliseconds } }

    func advance(milliseconds: Int64) {
        let due = state.withLock { state in
            state.now += milliseconds
            let due = state.sleepers.filter { $0.due <= state.now }
            state.sleepers.removeAll { $0.due <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns once so many tasks sleep.
    func untilSleeping(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while sleeperCount < count {
            guard ContinuousClock.now < deadline else { throw NobodySleeps(found: sleeperCount, wanted: count) }
            await Task.yield()
        }
    }

    struct NobodySleeps: Error { let found: Int, wanted: Int }

    func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let milliseconds =
            duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        let (id, begun) = state.withLock { state in
            state.slept.append(milliseconds)
            // Nobody waited, so what is held for a time is held on.
            if isImpatient { state.jumped += milliseconds }
            state.ids += 1
            return (state.ids, state.now)
        }
        guard !isImpatient else {
            if let realPause { try await Task.sleep(for: realPause) } else { await Task.yield() }
            return try Task.checkCancellation()
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // Whoever advances the time may have seen that we sleep before we did.
                let isOver = state.withLock { state -> Bool in
                    let due = begun + milliseconds
                    if state.now > begun, due <= state.now { return true }
                    state.sleepers.append(Sleeper(id: id, due: due, continuation: continuation))
                    return false
                }
                if isOver { return continuation.resume() }
                if Task.isCancelled { wake(id) }
            }
        } onCancel: {
            wake(id)
        }
    }

    private func wake(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }

    /// Ids in order, jitter without chance.
    var doors: Doors {
        Doors(
            now: { self.now }, steady: { self.steady },
            randomness: {
                (
                    self.state.withLock {
                        $0.random += 1
                        return $0.random
                    }, 7
                )
            },
            jitter: { 1 }, sleep: { try await self.sleep($0) })
    }
}
