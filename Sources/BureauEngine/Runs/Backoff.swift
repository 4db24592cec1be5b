/// Waiting times between tries, by what is tried. A list, so that its end is its bound.
struct Backoff: Sendable, Hashable {
    let seconds: [Double]
    /// The waits are promised: chance makes them longer, not shorter.
    var isPromised = false

    /// The PRD's tries at opening a session within one attempt.
    static let sessionCreate = Backoff(seconds: [1, 4, 16], isPromised: true)
    /// A stage that met a passing fault: half an hour in all before the run fails.
    static let stage = Backoff(seconds: [1, 4, 16, 60, 120, 300, 600, 600], isPromised: true)
    /// A vendor that asks for patience means it: the first wait is longer, the whole as long.
    static let limitedStage = Backoff(seconds: [4, 15, 30, 60, 120, 300, 600, 600], isPromised: true)

    /// A channel of a delivery whose write is held back: as long in all, and a short storm is over soon.
    static let limitedStep = Backoff(seconds: [1, 4, 15, 30, 60, 120, 300, 600, 600], isPromised: true)

    /// The waits of a stage, by what went wrong.
    static func stage(for fault: FaultClass) -> Backoff {
        switch fault {
        case .limited: limitedStage
        case .unavailable, .unreadable, .rejected, .storage, .missing, .other: stage
        }
    }

    /// A lease that the database does not take back: more often than not it does a moment later.
    static let giveBack = Backoff(seconds: [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128])
    /// Streams that drop: two seconds as the PRD says, then longer.
    static let stream = Backoff(seconds: [2, 2, 4, 8, 10], isPromised: true)
    /// A notice while Slack is down: a day in all.
    static let notice = Backoff(seconds: [2, 10, 30, 120, 300] + Array(repeating: 900, count: 96))

    /// Nil when the tries are used up. Up to half is taken off, or a quarter put on, so that many that failed together
    /// do not come together.
    func milliseconds(tries: Int, doors: Doors) -> Int64? {
        guard tries < seconds.count else { return nil }
        let factor = isPromised ? 1 + (1 - doors.jitter()) / 2 : doors.jitter()
        return Int64(seconds[tries] * 1_000 * factor)
    }

    /// As above, but never used up.
    func milliseconds(repeating tries: Int, doors: Doors) -> Int64 {
        milliseconds(tries: min(tries, seconds.count - 1), doors: doors) ?? 1_000
    }
}
