/// Reads the five fields of a cron expression, as crontab(5) describes them, with the two extensions people know from
/// other schedulers: `L` for the last day (or, after a weekday, the last such day) of the month, and `MON#2` for the
/// second Monday.
enum CronParser {
    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Plain forms begin with a letter; an expression never does in its minutes.
    static func reads(_ words: [String]) -> Bool { words.first?.first.map { !$0.isLetter } ?? false }

    static func parse(_ words: [String]) throws(ScheduleProblem) -> ParsedSchedule {
        if let first = words.first, first.hasPrefix("@") {
            guard words.count == 1, let fields = nicknames[first] else {
                throw ScheduleProblem(
                    "\(quoted(first)) is not known; known are \(nicknames.keys.sorted().joined(separator: ", "))")
            }
            return try parse(fields.split(separator: " ").map(String.init))
        }
        guard words.count == 5 else {
            let hint = words.count == 6 ? "; seconds are not part of it" : ""
            throw ScheduleProblem(
                "a cron expression has 5 fields (minute, hour, day of month, month, weekday), found \(words.count)\(hint)"
            )
        }
        let minutes = try CronField(name: "minute", range: 0...59).numbers(words[0])
        let hours = try CronField(name: "hour", range: 0...23).numbers(words[1])
        var days = DayRule()
        days.months = try CronField(name: "month", range: 1...12, names: months, firstName: 1).numbers(words[3])
        try readMonthDays(words[2], into: &days)
        try readWeekdays(words[4], into: &days)
        // crontab(5): a day field that begins with an asterisk restricts, but does not widen the other one.
        days.isEitherEnough = !isOpen(words[2]) && !isOpen(words[4])
        let times = hours.numbers.flatMap { hour in minutes.numbers.map { hour * 60 + $0 } }
        return ParsedSchedule(days: days, minutesOfDay: times, isHourly: hours == NumberSet(0...23))
    }

    private static func isOpen(_ field: String) -> Bool { field.hasPrefix("*") || field == "?" }

    private static func readMonthDays(_ text: String, into days: inout DayRule) throws(ScheduleProblem) {
        days.monthDays = NumberSet()
        let field = CronField(name: "day of month", range: 1...31)
        for item in try CronField.items(text, of: field.name) {
            if item == "l" {
                days.isLastMonthDay = true
            } else {
                days.monthDays.formUnion(try field.item(item == "?" ? "*" : item))
            }
        }
    }

    private static func readWeekdays(_ text: String, into days: inout DayRule) throws(ScheduleProblem) {
        days.weekdays = NumberSet()
        let field = CronField(name: "weekday", range: 0...7, names: weekdays, firstName: 0)
        for item in try CronField.items(text, of: field.name) {
            let parts = item.split(separator: "#", omittingEmptySubsequences: false)
            if parts.count == 2 {
                guard let number = Int(parts[1]), 1...5 ~= number else {
                    throw ScheduleProblem("\(quoted(item)): after # stands a number from 1 to 5")
                }
                days.ordinals.append(.init(weekday: try field.value(String(parts[0])) % 7, number: number))
            } else if item.count > 1, item.hasSuffix("l") {
                days.ordinals.append(.init(weekday: try field.value(String(item.dropLast())) % 7, number: nil))
            } else {
                for weekday in try field.item(item == "?" ? "*" : item).numbers { days.weekdays.insert(weekday % 7) }
            }
        }
    }
}

/// One field: numbers, names, ranges, steps and lists of those.
struct CronField {
    let name: String
    let range: ClosedRange<Int>
    var names: [String] = []
    var firstName = 0

    static func items(_ text: String, of name: String) throws(ScheduleProblem) -> [String] {
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !items.contains("") else { throw ScheduleProblem("the \(name) field \(quoted(text)) has an empty entry") }
        return items
    }

    func numbers(_ text: String) throws(ScheduleProblem) -> NumberSet {
        var all = NumberSet()
        for item in try Self.items(text, of: name) { all.formUnion(try self.item(item)) }
        return all
    }

    /// "*", "7", "MON-FRI", "*/15", "8-18/2", "5/20".
    func item(_ text: String) throws(ScheduleProblem) -> NumberSet {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = parts.first else {
            throw ScheduleProblem("the \(name) field has more than one / in \(quoted(text))")
        }
        var step = 1
        if parts.count == 2 {
            guard let given = Int(parts[1]), 1...range.upperBound ~= given else {
                throw ScheduleProblem(
                    "the \(name) field's step in \(quoted(text)) must be from 1 to \(range.upperBound)")
            }
            step = given
        }
        if base == "*" { return NumberSet(range, step: step) }
        let ends = base.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let low = try value(ends[0])
        guard ends.count <= 2 else { throw ScheduleProblem("the \(name) field cannot read \(quoted(text))") }
        guard ends.count == 2 else { return NumberSet(low...(parts.count == 2 ? range.upperBound : low), step: step) }
        var high = try value(ends[1])
        if high == 0, range.upperBound == 7, low > 0 { high = 7 }
        guard low <= high else {
            throw ScheduleProblem(
                "the \(name) field's \(quoted(text)) runs backwards; write two ranges with a comma between them")
        }
        return NumberSet(low...high, step: step)
    }

    func value(_ text: String) throws(ScheduleProblem) -> Int {
        if let place = names.firstIndex(of: text) { return place + firstName }
        guard text.utf8.allSatisfy(\.isDigit), let number = Int(text), range.contains(number) else {
            let words = names.isEmpty ? "" : " or one of \(names.joined(separator: ", "))"
            throw ScheduleProblem(
                "the \(name) field takes \(range.lowerBound) to \(range.upperBound)\(words), found \(quoted(text))")
        }
        return number
    }
}
