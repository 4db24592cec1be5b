/// The governor's decisions as a value: who goes, who waits, who is turned away. Knows no clock and no network.
struct RateState: Sendable {
    struct Waiter: Hashable, Sendable {
        let id: UInt64
        let destination: String
        let since: Int64
    }

    enum Verdict: Hashable, Sendable {
        case go
        case wait
        case refuse(Refusal)
    }

    enum Refusal: Hashable, Sendable {
        /// The destination keeps failing; worth another try after so many milliseconds.
        case circuitOpen(milliseconds: Int64)
        /// The budget comes back too late, or too many wait already.
        case budget(milliseconds: Int64)
    }

    static let queuedMax = 2_000
    static let waitMillisecondsMax: Int64 = 60_000

    private struct Lane: Sendable {
        var budget = RateBudget()
        var queue = FairQueue<Waiter>()
    }
    private var lanes: [String: Lane] = [:]
    private var breakers: [String: CircuitBreaker] = [:]
    private(set) var figures = RateFigures()

    /// A new request. One that may go is counted as sent.
    mutating func enter(_ waiter: Waiter, label: String, lane name: String, now: Int64) -> Verdict {
        var lane = lanes[name] ?? Lane()
        defer { lanes[name] = lane }
        if lane.queue.isEmpty, lane.budget.mayGo(now: now) {
            if let wait = breakers[waiter.destination, default: CircuitBreaker()].refusal(now: now) {
                figures.refused += 1
                return .refuse(.circuitOpen(milliseconds: wait))
            }
            lane.budget.sent()
            figures.sent += 1
            return .go
        }
        let wait = (lane.budget.dueAt(now: now) ?? now) - now
        guard wait <= Self.waitMillisecondsMax, lane.queue.count < Self.queuedMax else {
            figures.refused += 1
            return .refuse(.budget(milliseconds: max(wait, RateBudget.firstBackoffMilliseconds)))
        }
        lane.queue.append(waiter, label: label)
        figures.waited += 1
        figures.waiting += 1
        return .wait
    }

    /// Whose turn has come in a lane, and what they are told. Call after time has passed or an answer has come.
    mutating func release(lane name: String, now: Int64) -> [(id: UInt64, verdict: Verdict)] {
        guard var lane = lanes[name] else { return [] }
        defer { lanes[name] = lane }
        var told: [(id: UInt64, verdict: Verdict)] = []
        let late = lane.queue.remove { now - $0.since > Self.waitMillisecondsMax }
        let wait = max((lane.budget.dueAt(now: now) ?? now) - now, RateBudget.firstBackoffMilliseconds)
        told += late.map { ($0.id, .refuse(.budget(milliseconds: wait))) }
        figures.refused += Int64(late.count)
        while lane.budget.mayGo(now: now), let waiter = lane.queue.next() {
            if let wait = breakers[waiter.destination, default: CircuitBreaker()].refusal(now: now) {
                figures.refused += 1
                told.append((waiter.id, .refuse(.circuitOpen(milliseconds: wait))))
                continue
            }
            lane.budget.sent()
            figures.sent += 1
            told.append((waiter.id, .go))
        }
        figures.waiting -= Int64(told.count)
        return told
    }

    /// When the lane must be looked at again by the clock; nil when nobody waits.
    mutating func nextLook(lane name: String, now: Int64) -> Int64? {
        guard var lane = lanes[name], !lane.queue.isEmpty else { return nil }
        defer { lanes[name] = lane }
        // Whoever waits for another's answer is looked at by the second, so that none waits past the limit.
        return max(now + 1, min(lane.budget.dueAt(now: now) ?? now + 1_000, now + 1_000))
    }

    /// A waiting request is not wanted any more. False when it does not wait.
    mutating func cancel(_ id: UInt64, lane name: String) -> Bool {
        guard let removed = lanes[name]?.queue.remove(where: { $0.id == id }), !removed.isEmpty else { return false }
        figures.waiting -= 1
        return true
    }

    /// What became of a request that was let go.
    enum Outcome: Hashable, Sendable {
        case answered(RateReading, isServerError: Bool)
        case failed
        /// It was cancelled or refused on our side: says nothing about the destination.
        case unknown
    }

    /// `sentAt`: when it was let go; nil counts as now.
    mutating func returned(
        _ outcome: Outcome, lane name: String, destination: String, sentAt: Int64? = nil, now: Int64
    ) {
        var reading: RateReading?
        switch outcome {
        case .answered(let read, let isServerError):
            reading = read
            if read.isRefusal { figures.limited += 1 }
            settle(destination, isFailure: isServerError, now)
        case .failed: settle(destination, isFailure: true, now)
        case .unknown: breakers[destination]?.withdrawn(now: now)
        }
        lanes[name]?.budget.returned(reading, sentAt: sentAt ?? now, now: now)
    }

    /// The latest of the destinations that nothing is sent to; nil when there is none.
    func leftAloneUntil(now: Int64) -> Int64? {
        breakers.values.compactMap { breaker -> Int64? in
            guard case .open(let until, _) = breaker.state, until > now else { return nil }
            return until
        }.max()
    }

    private mutating func settle(_ destination: String, isFailure: Bool, _ now: Int64) {
        var breaker = breakers[destination] ?? CircuitBreaker()
        let before = breaker.openings
        if isFailure { breaker.failed(now: now) } else { breaker.succeeded() }
        figures.circuitOpenings += breaker.openings - before
        breakers[destination] = breaker
    }
}

/// What a governor has done so far, for `/metrics`.
package struct RateFigures: Hashable, Sendable {
    package internal(set) var sent: Int64 = 0
    /// Requests that had to wait for budget.
    package internal(set) var waited: Int64 = 0
    /// Requests that wait now.
    package internal(set) var waiting: Int64 = 0
    /// Answers that said "too many requests".
    package internal(set) var limited: Int64 = 0
    /// Requests turned away here, unsent: the wait would be too long, or the destination keeps failing.
    package internal(set) var refused: Int64 = 0
    package internal(set) var circuitOpenings: Int64 = 0
}
