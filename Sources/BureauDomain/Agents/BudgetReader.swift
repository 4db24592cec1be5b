import Foundation

/// What an agent's file says of money beyond one session: its day, its month, and what a spent run limit leads to.
package struct AgentBudgets: Hashable, Sendable {
    package let day: ScopeBudget?
    package let month: ScopeBudget?
    /// What follows when a session reaches its own limit.
    package let onRunLimit: Exhaustion

    /// A file that says nothing of it has its runs stopped at their limit: spending on is what somebody asks for.
    static let onRunLimitByDefault = Exhaustion.stop
    package static let byDefault = AgentBudgets(day: nil, month: nil, onRunLimit: onRunLimitByDefault)
}

/// Reads budgets, of agents and of clients.
struct BudgetReader {
    static let keys = ["limit_usd", "warn_percent", "on_exhausted"]

    func budgets(_ root: ConfigObject) -> AgentBudgets? {
        guard root.has("budgets") else { return .byDefault }
        guard let object = root.object("budgets", keys: ["run", "day", "month"], noun: "budget") else { return nil }
        let run = object.object("run", keys: ["on_exhausted"], required: false)
        let onRunLimit = run.flatMap { $0.choice("on_exhausted", Exhaustion.self) }
        return AgentBudgets(
            day: budget(object, "day"), month: budget(object, "month"),
            onRunLimit: onRunLimit ?? AgentBudgets.onRunLimitByDefault)
    }

    /// `object.key` when it is there; what is wrong with it is left as a problem.
    func budget(_ object: ConfigObject, _ key: String) -> ScopeBudget? {
        guard let found = object.object(key, keys: Self.keys, required: false) else { return nil }
        let limit = found.number("limit_usd", .from(Decimal(1) / 100, upTo: 1_000_000))
        let percent = found.whole("warn_percent", 1...100, required: false)
        let action = found.has("on_exhausted") ? found.choice("on_exhausted", Exhaustion.self) : .pauseAndAsk
        guard let limit, let action else { return nil }
        return ScopeBudget(
            limit: MicroUSD(usd: limit), warnPercent: percent ?? ScopeBudget.warnPercentByDefault, onExhausted: action)
    }
}
