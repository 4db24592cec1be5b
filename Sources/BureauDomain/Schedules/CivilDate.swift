/// A day of the Gregorian calendar, without a zone. Arithmetic only: no clock and no locale.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    private static let daysInEra = 146_097
    /// From 1 March of year 0 to 1 January 1970. Years that begin in March have their leap day at the end.
    private static let daysToEpoch = 719_468

    package init(daysSince1970 days: Int) {
        let fromMarch = days + Self.daysToEpoch
        let era = Self.floorDivide(fromMarch, Self.daysInEra)
        let inEra = fromMarch - era * Self.daysInEra
        let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let dayOfYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let inEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysInEra + inEra - Self.daysToEpoch
    }

    /// 0 is Sunday.
    package var weekday: Int {
        let since = daysSince1970 + 4
        return since - Self.floorDivide(since, 7) * 7
    }

    package var daysInMonth: Int { Self.daysIn(month: month, year: year) }

    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}
