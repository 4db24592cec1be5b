package import BureauDomain
import BureauStorage

/// What ended lately, by when it ended: a run that began yesterday counts on the day it was done.
extension RunDesk {
    /// Sums over all of them. What was ignored is nobody's work and is not in it.
    package struct Ended: Sendable, Hashable {
        package let runs: Int
        /// Accepted by people or by config, those with a delivery problem included.
        package let done: Int
        package let failed: Int
        package let stopped: Int
        /// What they cost as a whole, whenever that was.
        package let spent: MicroUSD
        /// Runs whose cost nobody knows, so that it is not in `spent`.
        package let unpriced: Int
    }

    /// `since` in milliseconds UTC. `visible` as in `RunListing`.
    package func ended(since: Int64, visible: Set<String>?) async throws -> Ended {
        let conditions = Self.ended(since, visible)
        let row = try await database.query(
            """
            SELECT count(*) AS runs, coalesce(sum(run.state IN ('done', 'done_with_problems')), 0) AS done,
                coalesce(sum(run.state = 'failed'), 0) AS failed, coalesce(sum(run.state = 'stopped'), 0) AS stopped,
                coalesce(sum(run.spent_micro_usd), 0) AS spent,
                coalesce(sum(run.spent_method = 'no_price'), 0) AS unpriced
            FROM run \(conditions.clause)
            """, conditions.values
        ).first
        func count(_ name: String) throws -> Int { Int(try row?.integer(name) ?? 0) }
        return Ended(
            runs: try count("runs"), done: try count("done"), failed: try count("failed"),
            stopped: try count("stopped"), spent: MicroUSD(rawValue: try row?.integer("spent") ?? 0),
            unpriced: try count("unpriced"))
    }

    /// The last to end first.
    package func newestEnded(since: Int64, visible: Set<String>?, limit: Int) async throws -> [RunRecord] {
        let conditions = Self.ended(since, visible)
        return try await database.query(
            """
            SELECT \(RunStore.columns) FROM run \(conditions.clause) ORDER BY run.ended_at DESC, run.id DESC LIMIT ?
            """, conditions.values + [min(max(limit, 1), RunListing.limitMax)]
        ).map(RunRecord.init)
    }

    private static func ended(_ since: Int64, _ visible: Set<String>?) -> Conditions {
        var conditions = Conditions()
        // In the words of its index.
        conditions.add("run.ended_at IS NOT NULL AND run.ended_at >= ? AND run.state <> 'ignored'", [since])
        if let visible {
            // The plus signs keep the clients' own index out, which holds all of history.
            let marks = Array(repeating: "?", count: visible.count).joined(separator: ", ")
            conditions.add("(+run.client_slug IS NULL OR +run.client_slug IN (\(marks)))", visible.sorted())
        }
        return conditions
    }
}
