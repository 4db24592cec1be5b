import Testing

@testable import BureauDomain

@Suite("What a month may cost in the end")
struct SpendForecastTests {
    private static func cents(_ amounts: [Int64]) -> [MicroUSD] { amounts.map(MicroUSD.cents) }

    static let cases: [([Int64], before: Int64, today: Int64, after: Int, low: Int64, high: Int64)] = [
        (Array(repeating: 100, count: 7), 700, 50, 10, 1_800, 1_800),
        // Quartiles of 1 to 8 by the nearest rank: 2 and 6.
        ([8, 7, 6, 5, 4, 3, 2, 1], 0, 0, 0, 2, 6), ([8, 7, 6, 5, 4, 3, 2, 1], 100, 0, 9, 120, 160),
        // Today has cost more than any day.
        ([1, 1, 1, 1, 1, 1, 1], 10, 500, 1, 511, 511),
        // Only the newest 28 days count.
        (Array(repeating: 9_000, count: 30) + Array(repeating: 10, count: 28), 0, 0, 1, 20, 20),
        (Array(repeating: 0, count: 28), 0, 0, 30, 0, 0),
    ]

    @Test("A range from the quartiles of the last full days", arguments: cases)
    func range(days: [Int64], before: Int64, today: Int64, after: Int, low: Int64, high: Int64) throws {
        let forecast = try #require(
            SpendForecast(fullDays: Self.cents(days), before: .cents(before), today: .cents(today), daysAfter: after))
        #expect(forecast.low == .cents(low) && forecast.high == .cents(high))
        #expect(forecast.daysSeen == min(28, days.count))
    }

    @Test("Fewer than seven full days are no ground for a forecast")
    func tooFew() {
        #expect(
            SpendForecast(fullDays: Self.cents([1, 2, 3, 4, 5, 6]), before: .zero, today: .zero, daysAfter: 3) == nil)
    }
}
