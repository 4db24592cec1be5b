import BureauDomain
import Testing

@Suite("How far a score has moved")
struct ScoreChangeTests {
    private static let brisbane = ZoneOffsets(name: "Australia/Brisbane") { _ in 36_000 }

    private static func at(_ year: Int, _ month: Int, _ day: Int, _ hour: Int) -> Int64 {
        Int64(CivilDate(year: year, month: month, day: day).daysSince1970 * 24 + hour) * 3_600_000
    }

    private static let now = at(2026, 11, 20, 9)

    private static let changes: [(Int, Int, then: Int64, now: Int64, ZoneOffsets, String)] = [
        (72, 78, at(2026, 8, 12, 9), now, .utc, "+6 since August"),
        (78, 72, at(2026, 8, 12, 9), now, .utc, "-6 since August"),
        (78, 78, at(2026, 8, 12, 9), now, .utc, "unchanged since August"),
        (0, 100, at(2026, 1, 1, 0), now, .utc, "+100 since January"),
        (72, 78, at(2026, 11, 3, 9), now, .utc, "+6 since 3 November"),
        (78, 78, now, now, .utc, "unchanged since 20 November"),
        (72, 78, at(2025, 11, 3, 9), now, .utc, "+6 since November 2025"),
        (72, 78, at(2025, 12, 31, 23), at(2026, 1, 1, 1), .utc, "+6 since December 2025"),
        (72, 78, at(2025, 12, 31, 23), at(2026, 1, 1, 1), brisbane, "+6 since 1 January"),
        (72, 78, at(2026, 8, 31, 15), now, brisbane, "+6 since September"),
    ]

    @Test("Is told with the month it was before, and nearer with the day, by the agency's clock", arguments: changes)
    func words(earlier: Int, score: Int, then: Int64, now: Int64, zone: ZoneOffsets, told: String) {
        #expect(ScoreChange(from: earlier, at: then, to: score, at: now, in: zone).words == told)
    }
}
