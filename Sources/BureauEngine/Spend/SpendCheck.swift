import BureauDomain
package import BureauStorage

/// Recomputes the ledger from its entries and compares it with every figure that is kept. Changes nothing.
package struct SpendCheck: Sendable {
    let database: any Database
    package static let complaintsMax = 100

    package init(database: any Database) { self.database = database }

    /// What does not agree, in sentences; empty when all does.
    package func complaints() async throws -> [String] {
        try await database.read { try Self.complaints($0) }
    }

    static func complaints(_ db: any Connection) throws -> [String] {
        Array((try holds(db) + balances(db) + runs(db)).prefix(complaintsMax))
    }

    private static func holds(_ db: any Connection) throws -> [String] {
        try db.query(
            """
            SELECT hold.run_id AS run_id FROM spend_hold hold LEFT JOIN (
                SELECT run_id, opening,
                    max(CASE kind WHEN 'reserve' THEN cumulative_micro_usd END) AS reserved,
                    max(CASE kind WHEN 'settle' THEN cumulative_micro_usd END) AS settled,
                    sum(CASE kind WHEN 'release' THEN 1 ELSE 0 END) AS releases
                FROM spend_entry GROUP BY run_id, opening) entry
              ON entry.run_id = hold.run_id AND entry.opening = hold.opening
            WHERE entry.reserved IS NULL OR entry.reserved <> hold.reserved_micro_usd
               OR coalesce(entry.settled - hold.base_micro_usd, 0) <> hold.settled_micro_usd
               OR entry.releases <> 1 - hold.is_open
            ORDER BY hold.run_id LIMIT ?
            """, [complaintsMax]
        ).map { "the ledger's entries of run \(try $0.text("run_id")) do not add up to what is kept of it" }
    }

    private static let left =
        "CASE WHEN is_open = 1 AND reserved_micro_usd > settled_micro_usd THEN reserved_micro_usd - settled_micro_usd "
        + "ELSE 0 END"
    private static let sums = """
        SELECT scope, period, sum(reserved) AS reserved, sum(spent) AS spent FROM (
            SELECT 'agency' AS scope, day AS period, \(left) AS reserved, settled_micro_usd AS spent FROM spend_hold
            UNION ALL SELECT 'client/' || client_slug, substr(day, 1, 7), \(left), settled_micro_usd FROM spend_hold
                WHERE client_slug IS NOT NULL
            UNION ALL SELECT 'agent/' || agent, day, \(left), settled_micro_usd FROM spend_hold
            UNION ALL SELECT 'agent/' || agent, substr(day, 1, 7), \(left), settled_micro_usd FROM spend_hold) AS line
        GROUP BY scope, period
        """

    private static func balances(_ db: any Connection) throws -> [String] {
        try db.query(
            """
            SELECT balance.scope AS scope, balance.period AS period FROM spend_balance balance
            LEFT JOIN (\(sums)) summed ON summed.scope = balance.scope AND summed.period = balance.period
            WHERE coalesce(summed.reserved, 0) <> balance.reserved_micro_usd
               OR coalesce(summed.spent, 0) <> balance.spent_micro_usd
            UNION ALL
            SELECT summed.scope, summed.period FROM (\(sums)) summed
            WHERE NOT EXISTS (SELECT 1 FROM spend_balance balance
                              WHERE balance.scope = summed.scope AND balance.period = summed.period)
            LIMIT ?
            """, [complaintsMax]
        ).map { "the balance of \(try $0.text("scope")) for \(try $0.text("period")) is not the sum of its runs" }
    }

    /// What had no price is charged with all it was given, and its own figure says less. Money may be held after the end
    /// for a session that is not seen to rest yet.
    private static func runs(_ db: any Connection) throws -> [String] {
        try db.query(
            """
            SELECT run.id AS id FROM run LEFT JOIN (
                SELECT run_id, sum(settled_micro_usd) AS settled, max(is_open) AS is_open
                FROM spend_hold GROUP BY run_id) hold ON hold.run_id = run.id
            WHERE coalesce(hold.settled, 0) < run.spent_micro_usd
               OR (coalesce(hold.settled, 0) > run.spent_micro_usd AND run.spent_method <> 'no_price'
                   AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.subject = run.id AND alert.cause = 'no_price'))
               OR (hold.is_open = 1 AND run.ended_at IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM loose_session AS loose
                                   WHERE loose.run_id = run.id AND loose.rested_at IS NULL))
            ORDER BY run.id LIMIT ?
            """, [complaintsMax]
        ).map { "run \(try $0.text("id")) says another cost than the ledger, or still holds money after its end" }
    }
}
