import Synchronization

/// When parts of this process last did their round, and whether it serves.
package final class Pulse: Sendable {
    package enum Part: Hashable, Sendable { case watchdog, sweep }
    package enum Phase: Sendable { case starting, serving, stopping }

    private struct State: Sendable {
        var rounds: [Part: Int64] = [:]
        var phase = Phase.starting
    }
    private let state = Mutex(State())

    package init() {}

    func note(_ part: Part, at now: Int64) { state.withLock { $0.rounds[part] = now } }
    package func last(_ part: Part) -> Int64? { state.withLock { $0.rounds[part] } }

    package var phase: Phase { state.withLock { $0.phase } }
    /// What is stopping does not serve again.
    package func enter(_ phase: Phase) {
        state.withLock { if $0.phase != .stopping { $0.phase = phase } }
    }
}
