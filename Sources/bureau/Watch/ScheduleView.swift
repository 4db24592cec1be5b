import BureauDomain
import BureauEngine
import Foundation

/// A schedule as commands show it: finished strings, and one JSON document.
struct ScheduleView {
    let record: ScheduleRecord
    init(_ record: ScheduleRecord) { self.record = record }

    private typealias JSON = BureauDomain.JSONValue

    var status: String {
        if !record.schedule.isEnabled { return "off" }
        return record.isPaused ? "paused by \(record.state?.pausedBy ?? "somebody")" : "on"
    }

    /// "sentinel  monthly-audit  monthly on day 1 at 06:00 (Europe/Berlin)  all_ready  on  last …  next …"
    var line: String {
        let schedule = record.schedule
        let last = record.last.map { "\(Clock.wall($0.dueAt, .utc)) \($0.verdict.rawValue)" } ?? "never"
        let next = record.nextAt.map { Clock.wall($0, .utc) } ?? "none"
        return [
            record.agent, schedule.name, "\(schedule.rule.text) (\(schedule.zone.text))", schedule.clients.text, status,
            "last \(last)", "next \(next)",
        ].joined(separator: "  ")
    }

    static func say(_ records: [ScheduleRecord], asJSON: Bool) {
        if asJSON { return Terminal.say(json(records)) }
        for record in records { Terminal.say(ScheduleView(record).line) }
    }

    static func json(_ records: [ScheduleRecord]) -> String { JSON.array(records.map { $0.document() }).pretty }

    static func json(_ previews: [SchedulePreview]) -> String { JSON.array(previews.map { $0.document() }).pretty }
}

extension Clock {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// "Sun 2026-03-29 03:00 +02:00" on a zone's clock, "Sun 2026-03-29 01:00 UTC" on ours.
    static func wall(_ milliseconds: Int64, _ zone: ZoneOffsets) -> String {
        let second = Int(milliseconds / 1_000)
        let offset = zone.secondsEast(at: second)
        let reading = second + offset
        let date = CivilDate(daysSince1970: reading / 86_400)
        let minute = reading % 86_400 / 60
        let sign = offset < 0 ? "-" : "+"
        let east = abs(offset) / 60
        let suffix = zone.name == "UTC" ? "UTC" : "\(sign)\(two(east / 60)):\(two(east % 60))"
        return "\(weekdays[date.weekday]) \(date.year)-\(two(date.month))-\(two(date.day)) "
            + "\(two(minute / 60)):\(two(minute % 60)) \(suffix)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
