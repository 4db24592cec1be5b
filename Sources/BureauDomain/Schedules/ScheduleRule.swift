/// When a schedule is due, as somebody wrote it: a cron expression ("0 6 1 * *") or a plain form ("monthly on day 1 at
/// 06:00"). A value of this type is due at least now and then.
package struct ScheduleRule: Hashable, Sendable {
    package let text: String
    let days: DayRule
    /// Minutes since midnight, in order, each once.
    let minutesOfDay: [Int]
    /// True for what runs in every hour, such as "every 15 minutes": it names no time of day, so it simply goes on
    /// while clocks are changed. See docs/adr/0011-the-daylight-saving-rule.md.
    package let isHourly: Bool

    package static let lengthMax = 120
    /// The rarest rules (a leap day on one weekday) come every 40 years at worst.
    private static let daysAheadMax = 45 * 366
    private static let secondsPerDay = 86_400

    package init(_ text: String) throws(ScheduleProblem) {
        let words = text.lowercased().split { $0 == " " || $0 == "\t" }.map(String.init)
        guard !words.isEmpty, text.unicodeScalars.count <= Self.lengthMax else {
            throw ScheduleProblem("expected a time such as \"daily at 07:15\" or \"0 6 1 * *\"")
        }
        let parsed = try CronParser.reads(words) ? CronParser.parse(words) : PlainScheduleParser.parse(words)
        self.text = words.joined(separator: " ")
        days = parsed.days
        minutesOfDay = parsed.minutesOfDay.sorted()
        isHourly = parsed.isHourly
        guard nextReading(after: 946_684_800) != nil else {
            throw ScheduleProblem("these days never come; check the day of the month against the months")
        }
    }

    /// The next minute after `reading` that fits, on a clock that is never changed. Nil when there is none for 45 years.
    func nextReading(after reading: Int) -> Int? {
        let minute = CivilDate.floorDivide(reading, 60) + 1
        var day = CivilDate.floorDivide(minute, 1_440)
        var earliest = minute - day * 1_440
        let end = day + Self.daysAheadMax
        while day < end {
            let date = CivilDate(daysSince1970: day)
            if !days.months.contains(date.month) {
                day += date.daysInMonth - date.day + 1
            } else {
                if days.includes(date), let due = minuteOfDay(from: earliest) {
                    return day * Self.secondsPerDay + due * 60
                }
                day += 1
            }
            earliest = 0
        }
        return nil
    }

    /// Whether the minute that `reading` lies in fits.
    package func includes(reading: Int) -> Bool {
        let day = CivilDate.floorDivide(reading, Self.secondsPerDay)
        let minute = (reading - day * Self.secondsPerDay) / 60
        return minuteOfDay(from: minute) == minute && days.includes(CivilDate(daysSince1970: day))
    }

    /// The first due minute of a day that is not before `earliest`.
    private func minuteOfDay(from earliest: Int) -> Int? {
        var (low, high) = (0, minutesOfDay.count)
        while low < high {
            let middle = (low + high) / 2
            if minutesOfDay[middle] < earliest { low = middle + 1 } else { high = middle }
        }
        return low < minutesOfDay.count ? minutesOfDay[low] : nil
    }
}

/// What a parser has read.
struct ParsedSchedule {
    var days = DayRule()
    var minutesOfDay: [Int]
    var isHourly = false
}

/// Why a text is not a schedule, and what could be written.
package struct ScheduleProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
