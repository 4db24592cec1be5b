import Foundation

/// One kind of what a session has used, with what it costs by the list.
package struct UsageLine: Hashable, Sendable {
    package enum Kind: CaseIterable, Sendable {
        case input, output, cacheRead, cacheWrite5m, cacheWrite1h, cacheWriteUnsplit, webSearches, activeMilliseconds

        var place: WritableKeyPath<SessionUsage, Int64> {
            switch self {
            case .input: \.inputTokens
            case .output: \.outputTokens
            case .cacheRead: \.cacheReadTokens
            case .cacheWrite5m: \.cacheWrite5mTokens
            case .cacheWrite1h: \.cacheWrite1hTokens
            case .cacheWriteUnsplit: \.cacheWriteUnsplitTokens
            case .webSearches: \.webSearches
            case .activeMilliseconds: \.activeMilliseconds
            }
        }
    }

    package let kind: Kind
    /// Tokens, searches or milliseconds.
    package let count: Int64
    /// Nil when the table has no price for the model.
    package let cost: MicroUSD?
}

extension SessionUsage {
    /// Tokens of every kind: of two readings of one session the one with more of them is the later.
    package var tokens: Int64 {
        UsageLine.Kind.allCases.filter { $0 != .webSearches && $0 != .activeMilliseconds }.reduce(0) { sum, kind in
            let (more, overflow) = sum.addingReportingOverflow(max(0, self[keyPath: kind.place]))
            return overflow ? .max : more
        }
    }

    /// Every kind by itself, at the rates that the whole is priced by. The four that every session has are always told.
    package func lines(model: String, prices: PriceTable) -> [UsageLine] {
        let rates = prices.rates(for: self, model: model)?.rates
        return UsageLine.Kind.allCases.compactMap { kind in
            var alone = SessionUsage()
            alone[keyPath: kind.place] = self[keyPath: kind.place]
            let count = alone[keyPath: kind.place]
            let isAlways = [.input, .output, .cacheRead, .cacheWrite5m].contains(kind)
            guard count > 0 || isAlways else { return nil }
            let cost = rates.map {
                MicroUSD(micro: prices.micro(tokens: alone, at: $0) + prices.micro(beyondTokens: alone))
            }
            return UsageLine(kind: kind, count: count, cost: cost)
        }
    }
}
