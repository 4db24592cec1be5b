import Foundation

/// The days an artifact speaks of, both included. Two artifacts are about the same period when these are equal.
package struct ArtifactPeriod: Hashable, Sendable {
    /// "2026-11-01"
    package let from: String
    package let to: String

    /// Nil for what is not two dates in their order.
    package init?(from: String, to: String) {
        guard let from = Self.date(from), let to = Self.date(to), from <= to else { return nil }
        (self.from, self.to) = (from, to)
    }

    /// A whole month, "2026-11"; nil for anything else.
    package init?(month: String) {
        let parts = month.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2, let year = Self.number(parts[0]),
            let number = Self.number(parts[1]), 1...12 ~= number, year > 0
        else { return nil }
        (from, to) = ("\(month)-01", "\(month)-\(CivilDate.daysIn(month: number, year: year))")
    }

    /// The whole month it is, else the two dates: "2026-11", "2026-08-23/2026-11-21".
    package var key: String {
        let month = String(to.prefix(7))
        return ArtifactPeriod(month: month) == self ? month : "\(from)/\(to)"
    }

    /// The same to be read: "November 2026", "23 Aug to 21 Nov 2026".
    package var words: String {
        guard let first = CivilDate(day: from), let last = CivilDate(day: to) else { return key }
        if ArtifactPeriod(month: month) == self { return last.monthWords }
        guard from != to else { return last.words(hasYear: true) }
        return "\(first.words(hasYear: first.year != last.year)) to \(last.words(hasYear: true))"
    }

    /// Which month's report it is: the one it ends in.
    package var month: String { String(to.prefix(7)) }

    /// The month before one: "2026-01" gives "2025-12". Nil for what is no month.
    package static func monthBefore(_ month: String) -> String? {
        guard ArtifactPeriod(month: month) != nil, let year = number(month.prefix(4)),
            let number = number(month.suffix(2))
        else { return nil }
        return number == 1 ? padded(year - 1, 4) + "-12" : padded(year, 4) + "-" + padded(number - 1, 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } ? Int(text) : nil
    }

    /// The day of "2026-11-21" or "2026-11-21T09:30:00Z"; nil for no day of the calendar.
    private static func date(_ text: String) -> String? {
        let day = String(text.prefix(10))
        let parts = day.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, ArtifactPeriod(month: String(day.prefix(7))) != nil, parts[2].utf8.count == 2,
            let number = number(parts[2]), let year = Self.number(parts[0]), let month = Self.number(parts[1]),
            1...CivilDate.daysIn(month: month, year: year) ~= number
        else { return nil }
        return day
    }
}
