/// Reads the forms people write: "every 15 minutes", "daily at 07:15", "weekly on monday at 08:30", "monthly on day 1 at
/// 06:00", "monthly on the last friday at 17:00", "quarterly on day 1 at 06:00", "yearly on 24 december at 12:00".
struct PlainScheduleParser {
    private static let forms = """
        write a cron expression, or one of: every 15 minutes; every 2 hours; daily at 07:15; weekdays at 09:00; weekly on \
        monday at 08:30; monthly on day 1 at 06:00; monthly on the last day at 06:00; monthly on the first monday at \
        09:00; quarterly on day 1 at 06:00; yearly on 24 december at 12:00
        """
    private static let ordinals = ["first": 1, "second": 2, "third": 3, "fourth": 4]

    private var words: ArraySlice<String>
    private let text: String

    static func parse(_ words: [String]) throws(ScheduleProblem) -> ParsedSchedule {
        var parser = PlainScheduleParser(words)
        let parsed = try parser.schedule()
        guard parser.words.isEmpty else { throw parser.misread(at: parser.words.first) }
        return parsed
    }

    private init(_ words: [String]) {
        text = words.joined(separator: " ")
        // Lists are written "a, b and c"; the commas say nothing that "and" does not.
        self.words = words.flatMap { $0.split(separator: ",").map(String.init) }[...]
    }

    private mutating func schedule() throws(ScheduleProblem) -> ParsedSchedule {
        switch take() {
        case "every": return try every()
        case "hourly": return try hourly(everyHours: 1)
        case "daily": return try timed(DayRule())
        case "weekdays": return try timed(on(weekdays: NumberSet(1...5)))
        case "weekends": return try timed(on(weekdays: NumberSet([0, 6])))
        case "weekly":
            try expect("on")
            return try timed(on(weekdays: weekdayList()))
        case "monthly":
            try expect("on")
            return try timed(monthDays())
        case "quarterly":
            try expect("on")
            var days = try monthDays()
            days.months = NumberSet([1, 4, 7, 10])
            return try timed(days)
        case "yearly":
            try expect("on")
            return try timed(yearDay())
        case let other: throw misread(at: other)
        }
    }

    // MARK: - Intervals

    private mutating func every() throws(ScheduleProblem) -> ParsedSchedule {
        switch words.first {
        case "minute":
            _ = take()
            return ParsedSchedule(minutesOfDay: Array(0..<1_440), isHourly: true)
        case "hour":
            _ = take()
            return try hourly(everyHours: 1)
        case "day":
            _ = take()
            return try timed(DayRule())
        case "weekday":
            _ = take()
            return try timed(on(weekdays: NumberSet(1...5)))
        case let word?:
            guard word.first?.isNumber == true else { return try timed(on(weekdays: weekdayList())) }
            return try interval()
        case nil: throw misread(at: nil)
        }
    }

    private mutating func interval() throws(ScheduleProblem) -> ParsedSchedule {
        guard let number = take().flatMap({ Int($0) }), number > 0 else { throw misread(at: nil) }
        switch take() {
        case "minute" where number == 1, "minutes":
            guard 60 % number == 0, number < 60 else {
                throw ScheduleProblem(
                    "every \(number) minutes does not divide an hour evenly; use 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30"
                )
            }
            return ParsedSchedule(minutesOfDay: Array(stride(from: 0, to: 1_440, by: number)), isHourly: true)
        case "hour" where number == 1: return try hourly(everyHours: 1)
        case "hours":
            guard 24 % number == 0, number < 24 else {
                throw ScheduleProblem(
                    "every \(number) hours does not divide a day evenly; use 1, 2, 3, 4, 6, 8 or 12")
            }
            return try hourly(everyHours: number)
        case let other: throw misread(at: other)
        }
    }

    /// "hourly", "every 2 hours at minute 15".
    private mutating func hourly(everyHours hours: Int) throws(ScheduleProblem) -> ParsedSchedule {
        var minute = 0
        if words.first == "at" {
            _ = take()
            try expect("minute")
            guard let given = take().flatMap({ Int($0) }), 0...59 ~= given else {
                throw ScheduleProblem("after \"at minute\" stands a number from 0 to 59")
            }
            minute = given
        }
        let times = stride(from: 0, to: 24, by: hours).map { $0 * 60 + minute }
        return ParsedSchedule(minutesOfDay: times, isHourly: hours == 1)
    }

