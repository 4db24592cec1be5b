package import BureauDomain
import BureauStorage

/// What a run had cost in all at one moment.
package struct SpendPoint: Sendable, Hashable {
    /// Milliseconds UTC.
    package let at: Int64
    package let total: MicroUSD

    package init(at: Int64, total: MicroUSD) { (self.at, self.total) = (at, total) }
}

/// How what a run costs has grown, as the ledger's entries tell it.
struct SpendCurve {
    let db: any Connection
    static let pointsMax = 400

    /// In their order, the newest figure of each moment. Of more than `pointsMax` some, evenly, and the last one. Entries
    /// from before the ledger tell no moment.
    func points(_ runID: String) throws -> [SpendPoint] {
        let rows = try db.query(
            """
            SELECT at, total FROM (
                SELECT at, total, row_number() OVER (ORDER BY at) AS place, count(*) OVER () AS size FROM (
                    SELECT at, max(cumulative_micro_usd) AS total FROM spend_entry
                    WHERE run_id = ? AND kind = 'settle' AND at > 0 GROUP BY at
                ) AS moment
            ) AS numbered
            WHERE (place - 1) % ((size + ?) / ?) = 0 OR place = size ORDER BY at
            """, [runID, Self.pointsMax - 2, Self.pointsMax - 1])
        var highest = MicroUSD.zero
        return try rows.map { row in
            // A clock that was set back leaves a lower figure behind a higher one.
            highest = max(highest, MicroUSD(rawValue: try row.integer("total")))
            return SpendPoint(at: try row.integer("at"), total: highest)
        }
    }
}

extension RunDesk {
    /// How what the run costs has grown. Empty where the ledger has nothing of it.
    package func spendCurve(_ id: String) async throws -> [SpendPoint] {
        try await database.read { try SpendCurve(db: $0).points(id) }
    }
}
