/// What a session may take.
package struct BudgetLimits: Hashable, Sendable {
    package let costMax: MicroUSD
    /// Nil when nobody asked to be warned.
    package let alertAbove: MicroUSD?
    package let durationMax: Duration

    package init(costMax: MicroUSD, alertAbove: MicroUSD?, durationMax: Duration) {
        self.costMax = costMax
        self.alertAbove = alertAbove
        self.durationMax = durationMax
    }
}

extension AgentConfig.Limits {
    /// The limits of a run; `costMaxByDefault` is the service's own, for agents that name none.
    package func budget(costMaxByDefault: MicroUSD) -> BudgetLimits {
        BudgetLimits(
            costMax: sessionCostMax ?? costMaxByDefault, alertAbove: alertAbove, durationMax: sessionDurationMax)
    }
}

package enum BudgetPolicy {
    package enum Verdict: Hashable, Sendable {
        case ok
        case warn
        case stop(Cause)
    }

    package enum Cause: String, Hashable, Sendable, Codable { case cost, duration }

    /// Stops when the cost or the time has reached its limit (cost named first when both have), warns once when the
    /// cost is above the alert. `spent` is nil while the cost is unknown: then only time can stop a session, and the
    /// missing price is for the caller to report.
    package static func judge(
        spent: MicroUSD?, elapsed: Duration, limits: BudgetLimits, alreadyWarned: Bool
    ) -> Verdict {
        if let spent, spent >= limits.costMax { return .stop(.cost) }
        if elapsed >= limits.durationMax { return .stop(.duration) }
        if let spent, let alert = limits.alertAbove, spent > alert, !alreadyWarned { return .warn }
        return .ok
    }
}
