package import BureauDomain
package import BureauStorage

/// What runs have cost, summed from the figures on the runs themselves, so that a sum and its runs cannot disagree.
package struct CostDesk: Sendable {
    package enum Grouping: String, Sendable, CaseIterable { case client, agent, day, model, trigger, status }

    package struct Line: Sendable, Hashable {
        /// Empty where the runs have no client or no model yet. For days, as `2026-11-21`.
        package let name: String
        package let runs: Int64
        package let spent: MicroUSD
        /// Runs of a model without a price: what they cost is not in `spent`.
        package let unpricedRuns: Int64
    }

    let database: any Database

    package init(database: any Database) { self.database = database }

    /// Runs accepted in `month` (every run when nil); days run forward, everything else costliest first.
    package func lines(by grouping: Grouping, month: SpendMonth?) async throws -> [Line] {
        let key =
            switch grouping {
            case .client: "coalesce(client_slug, '')"
            case .agent: "agent"
            case .model: "coalesce(model, '')"
            case .day: "accepted_at / 86400000"
            case .trigger: "trigger_source"
            case .status: "state"
            }
        let order = grouping == .day ? "name" : "spent DESC, name"
        let bounds = month?.milliseconds ?? 0..<Int64.max
        return try await database.query(
            """
            SELECT \(key) AS name, count(*) AS runs, sum(spent_micro_usd) AS spent,
                   sum(CASE spent_method WHEN 'no_price' THEN 1 ELSE 0 END) AS unpriced
            FROM run WHERE accepted_at >= ? AND accepted_at < ? GROUP BY \(key) ORDER BY \(order)
            """, [bounds.lowerBound, bounds.upperBound]
        ).map { row in
            let name =
                grouping == .day
                ? SpendMonth.day(daysSince1970: Int(try row.integer("name"))) : try row.text("name")
            return Line(
                name: name, runs: try row.integer("runs"), spent: MicroUSD(rawValue: try row.integer("spent")),
                unpricedRuns: try row.integer("unpriced"))
        }
    }
}
