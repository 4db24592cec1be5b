import BureauDomain
import Testing

@Suite("Cron expressions and plain forms")
struct ScheduleRuleTests {
    /// From Saturday 21 November 2026, 10:02 UTC.
    static let cron: [(String, [String])] = [
        ("0 6 1 * *", ["2026-12-01T06:00Z", "2027-01-01T06:00Z"]),
        ("*/15 * * * *", ["2026-11-21T10:15Z", "2026-11-21T10:30Z"]),
        ("5/20 * * * *", ["2026-11-21T10:05Z", "2026-11-21T10:25Z", "2026-11-21T10:45Z", "2026-11-21T11:05Z"]),
        ("0 8-18/5 * * mon-fri", ["2026-11-23T08:00Z", "2026-11-23T13:00Z", "2026-11-23T18:00Z", "2026-11-24T08:00Z"]),
        ("30 8 * * 7", ["2026-11-22T08:30Z", "2026-11-29T08:30Z"]),
        ("30 8 * * FRI-SUN", ["2026-11-22T08:30Z", "2026-11-27T08:30Z", "2026-11-28T08:30Z"]),
        ("0 0 13 * FRI", ["2026-11-27T00:00Z", "2026-12-04T00:00Z", "2026-12-11T00:00Z", "2026-12-13T00:00Z"]),
        ("0 0 */2 * MON", ["2026-11-23T00:00Z", "2026-12-07T00:00Z"]),
        ("0 0 ? * 1", ["2026-11-23T00:00Z", "2026-11-30T00:00Z"]),
        ("0 12 L * *", ["2026-11-30T12:00Z", "2026-12-31T12:00Z", "2027-01-31T12:00Z", "2027-02-28T12:00Z"]),
        ("0 12 * * 5L", ["2026-11-27T12:00Z", "2026-12-25T12:00Z"]),
        ("0 12 * * MON#1,THU#3", ["2026-12-07T12:00Z", "2026-12-17T12:00Z", "2027-01-04T12:00Z"]),
        ("0 12 * * MON#5", ["2026-11-30T12:00Z", "2027-03-29T12:00Z"]),
        ("0 0 29 2 *", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]),
        ("0 0 31 * *", ["2026-12-31T00:00Z", "2027-01-31T00:00Z", "2027-03-31T00:00Z"]),
        ("1 2 3 apr,jun *", ["2027-04-03T02:01Z", "2027-06-03T02:01Z"]),
        ("@weekly", ["2026-11-22T00:00Z", "2026-11-29T00:00Z"]),
        ("@yearly", ["2027-01-01T00:00Z", "2028-01-01T00:00Z"]),
        ("  0   6  * *   * ", ["2026-11-22T06:00Z"]),
    ]

    @Test("An expression is due when crontab(5) says so", arguments: cron)
    func expressions(text: String, due: [String]) throws {
        let times = DueTimes(try ScheduleRule(text), in: .utc)
        let start = try Instant.milliseconds("2026-11-21T10:02Z")
        #expect(times.next(due.count, after: start).map(Instant.text) == due)
    }

    static let plain: [(String, String)] = [
        ("every minute", "* * * * *"), ("every 1 minute", "* * * * *"), ("every 15 minutes", "*/15 * * * *"),
        ("hourly", "0 * * * *"), ("every hour", "0 * * * *"), ("every hour at minute 20", "20 * * * *"),
        ("every 2 hours", "0 */2 * * *"), ("every 6 hours at minute 5", "5 */6 * * *"),
        ("daily at 07:15", "15 7 * * *"), ("every day at 7:15", "15 7 * * *"), ("daily at midnight", "0 0 * * *"),
        ("daily at noon and 18:00", "0 12,18 * * *"), ("weekdays at 09:00", "0 9 * * 1-5"),
        ("every weekday at 09:00", "0 9 * * 1-5"), ("weekends at 09:00", "0 9 * * 0,6"),
        ("Weekly on Monday at 08:30", "30 8 * * 1"), ("weekly on mon, wed and fri at 08:30", "30 8 * * 1,3,5"),
        ("every sunday at 08:30", "30 8 * * 0"), ("every monday and thursday at 08:30", "30 8 * * 1,4"),
        ("monthly on day 1 at 06:00", "0 6 1 * *"), ("monthly on days 1 and 15 at 06:00", "0 6 1,15 * *"),
        ("monthly on the last day at 06:00", "0 6 L * *"), ("monthly on the first day at 06:00", "0 6 1 * *"),
        ("monthly on the first monday at 09:00", "0 9 * * 1#1"), ("monthly on the last friday at 17:00", "0 17 * * 5L"),
        ("quarterly on day 1 at 06:00", "0 6 1 1,4,7,10 *"),
        ("quarterly on the last day at 06:00", "0 6 L 1,4,7,10 *"),
        ("yearly on 24 december at 12:00", "0 12 24 12 *"), ("yearly on Dec 24 at 12:00", "0 12 24 12 *"),
    ]

    @Test("A plain form is due when its expression is", arguments: plain)
    func plainForms(text: String, expression: String) throws {
        let start = try Instant.milliseconds("2026-11-21T10:02Z")
        let form = try ScheduleRule(text), cron = try ScheduleRule(expression)
        #expect(DueTimes(form, in: .utc).next(60, after: start) == DueTimes(cron, in: .utc).next(60, after: start))
        #expect(form.isHourly == cron.isHourly)
    }

    static let refused: [(String, String)] = [
        ("", "expected a time such as"),
        ("0 6 1 *", "has 5 fields (minute, hour, day of month, month, weekday), found 4"),
        ("0 0 6 1 * *", "seconds are not part of it"), ("60 6 * * *", "the minute field takes 0 to 59, found \"60\""),
        ("0 24 * * *", "the hour field takes 0 to 23"), ("0 6 0 * *", "the day of month field takes 1 to 31"),
        ("0 6 * 13 *", "or one of jan, feb"), ("0 6 * * 8", "the weekday field takes 0 to 7"),
        ("0 6 * * funday", "the weekday field takes"), ("0 22-2 * * *", "runs backwards"),
        ("*/0 * * * *", "step in \"*/0\" must be from 1 to 59"), ("*/x * * * *", "step in"),
        ("1,,2 * * * *", "has an empty entry"), ("0 6 30 2 *", "these days never come"),
        ("0 6 31 apr,jun *", "these days never come"), ("0 6 * * mon#6", "a number from 1 to 5"),
        ("-5 * * * *", "the minute field takes"), ("1-2-3 * * * *", "cannot read"),
        ("1/2/3 * * * *", "more than one /"),
        ("@reboot", "is not known"), ("99999999999999999999 * * * *", "the minute field takes"),
        ("every 7 minutes", "does not divide an hour evenly"), ("every 5 hours", "does not divide a day evenly"),
        ("every 0 minutes", "is not a schedule"), ("daily", "expected \"at\", found \"the end\""),
        ("daily at 25:00", "expected a time from 00:00 to 23:59"), ("daily at 7am", "expected a time from 00:00"),
        ("daily at 07:15 sharp", "expected a time from 00:00 to 23:59 after \"at\", found \"sharp\""),
        ("weekly on funday at 08:30", "\"funday\" in"), ("monthly on day 31 at 06:00", "write \"on the last day\""),
        ("monthly on day 0 at 06:00", "is not a schedule"),
        ("yearly on 29 february at 06:00", "does not come every year"),
        ("sometimes", "write a cron expression, or one of"), ("monthly on the fifth monday at 09:00", "\"fifth\""),
    ]

    @Test("What is not a schedule is refused with a reason", arguments: refused)
    func refusals(text: String, reason: String) {
        let problem = #expect(throws: ScheduleProblem.self) { try ScheduleRule(text) }
        #expect(problem?.description.contains(reason) == true, "\(problem?.description ?? "nothing")")
    }

    @Test("Random words never crash the reader and always end in a rule or a reason")
    func hostile() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "*", "/", "-", ",", "0", "59", "99", "L", "#", "mon", "every", "daily", "at", "on", "07:15", "day", " ",
            " ",
            "minutes", "the", "last", "and", "?", "\u{0}", "é", "12:", "monthly", "1",
        ]
        for _ in 0..<1_000 {
            let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined(separator: Bool.random(using: &random) ? " " : "")
            guard let rule = try? ScheduleRule(text) else { continue }
            #expect(DueTimes(rule, in: .utc).next(after: 0) != nil, "\(text)")
        }
    }
}
