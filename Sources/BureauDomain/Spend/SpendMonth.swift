/// A calendar month in UTC, as `2026-11`.
package struct SpendMonth: Hashable, Sendable, CustomStringConvertible {
    package let year: Int
    /// 1 to 12.
    package let month: Int

    private static let millisecondsInDay: Int64 = 86_400_000

    /// Nil for anything but four digits, a hyphen and a month of two digits.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isPlain = parts.map(\.count) == [4, 2] && text.utf8.allSatisfy { (48...57).contains($0) || $0 == 45 }
        guard isPlain, let year = Int(parts[0]), let month = Int(parts[1]), year > 0, (1...12).contains(month) else {
            return nil
        }
        self.year = year
        self.month = month
    }

    /// Milliseconds since 1970 from the first instant of the month to the first of the next.
    package var milliseconds: Range<Int64> {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return Self.start(year, month)..<Self.start(next.0, next.1)
    }

    /// Its first and its last day: 2026-11-01 and 2026-11-30.
    package var days: (first: String, last: String) {
        let bounds = milliseconds
        func day(_ at: Int64) -> String { Self.day(daysSince1970: Int(at / Self.millisecondsInDay)) }
        return (day(bounds.lowerBound), day(bounds.upperBound - 1))
    }

    package var description: String { String(Self.day(CivilDate(year: year, month: month, day: 1)).prefix(7)) }

    /// "November 2026"
    package var words: String { CivilDate(year: year, month: month, day: 1).monthWords }

    /// `2026-11-21`, the day in UTC that many days after 1 January 1970.
    package static func day(daysSince1970 days: Int) -> String { day(CivilDate(daysSince1970: days)) }

    private static func day(_ date: CivilDate) -> String {
        "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func start(_ year: Int, _ month: Int) -> Int64 {
        Int64(CivilDate(year: year, month: month, day: 1).daysSince1970) * millisecondsInDay
    }
}
