/// The instants at which a rule is due in one zone. All times are milliseconds since 1970 UTC; each is a whole second.
///
/// A rule that names times of day is due once for each: at the first instant the zone's clock shows that time or a later
/// one. A rule that runs every hour names no time of day; it is due whenever the clock shows a fitting minute.
package struct DueTimes: Sendable {
    package let rule: ScheduleRule
    package let zone: ZoneOffsets

    package init(_ rule: ScheduleRule, in zone: ZoneOffsets) {
        self.rule = rule
        self.zone = zone
    }

    /// The first one after `instant`. Nil when there is none for 45 years.
    package func next(after instant: Int64) -> Int64? {
        let second = CivilDate.floorDivide(Int(instant), 1_000)
        let found = rule.isHourly ? nextInEveryHour(after: second) : nextNamed(after: second)
        return found.map { Int64($0) * 1_000 }
    }

    package func next(_ count: Int, after instant: Int64) -> [Int64] {
        var times: [Int64] = []
        while times.count < count, let next = next(after: times.last ?? instant) { times.append(next) }
        return times
    }

    /// How many there are after `start` up to and including `end`, counted no further than `most`.
    package func count(after start: Int64, through end: Int64, most: Int) -> Int {
        var (found, last) = (0, start)
        while found < most, let next = next(after: last), next <= end { (found, last) = (found + 1, next) }
        return found
    }

    /// Up to `count` of the newest after `start` up to and including `end`, in order; `hasOlder` tells that there were
    /// more. Looks back from the end in growing steps, so a long time with many due instants is not walked through.
    package func newest(_ count: Int, after start: Int64, through end: Int64) -> (times: [Int64], hasOlder: Bool) {
        var reach: Int64 = 3_600_000
        while start < end {
            let from = max(start, end - reach)
            var times: [Int64] = []
            while let next = next(after: times.last ?? from), next <= end { times.append(next) }
            if times.count > count || from == start { return (times.suffix(count), times.count > count) }
            reach *= 8
        }
        return ([], false)
    }

    /// Once for each reading that fits. What the clock has shown before is never due again.
    private func nextNamed(after second: Int) -> Int? {
        rule.nextReading(after: zone.latestReading(upTo: second)).map(zone.firstInstant(showing:))
    }

    private func nextInEveryHour(after second: Int) -> Int? {
        var from = second + 1
        while true {
            let offset = zone.secondsEast(at: from)
            guard let reading = rule.nextReading(after: from + offset - 1) else { return nil }
            guard let change = zone.change(after: from, through: reading - offset) else { return reading - offset }
            from = change
        }
    }
}
