/// What a session may take.
package struct BudgetLimits: Hashable, Sendable {
    package let costMax: MicroUSD
    /// Nil when nobody asked to be warned.
    package let alertAbove: MicroUSD?
    package let durationMax: Duration
    /// Nothing is held back at the cost limit: people are told, and the session goes on.
    package let warnsOnly: Bool

    package init(costMax: MicroUSD, alertAbove: MicroUSD?, durationMax: Duration, warnsOnly: Bool = false) {
        self.costMax = costMax
        self.alertAbove = alertAbove
        self.durationMax = durationMax
        self.warnsOnly = warnsOnly
    }
}

extension AgentConfig {
    /// The limits of a run that may cost `costMax`.
    package func limits(costMax: MicroUSD) -> BudgetLimits {
        BudgetLimits(
            costMax: costMax, alertAbove: limits.alertAbove, durationMax: limits.sessionDurationMax,
            warnsOnly: budgets.onRunLimit == .warnOnly)
    }
}

package enum BudgetPolicy {
    package enum Verdict: Hashable, Sendable {
        case ok
        case warn
        /// The cost limit is passed, which holds nothing back.
        case pass
        case stop(Cause)
    }

    package enum Cause: String, Hashable, Sendable, Codable { case cost, duration }

    /// Stops when the cost or the time has reached its limit (cost named first when both have), warns once when the
    /// cost is above the alert. Where the cost limit only warns, time stops all the same, and passing the limit is told
    /// in place of the warning, `before` being the cost that was known already. `spent` is nil while the cost is
    /// unknown: then only time can stop a session, and the missing price is for the caller to report.
    package static func judge(
        spent: MicroUSD?, before: MicroUSD = .zero, elapsed: Duration, limits: BudgetLimits, alreadyWarned: Bool
    ) -> Verdict {
        let isOver = spent.map { $0 >= limits.costMax } ?? false
        if isOver, !limits.warnsOnly { return .stop(.cost) }
        if elapsed >= limits.durationMax { return .stop(.duration) }
        if isOver { return before < limits.costMax ? .pass : .ok }
        if let spent, let alert = limits.alertAbove, spent > alert, !alreadyWarned { return .warn }
        return .ok
    }
}
