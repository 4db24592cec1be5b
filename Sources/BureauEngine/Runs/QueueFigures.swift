package import BureauStorage

/// The queue at one moment.
package struct QueueFigures: Sendable, Hashable {
    /// The runs of one client and one agent.
    package struct Line: Sendable, Hashable {
        /// Nil for runs without a client.
        package let client: String?
        package let agent: String
        package let waiting: Int64
        package let inWork: Int64
        package let awaitingApproval: Int64
        package let priorityMax: Int64
        package let oldestAt: Int64?
    }

    package let lines: [Line]
    package let parked: Int64
    package let oldestMilliseconds: Int64
    /// In work, due, and nobody's for longer than it may take to find that out: none, as long as all is well.
    package let stale: Int64
    static let staleMilliseconds: Int64 = 15_000
    package static let parkedCountMax = 10_000

    package var waiting: Int64 { lines.reduce(0) { $0 + $1.waiting } }
    package var inWork: Int64 { lines.reduce(0) { $0 + $1.inWork } }
    package var awaitingApproval: Int64 { lines.reduce(0) { $0 + $1.awaitingApproval } }

    package init(db: any Connection, now: Int64) throws {
        // Each part reads one partial index: what has ended costs nothing here.
        lines = try db.query(
            """
            SELECT client, agent, sum(waiting) AS waiting, sum(in_work) AS in_work, sum(asking) AS asking,
                max(priority) AS priority, min(oldest) AS oldest
            FROM (
                SELECT coalesce(client_slug, '') AS client, agent, sum(lease_owner IS NULL) AS waiting,
                    sum(lease_owner IS NOT NULL) AS in_work, 0 AS asking, max(priority) AS priority,
                    min(CASE WHEN lease_owner IS NULL THEN coalesce(queued_at, accepted_at) END) AS oldest
                FROM run WHERE state = 'queued' GROUP BY 1, 2
                UNION ALL
                SELECT coalesce(client_slug, ''), agent, 0, sum(NOT \(RunClaim.holdsNoSlot)),
                    sum(state = 'waiting_approval'), 0, NULL
                FROM run WHERE \(RunClaim.inWork) GROUP BY 1, 2
            ) AS part GROUP BY client, agent ORDER BY client, agent
            """, []
        ).map { row in
            let client = try row.text("client")
            return Line(
                client: client.isEmpty ? nil : client, agent: try row.text("agent"),
                waiting: try row.integer("waiting"), inWork: try row.integer("in_work"),
                awaitingApproval: try row.integer("asking"), priorityMax: try row.integer("priority"),
                oldestAt: try row.integerIfAny("oldest"))
        }
        stale =
            try db.first(
                """
                SELECT count(*) AS n FROM run WHERE \(RunClaim.inWork)
                    AND ((lease_owner IS NULL AND due_at < ?) OR lease_until < ?)
                """, [now - Self.staleMilliseconds, now - Self.staleMilliseconds])?.integer("n") ?? 0
        parked = try DeadLetterStore(db: db).count(atMost: Self.parkedCountMax)
        oldestMilliseconds = lines.compactMap(\.oldestAt).min().map { max(0, now - $0) } ?? 0
    }
}
