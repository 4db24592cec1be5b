/// How far a score has moved since an earlier one.
package struct ScoreChange: Hashable, Sendable {
    package let difference: Int
    /// "August"; "August 2025" of another year, "3 August" of the month the later one is of.
    package let since: String

    /// Both moments are milliseconds UTC; the days are those of `zone`.
    package init(from earlier: Int, at then: Int64, to score: Int, at now: Int64, in zone: ZoneOffsets) {
        difference = score - earlier
        let (first, second) = (zone.local(then).date, zone.local(now).date)
        let month = CivilDate.months[first.month - 1]
        if first.year != second.year {
            since = first.monthWords
        } else {
            since = first.month == second.month ? "\(first.day) \(month)" : month
        }
    }

    /// "+6 since August", "-4 since 3 August", "unchanged since August 2025".
    package var words: String {
        if difference == 0 { return "unchanged since \(since)" }
        return "\(difference > 0 ? "+" : "")\(difference) since \(since)"
    }
}
