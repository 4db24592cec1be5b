package import BureauDomain

/// One sub-agent of a run's session, as it was last seen.
package struct SessionThreadRecord: Sendable, Hashable {
    package let id: String
    package let agentName: String
    package let state: String
    package let eventsCount: Int64
    /// What the service says it works with; nil where it was not told.
    package let model: String?
    /// All it read, cached or not.
    package let inputTokens: Int64
    package let outputTokens: Int64
    /// What of it came from the cache and what went into it; nil where the thread is older than these figures.
    package let cacheReadTokens: Int64?
    package let cacheWriteTokens: Int64?
}

extension SessionThreadRecord {
    /// Its tokens at the list prices of its own model; nil without a price, which is another thing than nothing. An
    /// estimate of its part in the run's cost: requests tell neither how long what they cached is kept nor searches and
    /// running time.
    package func cost(_ prices: PriceTable) -> MicroUSD? {
        guard let model, let cacheReadTokens, let cacheWriteTokens else { return nil }
        let usage = SessionUsage(
            inputTokens: inputTokens - cacheReadTokens - cacheWriteTokens, outputTokens: outputTokens,
            cacheReadTokens: cacheReadTokens, cacheWriteUnsplitTokens: cacheWriteTokens)
        return SessionCost.compute(usage: usage, listCostMicroUSD: nil, model: model, prices: prices).microUSD
    }

    package var modelWord: String { model ?? "not told" }
    package func costWord(_ prices: PriceTable) -> String { cost(prices).map { "\($0)" } ?? "no price" }

    package func document(_ prices: PriceTable) -> JSONValue {
        func count(_ tokens: Int64?) -> JSONValue { tokens.map { .whole64($0) } ?? .null }
        let dollars = cost(prices).flatMap { JSONNumber(Double($0.rawValue) / 1_000_000) }
        return .object(
            JSONObject([
                ("thread", .string(id)), ("name", .string(agentName)), ("status", .string(state)),
                ("model", .line(model)), ("events", .whole64(eventsCount)), ("input_tokens", .whole64(inputTokens)),
                ("output_tokens", .whole64(outputTokens)),
                ("cache_read_tokens", count(cacheReadTokens)), ("cache_write_tokens", count(cacheWriteTokens)),
                ("estimated_cost_usd", dollars.map { .number($0) } ?? .null),
            ]))
    }
}
