/// Stops sending to a destination that fails again and again, and asks after it with one request at a time.
struct CircuitBreaker: Sendable {
    enum State: Hashable, Sendable {
        case closed(failures: Int)
        case open(until: Int64, waitMilliseconds: Int64)
        /// One request is on its way to find out.
        case probing(since: Int64, waitMilliseconds: Int64)
    }

    static let failuresMax = 10
    static let firstWaitMilliseconds: Int64 = 2_000
    static let lastWaitMilliseconds: Int64 = 30_000
    /// A probe that never reports is given up.
    static let probeMillisecondsMax: Int64 = 120_000

    private(set) var state = State.closed(failures: 0)
    private(set) var openings: Int64 = 0

    /// Nil when a request may go; otherwise milliseconds until it is worth asking again.
    mutating func refusal(now: Int64) -> Int64? {
        switch state {
        case .closed: return nil
        case .open(let until, let wait):
            guard now >= until else { return until - now }
            state = .probing(since: now, waitMilliseconds: wait)
            return nil
        case .probing(let since, let wait):
            guard now - since >= Self.probeMillisecondsMax else { return wait }
            state = .probing(since: now, waitMilliseconds: wait)
            return nil
        }
    }

    mutating func succeeded() { state = .closed(failures: 0) }

    mutating func failed(now: Int64) {
        switch state {
        case .closed(let failures) where failures + 1 < Self.failuresMax: state = .closed(failures: failures + 1)
        case .closed: open(Self.firstWaitMilliseconds, now)
        case .probing(_, let wait): open(min(Self.lastWaitMilliseconds, wait * 2), now)
        // A request from before it opened: already known.
        case .open: break
        }
    }

    /// The request that was let through was never sent, so nothing was found out.
    mutating func withdrawn(now: Int64) {
        if case .probing(_, let wait) = state { state = .open(until: now, waitMilliseconds: wait) }
    }

    private mutating func open(_ wait: Int64, _ now: Int64) {
        state = .open(until: now + wait, waitMilliseconds: wait)
        openings += 1
    }
}