    // MARK: - Days

    private func on(weekdays: NumberSet) -> DayRule {
        var days = DayRule()
        days.weekdays = weekdays
        return days
    }

    private mutating func weekdayList() throws(ScheduleProblem) -> NumberSet {
        var found = NumberSet()
        repeat { found.insert(try weekday(take())) } while goesOn()
        return found
    }

    /// "day 1 and 15", "the last day", "the first monday".
    private mutating func monthDays() throws(ScheduleProblem) -> DayRule {
        var days = DayRule()
        switch take() {
        case "day", "days":
            days.monthDays = NumberSet()
            repeat {
                let word = take()
                guard let day = word.flatMap({ Int($0) }), 1...31 ~= day else { throw misread(at: word) }
                guard day <= 28 else {
                    throw ScheduleProblem("not every month has a day \(day); write \"on the last day\"")
                }
                days.monthDays.insert(day)
            } while goesOn()
        case "the":
            let word = take()
            let number = word.flatMap { Self.ordinals[$0] }
            guard number != nil || word == "last" else { throw misread(at: word) }
            if words.first == "day" {
                _ = take()
                days.monthDays = NumberSet(number.map { [$0] } ?? [])
                days.isLastMonthDay = number == nil
            } else {
                days.weekdays = NumberSet()
                days.ordinals = [.init(weekday: try weekday(take()), number: number)]
            }
        case let other: throw misread(at: other)
        }
        return days
    }

    /// "24 december" or "december 24".
    private mutating func yearDay() throws(ScheduleProblem) -> DayRule {
        guard let first = take(), let second = take() else { throw misread(at: nil) }
        guard let day = Int(first) ?? Int(second), let month = month(first) ?? month(second) else {
            throw misread(at: first)
        }
        guard 1...CivilDate.daysIn(month: month, year: 2001) ~= day else {
            throw ScheduleProblem("\(quoted("\(first) \(second)")) does not come every year")
        }
        var days = DayRule()
        days.months = NumberSet([month])
        days.monthDays = NumberSet([day])
        return days
    }

    private func weekday(_ word: String?) throws(ScheduleProblem) -> Int {
        let full = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let place = word.flatMap { word in
            CronParser.weekdays.firstIndex(of: word)
                ?? full.firstIndex { word == $0 || word == "\($0)s" }
        }
        guard let place else { throw misread(at: word) }
        return place
    }

    private func month(_ word: String) -> Int? {
        let full = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        return (full.firstIndex(of: word) ?? CronParser.months.firstIndex(of: word)).map { $0 + 1 }
    }

    // MARK: - Times and words

    private mutating func timed(_ days: DayRule) throws(ScheduleProblem) -> ParsedSchedule {
        try expect("at")
        var times = Set<Int>()
        repeat { times.insert(try time(take())) } while goesOn()
        return ParsedSchedule(days: days, minutesOfDay: Array(times))
    }

    /// "07:15", "7:15", "midnight", "noon"; the clock has 24 hours.
    private func time(_ word: String?) throws(ScheduleProblem) -> Int {
        if word == "midnight" { return 0 }
        if word == "noon" { return 720 }
        let parts = (word ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, 1...2 ~= parts[0].utf8.count, parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), let hour = Int(parts[0]), let minute = Int(parts[1]),
            0...23 ~= hour, 0...59 ~= minute
        else {
            throw ScheduleProblem(
                "expected a time from 00:00 to 23:59 after \"at\", found \(quoted(word ?? "nothing"))")
        }
        return hour * 60 + minute
    }

    private mutating func take() -> String? { words.popFirst() }

    /// Whether a list has another entry: "and" is skipped, and "at" ends it.
    private mutating func goesOn() -> Bool {
        if words.first == "and" {
            _ = take()
            return true
        }
        return words.first.map { $0 != "at" } ?? false
    }

    private mutating func expect(_ word: String) throws(ScheduleProblem) {
        let found = take()
        guard found == word else {
            throw ScheduleProblem(
                "expected \"\(word)\", found \(quoted(found ?? "the end")) in \(quoted(text)); \(Self.forms)")
        }
    }

    private func misread(at word: String?) -> ScheduleProblem {
        let place = word.map { "\(quoted($0)) in " } ?? ""
        return ScheduleProblem("\(place)\(quoted(text)) is not a schedule; \(Self.forms)")
    }
}
