/// What becomes of times that passed while no server was looking.
package enum MissedPolicy: String, CaseIterable, Hashable, Sendable {
    /// Only the newest of them runs.
    case runLast = "run_last"
    /// Each of them runs, up to `runAllMax`.
    case runAll = "run_all"
    /// None of them runs.
    case skip

    /// How many missed times of one schedule and client can run at once under `run_all`. The newest are taken.
    package static let runAllMax = 24
    /// A time that is found this soon is on time: a busy or just restarted server has not missed it.
    package static let onTimeMilliseconds: Int64 = 120_000
}

/// What to do about the due times of one schedule and client since the last look.
package struct DueDecision: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case start
        case skip(because: String)
    }

    package struct Entry: Hashable, Sendable {
        package let dueAt: Int64
        package let verdict: Verdict
    }

    /// In order of time; at most `MissedPolicy.runAllMax`.
    package let entries: [Entry]
    /// There were more, older ones than are told of here. None of them runs.
    package let hasOlder: Bool

    package static func decide(_ due: DueTimes, after lookedUntil: Int64, now: Int64, policy: MissedPolicy)
        -> DueDecision
    {
        let (times, hasOlder) = due.newest(MissedPolicy.runAllMax, after: lookedUntil, through: now)
        let entries = times.map { time in
            Entry(dueAt: time, verdict: verdict(time, isNewest: time == times.last, now: now, policy: policy))
        }
        return DueDecision(entries: entries, hasOlder: hasOlder)
    }

    private static func verdict(_ time: Int64, isNewest: Bool, now: Int64, policy: MissedPolicy) -> Verdict {
        switch policy {
        case .runAll: .start
        case .runLast: isNewest ? .start : .skip(because: "a later time of this schedule runs in its place")
        case .skip:
            now - time <= MissedPolicy.onTimeMilliseconds
                ? .start : .skip(because: "it passed while no server was looking, and this schedule skips such times")
        }
    }
}
