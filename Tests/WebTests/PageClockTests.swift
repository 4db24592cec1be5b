import BureauDomain
import Foundation
import Testing

@testable import BureauWeb

@Suite("Moments on pages")
struct PageClockTests {
    private static func instant(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970) * 1_000
    }

    private static func clock(_ zone: String, at now: String) throws -> PageClock {
        let (zone, now) = (try #require(ZoneOffsets(identifier: zone)), try instant(now))
        return PageClock(zone: zone, now: { now })
    }

    /// Clocks go back in Berlin on 25 Oct 2026 at 3:00, forward in New York on 8 Mar 2026 at 2:00, and never in Brisbane.
    private static let moments = [
        ("Europe/Berlin", "2026-10-25T00:30:00Z", "25 Oct, 02:30"),
        ("Europe/Berlin", "2026-10-25T01:30:00Z", "25 Oct, 02:30"),
        ("Europe/Berlin", "2026-10-25T02:30:00Z", "25 Oct, 03:30"),
        ("America/New_York", "2026-03-08T06:59:59Z", "8 Mar, 01:59"),
        ("America/New_York", "2026-03-08T07:00:00Z", "8 Mar, 03:00"),
        ("Australia/Brisbane", "2026-10-03T16:00:00Z", "4 Oct, 02:00"),
        ("Australia/Sydney", "2026-10-03T16:00:00Z", "4 Oct, 03:00"),
        ("Pacific/Kiritimati", "2026-12-31T10:30:00Z", "1 Jan 2027, 00:30"),
        ("UTC", "2025-12-31T23:59:00Z", "31 Dec 2025, 23:59"),
    ]

    @Test("Are told in the agency's zone, on both sides of a change of its clocks", arguments: moments)
    func absolute(zone: String, moment: String, words: String) throws {
        #expect(try Self.clock(zone, at: "2026-11-21T12:00:00Z").absolute(try Self.instant(moment)) == words)
    }

    private static let ages = [
        ("2026-11-21T12:05:00Z", "21 Nov, 12:05"), ("2026-11-21T11:59:30Z", "just now"),
        ("2026-11-21T11:48:00Z", "12 min ago"), ("2026-11-20T12:00:01Z", "23 h ago"),
        ("2026-11-20T12:00:00Z", "20 Nov, 12:00"), ("2024-02-29T12:00:00Z", "29 Feb 2024, 12:00"),
    ]

    @Test("Are told by their age within a day, and by their date after it", arguments: ages)
    func moment(moment: String, words: String) throws {
        #expect(try Self.clock("UTC", at: "2026-11-21T12:00:00Z").moment(try Self.instant(moment)) == words)
    }

    @Test("Stand among other words with the exact ones behind them; what says nothing has no dot")
    func timed() throws {
        let clock = try Self.clock("UTC", at: "2026-11-21T12:00:00Z")
        let (asked, ready) = (try Self.instant("2026-11-21T11:48:00Z"), try Self.instant("2026-11-20T12:00:00Z"))
        let line = TimedText.joined([
            "asked \(asked, clock.moment) by \("ana")", TimedText(""), TimedText(ready, clock.absolute), "round \(2)",
        ])
        #expect(line.words == "asked 12 min ago by ana · 20 Nov, 12:00 · round 2")
        #expect(line.parts.compactMap(\.iso) == ["2026-11-21T11:48:00Z", "2026-11-20T12:00:00Z"])
        let told = ViewLibrary.shared.render(line, "timed")
        #expect(
            told.hasPrefix(
                "asked <time datetime=\"2026-11-21T11:48:00Z\" title=\"2026-11-21T11:48:00Z\">12 min ago</time> by ana")
        )
    }

    private static let days = [
        ("Europe/Berlin", "2026-10-25T22:59:00Z", "2026-10-24T22:00:00Z"),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"),
        ("America/New_York", "2026-03-08T20:00:00Z", "2026-03-08T05:00:00Z"),
        ("Australia/Brisbane", "2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"),
    ]

    private static let ends = [
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("Australia/Brisbane", "2026-12-31", "2026-12-30T14:00:00Z", "2026-12-31T14:00:00Z"),
    ]

    @Test("A day goes to the next midnight, also when it has 23 or 25 hours", arguments: ends)
    func day(zone: String, day: String, start: String, end: String) throws {
        let clock = try Self.clock(zone, at: "2026-11-21T12:00:00Z")
        #expect(clock.startOfDay(day) == (try Self.instant(start)))
        #expect(clock.endOfDay(day) == (try Self.instant(end)) && clock.endOfDay("tomorrow") == nil)
    }

    @Test("Today begins when the agency's clocks showed midnight, also on a day of 23 or 25 hours", arguments: days)
    func today(zone: String, now: String, start: String) throws {
        #expect(try Self.clock(zone, at: now).startOfToday == (try Self.instant(start)))
    }
}
