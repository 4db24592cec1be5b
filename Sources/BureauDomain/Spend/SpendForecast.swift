/// What a month may cost in the end, as a range: what it has cost, and for each day that is left something between the
/// lower and the upper quartile of the last full days. Days without runs count as nothing.
package struct SpendForecast: Hashable, Sendable {
    package let low: MicroUSD
    package let high: MicroUSD
    /// A quarter of the days looked at cost this or less, and a quarter this or more.
    package let dayLow: MicroUSD
    package let dayHigh: MicroUSD
    package let daysSeen: Int

    package static let daysSeenMax = 28, daysSeenMin = 7

    /// `fullDays` are the sums of the last days before today, of which at most `daysSeenMax` count; nil for fewer than
    /// `daysSeenMin`. `before` is what the month has cost up to yesterday, `daysAfter` how many days of it follow today.
    package init?(fullDays: [MicroUSD], before: MicroUSD, today: MicroUSD, daysAfter: Int) {
        let seen = fullDays.suffix(Self.daysSeenMax).sorted()
        guard seen.count >= Self.daysSeenMin else { return nil }
        (dayLow, dayHigh, daysSeen) = (Self.rank(seen, 1), Self.rank(seen, 3), seen.count)
        // Today costs what it has cost already, or more.
        low = before + max(today, dayLow) + Self.times(dayLow, daysAfter)
        high = before + max(today, dayHigh) + Self.times(dayHigh, daysAfter)
    }

    /// The nearest rank: an amount that was really spent on a day.
    private static func rank(_ sorted: [MicroUSD], _ quarter: Int) -> MicroUSD {
        sorted[(sorted.count * quarter + 3) / 4 - 1]
    }

    private static func times(_ amount: MicroUSD, _ count: Int) -> MicroUSD {
        let (product, overflow) = amount.rawValue.multipliedReportingOverflow(by: Int64(max(0, count)))
        return MicroUSD(rawValue: overflow ? .max : product)
    }
}
