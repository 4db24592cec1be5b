package import BureauDomain
import BureauStorage

/// A month of costs as one page tells it. Everything is summed from the runs' own figures, as `lines` are.
extension CostDesk {
    package struct Month: Sendable, Hashable {
        package var runs: Int64 = 0
        package var spent = MicroUSD.zero
        package var unpricedRuns: Int64 = 0
        package var failedRuns: Int64 = 0
        package var failedSpent = MicroUSD.zero
        /// Runs that repeat an earlier one.
        package var repeatedRuns: Int64 = 0
        package var repeatedSpent = MicroUSD.zero
        /// Runs that passed the mark at which people are warned, or were stopped by their limit.
        package var limitedRuns: Int64 = 0
    }

    /// What one agent's runs of one day have cost.
    package struct DayShare: Sendable, Hashable {
        /// "2026-11-21"
        package let day: String
        package let agent: String
        package let spent: MicroUSD
    }

    /// `clients` narrows it to those; nil is everybody, runs without a client among them. One walk through the month's
    /// runs, whatever is asked of it.
    package func sheet(_ month: SpendMonth, clients: Set<String>?) async throws -> CostSheet {
        let (filter, values) = Self.filter(month.milliseconds, clients)
        return CostSheet(
            rows: try await database.query(
                """
                SELECT accepted_at / 86400000 AS day, coalesce(client_slug, '') AS client, agent,
                    trigger_source AS trigger, coalesce(model, '') AS model, state, count(*) AS runs,
                    sum(spent_micro_usd) AS spent, sum(spent_method = 'no_price') AS unpriced,
                    count(again_of) AS repeated,
                    sum(CASE WHEN again_of IS NULL THEN 0 ELSE spent_micro_usd END) AS repeated_spent,
                    sum(budget_warned = 1 OR coalesce(cause, '') IN ('over_budget', 'budget_denied')
                        OR coalesce(stop_cause, '') = 'over_budget') AS limited
                FROM run WHERE \(filter) GROUP BY 1, 2, 3, 4, 5, 6
                """, values
            ).map(CostSheet.Part.init))
    }

    /// The sums of the last full UTC days before `now`, the oldest first: none from before the first run.
    package func lastFullDays(now: Int64, clients: Set<String>?) async throws -> [MicroUSD] {
        let today = now / 86_400_000, first = today - Int64(SpendForecast.daysSeenMax)
        let (all, everybody) = Self.filter(0..<now, clients, by: "client_slug")
        let (filter, values) = Self.filter(first * 86_400_000..<today * 86_400_000, clients)
        return try await database.read { db in
            guard
                let began = try db.first("SELECT min(accepted_at) AS at FROM run WHERE \(all)", everybody)?
                    .integerIfAny("at")
            else { return [] }
            let sums = try db.query(
                """
                SELECT accepted_at / 86400000 AS day, sum(spent_micro_usd) AS spent FROM run WHERE \(filter) GROUP BY 1
                """, values)
            let byDay = Dictionary(
                uniqueKeysWithValues: try sums.map { (try $0.integer("day"), try $0.integer("spent")) })
            let start = max(first, began / 86_400_000)
            return start < today ? (start..<today).map { MicroUSD(rawValue: byDay[$0] ?? 0) } : []
        }
    }

    /// The runs of a month that cost most: chosen from an index, and only they are read.
    package func costliest(_ month: SpendMonth, clients: Set<String>?, limit: Int) async throws -> [RunRecord] {
        let (filter, values) = Self.filter(month.milliseconds, clients)
        return try await database.query(
            """
            SELECT \(RunStore.columns) FROM run
            WHERE id IN (SELECT id FROM run WHERE \(filter) ORDER BY spent_micro_usd DESC, id DESC LIMIT ?)
            ORDER BY spent_micro_usd DESC, id DESC
            """, values + [limit]
        ).map(RunRecord.init)
    }

    /// By time, unless it says otherwise: the plus sign keeps out the index of clients, which has their whole history.
    private static func filter(
        _ bounds: Range<Int64>, _ clients: Set<String>?, by column: String = "+client_slug"
    ) -> (String, [any SQLBindable]) {
        let times = "accepted_at >= ? AND accepted_at < ?"
        let values: [any SQLBindable] = [bounds.lowerBound, bounds.upperBound]
        guard let clients else { return (times, values) }
        let marks = Array(repeating: "?", count: clients.count).joined(separator: ", ")
        return ("\(times) AND \(column) IN (\(marks))", values + clients.sorted())
    }
}
