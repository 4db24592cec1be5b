/// What one answer said about the budget. Times are Unix milliseconds.
struct RateReading: Hashable, Sendable {
    /// Requests a minute.
    var limit: Int64?
    var remaining: Int64?
    /// When a budget that is given whole begins anew; nil where it flows back evenly.
    var resetAt: Int64?
    /// Set when the vendor refused to serve: nothing may be sent before.
    var blockedUntil: Int64?
    /// The vendor refused without saying for how long.
    var isRefusal = false
}

/// How much may be sent now, learned from answers. Nothing is assumed before the vendor has spoken, and what other
/// processes spend with the same credential shows in the vendor's next number.
struct RateBudget: Sendable {
    /// A reset further away than this is a clock that is wrong, ours or theirs.
    static let windowMillisecondsMax: Int64 = 120_000
    static let minuteMilliseconds: Int64 = 60_000
    /// Waits after refusals that named none: doubling from the first to the last.
    static let firstBackoffMilliseconds: Int64 = 1_000
    static let lastBackoffMilliseconds: Int64 = 64_000
    /// Requests on the way at which a lane counts as recovered after a refusal.
    static let recoveredAt = 64

    private var limit: Int64?
    private var level: Double?
    private var resetAt: Int64?
    private var refilledAt: Int64 = 0
    private(set) var blockedUntil: Int64 = 0
    private var refusals = 0
    /// Requests that may be on the way together after a refusal: one, then twice as many with each success.
    private(set) var window: Int?
    private(set) var inFlight = 0

    /// Whether one request may go now.
    mutating func mayGo(now: Int64) -> Bool {
        refill(now)
        guard now >= blockedUntil else { return false }
        if let window, inFlight >= window { return false }
        return (level ?? 1) >= 1
    }

    /// When time alone lets the next request go; nil when it may go now or waits for another to come back.
    mutating func dueAt(now: Int64) -> Int64? {
        refill(now)
        if now < blockedUntil { return blockedUntil }
        guard let level, level < 1 else { return nil }
        if let resetAt { return resetAt }
        guard let limit, limit > 0 else { return now + Self.firstBackoffMilliseconds }
        let wait = ((1 - level) * Double(Self.minuteMilliseconds) / Double(limit)).rounded(.up)
        return now + max(1, Int64(wait))
    }

    mutating func sent() {
        inFlight += 1
        if let known = level { level = known - 1 }
    }

    /// An answer is there; nil when there was none, or none that told anything. `sentAt`: when it was asked for.
    mutating func returned(_ reading: RateReading?, sentAt: Int64, now: Int64) {
        inFlight = max(0, inFlight - 1)
        guard let reading else { return }
        refill(now)
        learn(reading, now: now)
        if reading.isRefusal {
            refused(until: reading.blockedUntil, sentAt: sentAt, now: now)
        } else {
            refusals = 0
            window = window.flatMap { $0 * 2 >= Self.recoveredAt ? nil : $0 * 2 }
        }
    }

    private mutating func learn(_ reading: RateReading, now: Int64) {
        if let newLimit = reading.limit, newLimit > 0 { limit = newLimit }
        guard let remaining = reading.remaining else { return }
        let reset = reading.resetAt.map { min($0, now + Self.windowMillisecondsMax) }
        // A window that has passed says nothing about the present one.
        if let reset, reset <= now { return }
        // Answers overtake each other: within one window the lowest number is the latest.
        let isSameWindow = reset == nil || resetAt.map { abs($0 - (reset ?? 0)) <= 1_000 } == true
        level = isSameWindow ? min(level ?? Double(remaining), Double(remaining)) : Double(remaining)
        resetAt = reset
        refilledAt = now
    }

    private mutating func refused(until: Int64?, sentAt: Int64, now: Int64) {
        window = 1
        // Nothing is sent while the lane is closed: this was on its way before, and tells of the same storm.
        guard sentAt >= blockedUntil else {
            blockedUntil = max(blockedUntil, until ?? blockedUntil)
            return
        }
        let backoff = min(Self.lastBackoffMilliseconds, Self.firstBackoffMilliseconds << min(refusals, 6))
        refusals += 1
        blockedUntil = until ?? now + backoff
    }

    private mutating func refill(_ now: Int64) {
        if let reset = resetAt {
            guard now >= reset else { return }
            resetAt = nil
            // The vendor's next answer says how much it is; until then no more than it gave before.
            level = limit.map(Double.init)
        } else if let limit, let known = level, now > refilledAt {
            let gained = Double(now - refilledAt) * Double(limit) / Double(Self.minuteMilliseconds)
            level = min(Double(limit), known + gained)
        }
        refilledAt = now
    }
}
