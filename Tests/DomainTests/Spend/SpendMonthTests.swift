import BureauDomain
import Testing

@Suite("Months of spending")
struct SpendMonthTests {
    private static let months: [(month: String, from: Int64, to: Int64, words: String)] = [
        ("1970-01", 0, 2_678_400_000, "January 1970"),
        ("2024-02", 1_706_745_600_000, 1_709_251_200_000, "February 2024"),
        ("2026-11", 1_793_491_200_000, 1_796_083_200_000, "November 2026"),
        ("2026-12", 1_796_083_200_000, 1_798_761_600_000, "December 2026"),
    ]

    @Test("A month reaches to the first instant of the next, and people read it in words", arguments: months)
    func bounds(month: String, from: Int64, to: Int64, words: String) throws {
        let known = try #require(SpendMonth(month))
        #expect(known.milliseconds == from..<to)
        #expect(known.description == month && known.words == words)
    }

    @Test(
        "What is no month is refused",
        arguments: ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "2026-+1", "0000-01", "٢٠٢٦-11"])
    func refused(text: String) { #expect(SpendMonth(text) == nil) }

    @Test("Days are written whole")
    func days() {
        #expect(SpendMonth.day(daysSince1970: 0) == "1970-01-01")
        #expect(SpendMonth.day(daysSince1970: 20_778) == "2026-11-21")
        #expect(CivilDate.words(day: "2026-11-03") == "3 Nov")
        #expect(CivilDate.words(day: "2026-11-21", hasYear: true) == "21 Nov 2026")
        for text in ["2026-11", "2026-02-29", "2026-13-01", "soon", ""] { #expect(CivilDate.words(day: text) == text) }
    }
}
