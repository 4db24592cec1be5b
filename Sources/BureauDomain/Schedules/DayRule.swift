/// On which days of the calendar a schedule is due.
package struct DayRule: Hashable, Sendable {
    /// The first, second … or last Monday of a month.
    struct Ordinal: Hashable, Sendable {
        /// 0 is Sunday.
        let weekday: Int
        /// 1 to 5; nil is the last one, whichever that is.
        let number: Int?

        func includes(_ date: CivilDate) -> Bool {
            guard date.weekday == weekday else { return false }
            return number.map { (date.day - 1) / 7 + 1 == $0 } ?? (date.day + 7 > date.daysInMonth)
        }
    }

    /// 1 to 12.
    var months = NumberSet(1...12)
    /// 1 to 31.
    var monthDays = NumberSet(1...31)
    var isLastMonthDay = false
    /// 0 is Sunday.
    var weekdays = NumberSet(0...6)
    var ordinals: [Ordinal] = []
    /// Cron's own rule: when both day fields are restricted, a day that fits either is due.
    var isEitherEnough = false

    func includes(_ date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let fitsMonthDay = monthDays.contains(date.day) || (isLastMonthDay && date.day == date.daysInMonth)
        let fitsWeekday = weekdays.contains(date.weekday) || ordinals.contains { $0.includes(date) }
        return isEitherEnough ? fitsMonthDay || fitsWeekday : fitsMonthDay && fitsWeekday
    }
}

/// Whole numbers from 0 to 63.
struct NumberSet: Hashable, Sendable {
    private(set) var bits: UInt64 = 0

    init() {}
    init(_ range: ClosedRange<Int>, step: Int = 1) {
        for number in stride(from: range.lowerBound, through: range.upperBound, by: step) { insert(number) }
    }
    init(_ numbers: some Sequence<Int>) { for number in numbers { insert(number) } }

    mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }
    mutating func formUnion(_ other: NumberSet) { bits |= other.bits }
    func contains(_ number: Int) -> Bool { bits & (1 << UInt64(number)) != 0 }
    var isEmpty: Bool { bits == 0 }
    var numbers: [Int] { (0..<64).filter(contains) }
}
