import BureauDomain
import Foundation
import Testing

/// `DueTimes` beside the slowest possible reading of the same rule: look at every minute, one after another.
@Suite("Due times against a scan of every minute")
struct DueTimesPropertyTests {
    static let zones = [
        "UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia",
        "Africa/Casablanca", "Asia/Tehran", "Africa/Cairo", "America/Santiago", "Antarctica/Troll", "Asia/Kathmandu",
        "America/St_Johns", "Pacific/Chatham",
    ]
    /// Months in which many of these zones change their clocks, Apia's lost day among them.
    static let starts = [
        "2011-12-28T00:00Z", "2018-02-16T00:00Z", "2018-11-02T00:00Z", "2022-03-20T00:00Z", "2026-03-06T00:00Z",
        "2026-10-01T00:00Z", "2026-10-23T00:00Z",
    ]
    static let days = 3

    @Test("Nothing is skipped, added or out of order, for random expressions in every zone", arguments: zones)
    func scan(name: String) throws {
        let zone = try #require(ZoneOffsets(identifier: name))
        var random = SeededGenerator(seed: name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) })
        for start in Self.starts {
            let clock = MinuteClock(zone, from: Int(try Instant.milliseconds(start) / 1_000), days: Self.days)
            for _ in 0..<5 {
                let text = Self.expression(&random)
                guard let rule = try? ScheduleRule(text) else { continue }
                let times = DueTimes(rule, in: zone)
                var due: [Int64] = []
                let end = Int64(clock.end) * 1_000
                while let next = times.next(after: due.last ?? Int64(clock.start) * 1_000), next <= end {
                    #expect(next > due.last ?? 0)
                    due.append(next)
                }
                #expect(due == clock.due(rule), "\(text) in \(name) from \(start)")
                // Asking from any instant between two due times gives the same next one.
                let instant = Int64.random(in: (Int64(clock.start) * 1_000)..<end, using: &random)
                #expect(times.next(after: instant).flatMap { $0 <= end ? $0 : nil } == due.first { $0 > instant })
            }
        }
    }

    @Test("The newest ones are the end of the whole list")
    func newest() throws {
        var random = SeededGenerator(seed: 11)
        let start = try Instant.milliseconds("2026-01-01T00:00Z")
        for _ in 0..<40 {
            let rule = try? ScheduleRule(Self.expression(&random))
            let zone = Self.zones.randomElement(using: &random).flatMap(ZoneOffsets.init(identifier:))
            guard let rule, let zone else { continue }
            let times = DueTimes(rule, in: zone)
            let from = start + Int64.random(in: 0...40_000_000_000, using: &random)
            let until = from + Int64.random(in: -1_000...200_000_000, using: &random)
            var all: [Int64] = []
            while let next = times.next(after: all.last ?? from), next <= until { all.append(next) }
            let count = Int.random(in: 1...30, using: &random)
            let found = times.newest(count, after: from, through: until)
            #expect(found.times == all.suffix(count))
            #expect(found.hasOlder == (all.count > count))
        }
    }

    @Test("Ten years of downtime under a rule of every minute are looked through at once", .timeLimit(.minutes(3)))
    func longDowntime() throws {
        let times = DueTimes(try ScheduleRule("every minute"), in: .utc)
        let found = times.newest(3, after: 0, through: try Instant.milliseconds("2026-11-21T10:02Z"))
        #expect(found.times.map(Instant.text) == ["2026-11-21T10:00Z", "2026-11-21T10:01Z", "2026-11-21T10:02Z"])
        #expect(found.hasOlder)
    }

    static func expression(_ random: inout SeededGenerator) -> String {
        let fields = [
            field(0...59, &random), field(0...23, &random), dayField(1...31, &random), dayField(1...12, &random),
            dayField(0...6, &random),
        ]
        return fields.joined(separator: " ")
    }

    /// Mostly open, or hardly any expression would be due within a few days.
    private static func dayField(_ range: ClosedRange<Int>, _ random: inout SeededGenerator) -> String {
        Int.random(in: 0...3, using: &random) > 0 ? "*" : field(range, &random)
    }

    private static func field(_ range: ClosedRange<Int>, _ random: inout SeededGenerator) -> String {
        let low = Int.random(in: range, using: &random), high = Int.random(in: range, using: &random)
        switch Int.random(in: 0...6, using: &random) {
        case 0...2: return "*"
        case 3: return "\(low)"
        case 4: return "\(min(low, high))-\(max(low, high))"
        case 5: return "*/\(max(1, low))"
        default: return "\(low),\(high)"
        }
    }
}

/// A zone's clock read at every minute.
private struct MinuteClock {
    let start: Int
    let end: Int
    /// The latest reading before `start`: a time shown before does not come again.
    private let latestBefore: Int
    private let readings: [Int]

    init(_ zone: ZoneOffsets, from start: Int, days: Int) {
        self.start = start
        end = start + days * 86_400
        latestBefore =
            stride(from: start - 100_000 / 60 * 60, through: start, by: 60).map(zone.reading(at:)).max() ?? start
        readings = stride(from: start + 60, through: end, by: 60).map(zone.reading(at:))
    }

    func due(_ rule: ScheduleRule) -> [Int64] {
        var latest = latestBefore
        var due: [Int64] = []
        for (index, reading) in readings.enumerated() {
            let isDue: Bool
            if rule.isHourly {
                isDue = rule.includes(reading: reading)
            } else if reading > latest {
                // Usually one minute; after a leap, all that were leapt over.
                isDue = stride(from: latest + 60, through: reading, by: 60).contains(where: rule.includes(reading:))
            } else {
                isDue = false
            }
            latest = max(latest, reading)
            if isDue { due.append(Int64(start + 60 * (index + 1)) * 1_000) }
        }
        return due
    }
}
