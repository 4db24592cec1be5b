/// Two histories of one run, each in its own order, put together from the newest. A page takes the end of both; what it
/// leaves is the next page's. So nothing is told twice and nothing is left out, whatever the clocks have said.
struct TimelineMerge {
    /// The end of a history, as far as it was looked through.
    struct History {
        /// When each was, oldest first; nil where nobody has said, which is when the one after it was.
        var times: [Int64?]
        /// The earliest moment that was looked at; nil when there is nothing before.
        var reached: Int64?
    }

    enum Side { case own, session }

    private let own: [Int64], session: [Int64]
    /// What was before this may have company that nobody has looked at yet.
    private let floor: Int64

    init(own: History, session: History) {
        (self.own, self.session) = (Self.ordered(own.times), Self.ordered(session.times))
        floor = max(own.reached ?? .min, session.reached ?? .min)
    }

    /// Newest first. A clock that was set back makes none of them later than what came after it.
    private static func ordered(_ times: [Int64?]) -> [Int64] {
        var latest = Int64.max
        return times.reversed().map { time in
            latest = min(latest, time ?? latest)
            return latest
        }
    }

    /// The newest of both in order: each side's are the last ones of its history.
    func newest(atMost most: Int) -> [Side] {
        var (sides, owns, sessions) = ([Side](), own[...], session[...])
        while sides.count < most {
            // At the same moment the run's own step comes first: it is what the session's answers to.
            let isOwn = owns.first.map { mine in sessions.first.map { mine > $0 } ?? true } ?? false
            guard let at = isOwn ? owns.first : sessions.first, at >= floor else { break }
            if isOwn { owns.removeFirst() } else { sessions.removeFirst() }
            sides.append(isOwn ? .own : .session)
        }
        return sides.reversed()
    }
}
