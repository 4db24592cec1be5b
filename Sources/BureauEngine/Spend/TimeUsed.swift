import BureauDomain
import BureauStorage

/// How much of its limit of time a run has used: the SQL of the columns `time_…` of `run`. It is counted whenever the run's
/// lease is taken or renewed and whenever the run moves, so that it carries over to whoever has the run next. See
/// docs/adr/0039.
struct TimeUsed {
    let db: any Connection

    /// What passed from one process to the next, or to a move without a lease, is told by the time of day alone, which may
    /// have been set meanwhile: no more than this of it is believed each time.
    static let unseenMillisecondsMax: Int64 = 15 * 60_000

    /// A look at both clocks by one process. Without a name for that process the time of day is all there is.
    struct Clocks: Sendable {
        let now: Int64
        let steady: Int64?
        let owner: String?

        init(now: Int64, steady: Int64?, owner: String?) {
            (self.now, self.steady) = (now, steady)
            self.owner = steady == nil ? nil : owner
        }

        init(_ doors: Doors, owner: String?) { self.init(now: doors.now(), steady: doors.steady(), owner: owner) }
    }

    /// Not as a list: each statement would make a table of it.
    private static let isPassing = RunState.allCases.filter(\.usesTime).map { "state = '\($0.rawValue)'" }
        .joined(separator: " OR ")

    /// What came on top since it was counted last. Its places are for owner, steady time and time of day.
    private static let since = """
        coalesce(CASE WHEN NOT (\(isPassing)) THEN 0
            WHEN time_counted_by = ? THEN max(0, ? - time_counted_steady)
            ELSE max(0, min(? - time_counted_at, \(unseenMillisecondsMax))) END, 0)
        """

    /// What an UPDATE of `run` sets to count up to now, by the state that it finds; its places are for `values`. Out of
    /// the queue a run has no session yet, and the whole of its time.
    static let counting = """
        time_used_ms = CASE WHEN state = 'queued' THEN 0 ELSE time_used_ms + \(since) END,
            time_counted_at = ?, time_counted_steady = ?, time_counted_by = ?
        """

    static func values(_ clocks: Clocks) -> [any SQLBindable] {
        [clocks.owner, clocks.steady, clocks.now, clocks.now, clocks.steady, clocks.owner]
    }

    /// Up to now, whether or not it was written down.
    func milliseconds(_ runID: String, _ clocks: Clocks) throws -> Int64 {
        let row = try db.first(
            "SELECT time_used_ms + \(Self.since) AS used FROM run WHERE id = ?",
            [clocks.owner, clocks.steady, clocks.now, runID])
        return try row?.integer("used") ?? 0
    }
}

extension RunState {
    /// Whether its session may work: it is not held for people, and not over. While its files are fetched and its results
    /// delivered it rests, however long a service keeps them waiting.
    fileprivate var usesTime: Bool {
        switch self {
        case .starting, .running, .stopping: true
        case .queued, .needsInfo, .waitingApproval, .collecting, .delivering, .inReview, .revising, .done,
            .doneWithProblems, .stopped, .failed, .ignored:
            false
        }
    }
}
