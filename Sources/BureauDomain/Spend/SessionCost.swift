import Foundation

/// What a session, or one model request of it, has used. Counts, never negative.
package struct SessionUsage: Hashable, Sendable {
    /// Tokens read afresh; cached ones are not among them.
    package var inputTokens: Int64
    package var outputTokens: Int64
    package var cacheReadTokens: Int64
    package var cacheWrite5mTokens: Int64
    package var cacheWrite1hTokens: Int64
    /// Cache writes reported without their lifetime; priced as five-minute writes, which makes the cost an estimate.
    package var cacheWriteUnsplitTokens: Int64
    package var webSearches: Int64
    /// Running time that is billed, parallel threads counted once.
    package var activeMilliseconds: Int64

    package init(
        inputTokens: Int64 = 0, outputTokens: Int64 = 0, cacheReadTokens: Int64 = 0, cacheWrite5mTokens: Int64 = 0,
        cacheWrite1hTokens: Int64 = 0, cacheWriteUnsplitTokens: Int64 = 0, webSearches: Int64 = 0,
        activeMilliseconds: Int64 = 0
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheReadTokens = cacheReadTokens
        self.cacheWrite5mTokens = cacheWrite5mTokens
        self.cacheWrite1hTokens = cacheWrite1hTokens
        self.cacheWriteUnsplitTokens = cacheWriteUnsplitTokens
        self.webSearches = webSearches
        self.activeMilliseconds = activeMilliseconds
    }

    /// What the model read, from wherever: the size that chooses a price tier.
    var promptTokens: Decimal {
        Decimal(inputTokens) + Decimal(cacheReadTokens) + Decimal(cacheWrite5mTokens) + Decimal(cacheWrite1hTokens)
            + Decimal(cacheWriteUnsplitTokens)
    }
}

/// What a session has cost, and how we know.
package struct SessionCost: Hashable, Sendable {
    package enum Method: Hashable, Sendable {
        /// Reported by the API: everything is in it.
        case listCost
        /// From usage and the price table, exact.
        case computed
        /// From usage and the price table, where usage does not say enough; never below the true price by a tier.
        case estimate
        /// The table has no price for this model. The cost is unknown, not nothing.
        case noPrice(String)
    }

    /// Nil when there is no price.
    package let microUSD: MicroUSD?
    package let method: Method

    package init(microUSD: MicroUSD?, method: Method) {
        self.microUSD = microUSD
        self.method = method
    }

    /// The cost of a session whose work was done by one model. `listCostMicroUSD`, when the API gave it, is preferred
    /// to any arithmetic. A model whose price depends on each prompt's size is exact only while the whole session fits
    /// the smallest tier; beyond that the dearest tier is taken.
    package static func compute(
        usage: SessionUsage, listCostMicroUSD: MicroUSD?, model: String, prices: PriceTable
    ) -> SessionCost {
        if let listCostMicroUSD { return SessionCost(microUSD: listCostMicroUSD, method: .listCost) }
        guard let (rates, fitsCheapest) = prices.rates(for: usage, model: model) else {
            return SessionCost(microUSD: nil, method: .noPrice(model))
        }
        let micro = prices.micro(tokens: usage, at: rates) + prices.micro(beyondTokens: usage)
        let isEstimate = !fitsCheapest || usage.cacheWriteUnsplitTokens > 0
        return SessionCost(microUSD: MicroUSD(micro: micro), method: isEstimate ? .estimate : .computed)
    }
}

extension PriceTable {
    /// The rates a session is priced by, and whether it fits the smallest tier; nil for a model without a price.
    func rates(for usage: SessionUsage, model: String) -> (rates: Rates, fitsCheapest: Bool)? {
        guard let tiers = tiers(for: model), let cheapest = tiers.first, let dearest = tiers.last else { return nil }
        let fitsCheapest = cheapest.promptTokensMax.map { usage.promptTokens <= Decimal($0) } ?? true
        return (fitsCheapest ? cheapest.rates : dearest.rates, fitsCheapest)
    }

    /// Dollars for a million tokens are millionths of a dollar for one.
    func micro(tokens usage: SessionUsage, at rates: Rates) -> Decimal {
        count(usage.inputTokens) * rates.input + count(usage.outputTokens) * rates.output
            + count(usage.cacheReadTokens) * rates.cacheRead
            + (count(usage.cacheWrite5mTokens) + count(usage.cacheWriteUnsplitTokens)) * rates.cacheWrite5m
            + count(usage.cacheWrite1hTokens) * rates.cacheWrite1h
    }

    func micro(beyondTokens usage: SessionUsage) -> Decimal {
        count(usage.webSearches) * webSearchUSD * 1_000_000
            + count(usage.activeMilliseconds) * sessionHourUSD * 1_000_000 / 3_600_000
    }

    /// A count below zero is somebody's mistake; it must not make a session look cheaper.
    private func count(_ value: Int64) -> Decimal { Decimal(max(0, value)) }
}
