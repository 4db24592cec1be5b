import BureauDomain
import BureauEngine

extension APISchemas {
    private static let due = object([
        field("client", words), field("due_at", .time),
        field("verdict", .choice(["run", "by_hand", "skipped"])), field("reason", words), perhaps("run", words),
    ])
    static let schedule = object([
        field("agent", words), field("name", words), field("when", words),
        field("zone", words, "An IANA name, or \"agency\" or \"client\"."),
        field("clients", .any, "\"all_ready\", or a list of short names."),
        field("missed", .choice(MissedPolicy.allCases.map(\.rawValue)), "What becomes of times nobody was there for."),
        field("enabled", .flag), perhaps("paused_at", .time), perhaps("paused_by", words),
        perhaps("last", due, "What became of its newest time."),
        perhaps("next_at", .time, "Null while it is paused or switched off."),
    ])
    static let schedulePreview = object([
        field("agent", words), field("name", words), field("when", words), field("zone", words),
        field("clients", .list(words, most: 100_000), "Who goes by this zone's clock, as of now."),
        field(
            "times",
            .list(
                object([field("at", .time), field("minutes_ahead_of_utc", .whole(-1_440...1_440))]),
                most: ScheduleDesk.previewTimes)),
    ])
}
