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
        /// Stands for this time and `older` ones before it, more than are told of one by one.
        case omit(older: Int)

        /// Why it does not run; nil when it does.
        package var reason: String? {
            switch self {
            case .start: nil
            case .skip(let reason): reason
            case .omit(let older):
                "it \(DueDecision.words(older))passed while no server was looking: of missed times the newest "
                    + "\(MissedPolicy.runAllMax) are looked at"
            }
        }
    }

    package struct Entry: Hashable, Sendable {
        package let dueAt: Int64
        package let verdict: Verdict
    }

    /// In order of time; at most `MissedPolicy.runAllMax`, and before them one for all that are older.
    package let entries: [Entry]
    /// Older ones are counted so far and no further.
    package static let olderCountedMax = 10_000

    static func words(_ older: Int) -> String {
        guard older > 0 else { return "" }
        return "and \(older >= olderCountedMax ? "at least " : "")\(older) older \(older == 1 ? "time" : "times") "
    }

    package static func decide(_ due: DueTimes, after lookedUntil: Int64, now: Int64, policy: MissedPolicy)
        -> DueDecision
    {
        var times = due.newest(MissedPolicy.runAllMax + 1, after: lookedUntil, through: now).times
        var entries: [Entry] = []
        if times.count > MissedPolicy.runAllMax {
            let newest = times.removeFirst()
            let older = due.count(after: lookedUntil, through: newest - 1, most: olderCountedMax)
            entries.append(Entry(dueAt: newest, verdict: .omit(older: older)))
        }
        entries += times.map { time in
            Entry(dueAt: time, verdict: verdict(time, isNewest: time == times.last, now: now, policy: policy))
        }
        return DueDecision(entries: entries)
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
