import BureauDomain
import Foundation
import Testing

@testable import BureauWeb

@Suite("Stacked bars by day")
struct StackedBarsTests {
    private static func bars(_ values: [[Int64]], slots: Int = 30) -> StackedBars {
        StackedBars(
            id: "days", title: "Costs", series: ["Sentinel", "Pulse", "Builder", "Others"],
            days: values.enumerated().map { index, cents in
                StackedBars.Day(
                    day: "2026-11-\(index < 9 ? "0" : "")\(index + 1)", values: cents.map(MicroUSD.cents),
                    isOver: index < values.count - 1)
            }, slots: slots)
    }

    private static func render(_ bars: StackedBars) -> String { ViewLibrary.shared.render(bars.chart, "chart") }

    @Test("The same figures give the same bytes, and nothing that a strict policy refuses")
    func bytes() {
        let one = Self.render(Self.bars([[100, 20, 0, 3], [0, 0, 0, 0], [50, 50, 50, 50]]))
        #expect(one == Self.render(Self.bars([[100, 20, 0, 3], [0, 0, 0, 0], [50, 50, 50, 50]])))
        #expect(!one.contains("style=") && !one.contains("<script") && !one.contains("NaN") && !one.contains("inf"))
        #expect(
            one.contains("$3.23 in the first 3 days of November, on 2 of them; the costliest was 3 Nov with $2.00."))
        #expect(one.contains("First 1 Nov $1.23, last 3 Nov $2.00, highest 3 Nov $2.00, lowest 2 Nov $0.00"))
        #expect(ViewLibrary.shared.broken.isEmpty, "\(ViewLibrary.shared.broken)")
    }

    private static let captions: [([Int64], Int, String)] = [
        ([], 30, "Nothing was spent on these days."), ([0, 0], 30, "Nothing was spent on these days."),
        ([111], 30, "$1.11 on 1 Nov, the first day."),
        ([0, 111], 30, "$1.11 in the first 2 days of November, all of it on 2 Nov."),
        ([0, 0, 111], 3, "$1.11 in November, all of it on 3 Nov."),
        ([100, 11], 30, "$1.11 in the first 2 days of November, on each of them; the costliest was 1 Nov with $1.00."),
        ([100, 0, 11], 3, "$1.11 in November, on 2 of its 3 days; the costliest was 1 Nov with $1.00."),
    ]

    @Test("The finding counts the days that had costs, not those that have come", arguments: captions)
    func caption(cents: [Int64], slots: Int, words: String) {
        #expect(Self.bars(cents.map { [$0] }, slots: slots).chart.caption == words)
    }

    @Test("Bars begin at zero, stand on one another, and are as high as their amounts")
    func geometry() throws {
        let drawing = try #require(Self.bars([[100, 100, 0, 0], [400, 0, 0, 0]]).chart.drawings.first)
        let rects = drawing.bars.map { (Double($0.y) ?? -1, Double($0.height) ?? -1) }
        #expect(rects.count == 3, "nothing is drawn for nothing")
        #expect(abs(rects[0].0 + rects[0].1 - 268) < 0.02 && abs(rects[2].0 + rects[2].1 - 268) < 0.02)
        #expect(abs(rects[1].0 + rects[1].1 - rects[0].0) < 0.02, "the second stands on the first")
        #expect(abs(rects[2].1 - 4 * rects[0].1) < 0.05)
        #expect(drawing.open != nil, "today is marked as not over")
    }

    @Test("At most 31 bars and four series, whatever is given")
    func bounds() throws {
        let many = StackedBars(
            id: "days", title: "Costs", series: (0..<9).map { "s\($0)" },
            days: (0..<40).map { _ in .init(day: "2026-11-01", values: Array(repeating: .cents(1), count: 9)) },
            slots: 40)
        let drawing = try #require(many.chart.drawings.first)
        #expect(drawing.bars.count == 31 * 4 && drawing.patterns.count == 4 && drawing.keys.count == 4)
    }

    static let tops: [(Int64, Int, String)] = [
        (0, 6, "$0.01"), (100, 6, "$1.00"), (150, 4, "$1.50"), (130_00, 4, "$150"), (1_999_00, 5, "$2,000"),
        (999_999_00, 6, "$1,000,000"), (4_99, 6, "$5"),
    ]

    @Test("Ticks are three to six, at 1, 2 or 5 times a power of ten, and reach over the highest", arguments: tops)
    func ticks(cents: Int64, count: Int, top: String) {
        let scale = AxisScale(upTo: .cents(cents))
        #expect((3...6).contains(scale.ticks.count) && scale.ticks.count == count, "\(scale.ticks)")
        #expect(scale.top >= .cents(cents) && scale.word(scale.top) == top)
        let first = String(scale.ticks[1].rawValue).prefix { $0 != "0" }
        #expect(["1", "2", "5"].contains(String(first)))
    }
}
