import BureauDomain
import Foundation
import Testing

@Suite("What a session costs")
struct SessionCostTests {
    private let prices: PriceTable

    init() throws {
        let result = PriceTable.load(try RepositoryFile.bytes("config/prices.json"), fileName: "config/prices.json")
        prices = try #require(result.table, "\(result.problems)")
    }

    /// The session of the API's reference: its own list cost is 60 cents.
    private let usage = SessionUsage(
        inputTokens: 41_210, outputTokens: 18_544, cacheReadTokens: 901_233, cacheWrite5mTokens: 60_110,
        webSearches: 9, activeMilliseconds: 208_900)

    @Test("The worked example costs $0.60, to the millionth")
    func workedExample() {
        let cost = SessionCost.compute(usage: usage, listCostMicroUSD: nil, model: "claude-sonnet-5-5", prices: prices)
        // 82,420 + 150,275 + 90,123.3 + 185,440 + 90,000 + 4,642.2
        #expect(cost == SessionCost(microUSD: MicroUSD(rawValue: 602_901), method: .computed))
        #expect(cost.microUSD?.description == "$0.60")
    }

    @Test("Kind by kind it comes to the same, and a kind without use is told where every session has it")
    func lines() {
        let lines = usage.lines(model: "claude-sonnet-5-5", prices: prices)
        #expect(lines.map(\.kind) == [.input, .output, .cacheRead, .cacheWrite5m, .webSearches, .activeMilliseconds])
        #expect(lines.map { $0.cost?.rawValue } == [82_420, 185_440, 90_123, 150_275, 90_000, 4_642])
        let none = SessionUsage().lines(model: "claude-unheard-of", prices: prices)
        #expect(none.map(\.kind) == [.input, .output, .cacheRead, .cacheWrite5m])
        #expect(none.allSatisfy { $0.count == 0 && $0.cost == nil })
    }

    @Test("The API's own figure wins over arithmetic, also without a price")
    func listCost() {
        for model in ["claude-sonnet-5-5", "claude-unheard-of"] {
            let cost = SessionCost.compute(usage: usage, listCostMicroUSD: .cents(61), model: model, prices: prices)
            #expect(cost == SessionCost(microUSD: .cents(61), method: .listCost))
        }
    }

    @Test(
        "A model without a price is named, never free",
        arguments: [
            "claude-unheard-of", "", "-20250929", "claude-sonnet", "claude-sonnet-5-5-2025092", "CLAUDE-OPUS-5",
        ])
    func noPrice(model: String) {
        let cost = SessionCost.compute(usage: usage, listCostMicroUSD: nil, model: model, prices: prices)
        #expect(cost == SessionCost(microUSD: nil, method: .noPrice(model)))
    }

    @Test("A date at the end of a model's id changes nothing")
    func dated() {
        #expect(prices.tiers(for: "claude-sonnet-4-5-20250929") == prices.tiers(for: "claude-sonnet-4-5"))
        #expect(prices.tiers(for: "claude-sonnet-4-5-20250929") != nil)
    }

    @Test("Cache writes without a lifetime are priced as five minutes and make it an estimate")
    func unsplit() {
        var unsplit = usage
        unsplit.cacheWrite5mTokens = 0
        unsplit.cacheWriteUnsplitTokens = 60_110
        let cost = SessionCost.compute(
            usage: unsplit, listCostMicroUSD: nil, model: "claude-sonnet-5-5", prices: prices)
        #expect(cost == SessionCost(microUSD: MicroUSD(rawValue: 602_901), method: .estimate))
    }

    private static let tiers: [(prompt: Int64, micro: Int64, method: SessionCost.Method)] = [
        (100_000, 10_000, .computed), (100_001, 50_001, .estimate),
    ]

    @Test("A session total beyond the smallest tier is an estimate at the dearest", arguments: tiers)
    func sessionTiers(prompt: Int64, micro: Int64, method: SessionCost.Method) {
        let cost = SessionCost.compute(
            usage: SessionUsage(inputTokens: prompt), listCostMicroUSD: nil, model: "claude-haiku-5-5", prices: prices)
        #expect(cost == SessionCost(microUSD: MicroUSD(rawValue: micro), method: method))
    }

    @Test("Absurd counts neither trap nor turn negative")
    func absurd() {
        let most = SessionUsage(
            inputTokens: .max, outputTokens: .max, cacheReadTokens: .max, cacheWrite5mTokens: .max,
            cacheWrite1hTokens: .max, cacheWriteUnsplitTokens: .max, webSearches: .max, activeMilliseconds: .max)
        let cost = SessionCost.compute(usage: most, listCostMicroUSD: nil, model: "claude-opus-5", prices: prices)
        #expect(cost.microUSD == MicroUSD(rawValue: .max))
        let negative = SessionUsage(inputTokens: -5, webSearches: -1, activeMilliseconds: -1)
        let none = SessionCost.compute(usage: negative, listCostMicroUSD: nil, model: "claude-opus-5", prices: prices)
        #expect(none.microUSD == .zero)
    }
}
