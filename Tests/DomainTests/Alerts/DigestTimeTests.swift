import BureauDomain
import Testing

@Suite("The time of the daily digest")
struct DigestTimeTests {
    @Test(
        "A time of day is two digits, a colon and two digits",
        arguments: ["8:00", "24:00", "08:60", "", "08.00", "0800", "-8:00"])
    func refused(text: String) { #expect(DigestTime(text) == nil) }

    private static let rows: [(Int, Int)] = [
        (0, -1), (7 * 3_600, -1), (8 * 3_600 - 1, -1), (8 * 3_600, 0), (86_400, 0), (86_400 + 8 * 3_600, 1),
    ]

    @Test("The newest due day changes at that time and at no other", arguments: rows)
    func day(instant: Int, expected: Int) throws {
        let time = try #require(DigestTime("08:00"))
        #expect(time.newestDay(at: instant, in: .utc) == expected)
        let east = ZoneOffsets(name: "east") { _ in 7_200 }
        #expect(time.newestDay(at: instant - 7_200, in: east) == expected)
    }

    @Test("Each day of a year has one digest, through both changes of the clock")
    func year() throws {
        let time = try #require(DigestTime("02:30")), zone = try #require(ZoneOffsets(identifier: "Europe/Berlin"))
        let start = 1_767_225_600
        var sent: [Int] = []
        for instant in stride(from: start, to: start + 365 * 86_400, by: 600) {
            let day = time.newestDay(at: instant, in: zone)
            if sent.last.map({ day > $0 }) ?? true { sent.append(day) }
        }
        #expect(sent == Array((sent.first ?? 0)..<((sent.first ?? 0) + 366)))
    }
}
