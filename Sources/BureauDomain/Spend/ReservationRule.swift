/// What happens when a budget is used up.
package enum Exhaustion: String, Hashable, Sendable, Codable, CaseIterable {
    /// The run waits, and people are asked to raise the limit or stop it.
    case pauseAndAsk = "pause_and_ask"
    case stop
    case warnOnly = "warn_only"
}

/// The limit of one account and what follows when it is reached.
package struct ScopeBudget: Hashable, Sendable {
    package var limit: MicroUSD
    package var warnPercent: Int
    package var onExhausted: Exhaustion

    package static let warnPercentByDefault = 80

    package init(
        limit: MicroUSD, warnPercent: Int = ScopeBudget.warnPercentByDefault, onExhausted: Exhaustion = .pauseAndAsk
    ) {
        self.limit = limit
        self.warnPercent = warnPercent
        self.onExhausted = onExhausted
    }

    /// From this amount on people are warned.
    package var warnFrom: MicroUSD { MicroUSD(rawValue: limit.rawValue / 100 * Int64(warnPercent)) }
}

/// What an account holds: promised to runs and not yet spent, and spent.
package struct SpendBalance: Hashable, Sendable {
    package var reserved: MicroUSD
    package var spent: MicroUSD
    package var committed: MicroUSD { reserved + spent }

    package init(reserved: MicroUSD = .zero, spent: MicroUSD = .zero) {
        self.reserved = reserved
        self.spent = spent
    }
}

/// Decides whether an amount may be promised to a run.
package enum ReservationRule {
    package struct Line: Hashable, Sendable {
        package let account: SpendAccount
        package let budget: ScopeBudget
        package let balance: SpendBalance

        package init(account: SpendAccount, budget: ScopeBudget, balance: SpendBalance) {
            self.account = account
            self.budget = budget
            self.balance = balance
        }

        package var left: MicroUSD { max(.zero, budget.limit - balance.committed) }

        /// Enough for `amount` and at least a quarter more than today's limit, in whole dollars.
        package func proposal(for amount: MicroUSD) -> MicroUSD {
            let enough = max(balance.committed + amount, budget.limit + MicroUSD(rawValue: budget.limit.rawValue / 4))
            return MicroUSD(rawValue: (enough + MicroUSD(rawValue: 999_999)).rawValue / 1_000_000 * 1_000_000)
        }
    }

    /// The most that every account which holds anything back still has; nil when none does.
    package static func room(in lines: [Line]) -> MicroUSD? {
        lines.filter { $0.budget.onExhausted != .warnOnly }.map(\.left).min()
    }

    /// The account that has too little, or nil when every one has enough. One that stops comes before one that asks.
    package static func shortage(_ amount: MicroUSD, in lines: [Line]) -> Line? {
        let short = lines.filter {
            $0.budget.onExhausted != .warnOnly && $0.balance.committed + amount > $0.budget.limit
        }
        return short.first { $0.budget.onExhausted == .stop } ?? short.first
    }
}
