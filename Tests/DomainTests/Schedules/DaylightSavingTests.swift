import BureauDomain
import Testing

/// The rule is told in docs/adr/0011-the-daylight-saving-rule.md. The expected times were made minute by minute by another
/// program over the tz database.
@Suite("Schedules while clocks are changed")
struct DaylightSavingTests {
    static let table: [(zone: String, when: String, from: String, due: [String])] = [
        (
            "America/New_York", "daily at 02:30", "2026-03-07T00:00Z",
            ["2026-03-07T07:30Z", "2026-03-08T07:00Z", "2026-03-09T06:30Z"]
        ),
        (
            "America/New_York", "daily at 01:30", "2026-10-31T12:00Z",
            ["2026-11-01T05:30Z", "2026-11-02T06:30Z", "2026-11-03T06:30Z"]
        ),
        (
            "Europe/Berlin", "daily at 02:30", "2026-03-27T12:00Z",
            ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"]
        ),
        (
            "Europe/Berlin", "daily at 02:30", "2026-10-24T12:00Z",
            ["2026-10-25T00:30Z", "2026-10-26T01:30Z", "2026-10-27T01:30Z"]
        ),
        (
            "Europe/London", "daily at 01:00", "2026-03-28T12:00Z",
            ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]
        ),
        (
            "Europe/Dublin", "daily at 01:30", "2026-10-24T12:00Z",
            ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]
        ),
        (
            "Australia/Lord_Howe", "daily at 02:10", "2026-10-02T12:00Z",
            ["2026-10-02T15:40Z", "2026-10-03T15:30Z", "2026-10-04T15:10Z"]
        ),
        (
            "Australia/Lord_Howe", "daily at 01:45", "2026-04-03T12:00Z",
            ["2026-04-03T14:45Z", "2026-04-04T14:45Z", "2026-04-05T15:15Z"]
        ),
        (
            "America/Sao_Paulo", "daily at 00:00", "2018-11-02T12:00Z",
            ["2018-11-03T03:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"]
        ),
        (
            "America/Sao_Paulo", "daily at 23:30", "2018-02-16T12:00Z",
            ["2018-02-17T01:30Z", "2018-02-18T01:30Z", "2018-02-19T02:30Z"]
        ),
        (
            "America/Sao_Paulo", "daily at 00:00", "2026-11-01T12:00Z",
            ["2026-11-02T03:00Z", "2026-11-03T03:00Z"]
        ),
        (
            "Pacific/Apia", "daily at 09:00", "2011-12-28T12:00Z",
            ["2011-12-28T19:00Z", "2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z", "2011-12-31T19:00Z"]
        ),
        (
            "Africa/Casablanca", "daily at 02:30", "2026-02-13T12:00Z",
            ["2026-02-14T01:30Z", "2026-02-15T01:30Z", "2026-02-16T02:30Z"]
        ),
        (
            "Africa/Casablanca", "daily at 02:30", "2026-03-20T12:00Z",
            ["2026-03-21T02:30Z", "2026-03-22T02:00Z", "2026-03-23T01:30Z"]
        ),
        (
            "Asia/Tehran", "daily at 00:30", "2022-03-20T12:00Z",
            ["2022-03-20T21:00Z", "2022-03-21T20:30Z", "2022-03-22T20:00Z"]
        ),
        (
            "Asia/Tehran", "daily at 23:30", "2022-09-20T12:00Z",
            ["2022-09-20T19:00Z", "2022-09-21T19:00Z", "2022-09-22T20:00Z"]
        ),
        (
            "Asia/Tehran", "daily at 00:30", "2026-03-20T12:00Z",
            ["2026-03-20T21:00Z", "2026-03-21T21:00Z", "2026-03-22T21:00Z"]
        ),
        (
            "Africa/Cairo", "daily at 00:30", "2026-04-22T12:00Z",
            ["2026-04-22T22:30Z", "2026-04-23T22:00Z", "2026-04-24T21:30Z"]
        ),
        (
            "Africa/Cairo", "daily at 23:15", "2026-10-28T12:00Z",
            ["2026-10-28T20:15Z", "2026-10-29T20:15Z", "2026-10-30T21:15Z"]
        ),
        (
            "America/Santiago", "daily at 00:00", "2026-09-04T12:00Z",
            ["2026-09-05T04:00Z", "2026-09-06T04:00Z", "2026-09-07T03:00Z"]
        ),
        (
            "Antarctica/Troll", "daily at 02:15", "2026-03-27T12:00Z",
            ["2026-03-28T02:15Z", "2026-03-29T01:00Z", "2026-03-30T00:15Z"]
        ),
        (
            "Antarctica/Troll", "daily at 01:15", "2026-10-24T12:00Z",
            ["2026-10-24T23:15Z", "2026-10-26T01:15Z"]
        ),
        (
            "Asia/Kathmandu", "daily at 06:00", "2026-03-27T12:00Z",
            ["2026-03-28T00:15Z", "2026-03-29T00:15Z"]
        ),
        (
            "America/St_Johns", "daily at 02:00", "2026-03-07T12:00Z",
            ["2026-03-08T05:30Z", "2026-03-09T04:30Z"]
        ),
        (
            "Pacific/Kwajalein", "daily at 12:00", "1993-08-19T00:00Z",
            ["1993-08-20T00:00Z", "1993-08-21T00:00Z", "1993-08-21T12:00Z", "1993-08-22T00:00Z", "1993-08-23T00:00Z"]
        ),
    ]

    @Test(
        "A time that does not exist runs right after the gap, one that exists twice runs once, at the first",
        arguments: table)
    func named(zone: String, when: String, from: String, due: [String]) throws {
        let times = DueTimes(try ScheduleRule(when), in: try #require(ZoneOffsets(identifier: zone)))
        #expect(times.next(due.count, after: try Instant.milliseconds(from)).map(Instant.text) == due)
    }

    @Test("The table covers twelve zones at least")
    func zones() { #expect(Set(Self.table.map(\.zone)).count >= 12) }

    static let hourly: [(zone: String, when: String, from: String, due: [String])] = [
        // The hour from 01:00 to 02:00 comes twice.
        (
            "America/New_York", "every 30 minutes", "2026-11-01T04:59Z",
            ["2026-11-01T05:00Z", "2026-11-01T05:30Z", "2026-11-01T06:00Z", "2026-11-01T06:30Z", "2026-11-01T07:00Z"]
        ),
        // The hour from 02:00 to 03:00 is not there.
        (
            "America/New_York", "*/30 * * * *", "2026-03-08T06:10Z",
            ["2026-03-08T06:30Z", "2026-03-08T07:00Z", "2026-03-08T07:30Z"]
        ),
        ("America/New_York", "hourly at minute 7", "2026-03-08T06:00Z", ["2026-03-08T06:07Z", "2026-03-08T07:07Z"]),
        // Half an hour comes twice.
        (
            "Australia/Lord_Howe", "every 15 minutes", "2026-04-04T14:31Z",
            ["2026-04-04T14:45Z", "2026-04-04T15:00Z", "2026-04-04T15:15Z", "2026-04-04T15:30Z"]
        ),
        // 02:10 is not there; the next :10 is an hour and a half after the last.
        ("Australia/Lord_Howe", "10 * * * *", "2026-10-03T14:00Z", ["2026-10-03T14:40Z", "2026-10-03T16:10Z"]),
        ("Asia/Kathmandu", "hourly", "2026-10-03T14:00Z", ["2026-10-03T14:15Z", "2026-10-03T15:15Z"]),
    ]

    @Test("What runs every hour goes on while clocks are changed", arguments: hourly)
    func everyHour(zone: String, when: String, from: String, due: [String]) throws {
        let times = DueTimes(try ScheduleRule(when), in: try #require(ZoneOffsets(identifier: zone)))
        #expect(times.next(due.count, after: try Instant.milliseconds(from)).map(Instant.text) == due)
    }

    @Test("Several times inside one gap are one run")
    func oneRun() throws {
        let zone = try #require(ZoneOffsets(identifier: "Europe/Berlin"))
        let times = DueTimes(try ScheduleRule("daily at 02:00 and 02:15, 02:59 and 03:00"), in: zone)
        let due = times.next(2, after: try Instant.milliseconds("2026-03-29T00:00Z"))
        #expect(due.map(Instant.text) == ["2026-03-29T01:00Z", "2026-03-30T00:00Z"])
    }

    @Test(
        "What is no zone has no offsets",
        arguments: [
            "", "Mars/Base", "EST", "+02:00", "europe/berlin", "Europe/Berlin ", "../etc/passwd", "/etc/localtime",
        ])
    func noZone(name: String) { #expect(ZoneOffsets(identifier: name) == nil) }
}
