import BureauStorage

/// How far one list has been swept.
package struct SweepRecord: Sendable, Hashable {
    package let agent: String
    package let listID: String
    package let updatedAfter: Int64
    package let sweptAt: Int64
    /// When everything was looked at; nil when it never was, or is asked for.
    package let wholeAt: Int64?
    /// How often a look at everything was asked for.
    let askings: Int64
    package let failures: Int64
    package let problem: String?

    init(_ row: Row) throws {
        agent = try row.text("agent")
        listID = try row.text("list_id")
        updatedAfter = try row.integer("updated_after")
        sweptAt = try row.integer("swept_at")
        wholeAt = try row.integerIfAny("whole_at")
        askings = try row.integer("askings")
        failures = try row.integer("failures")
        problem = try row.textIfAny("problem")
    }
}

struct SweepStore {
    let db: any Connection

    func find(agent: String, listID: String) throws -> SweepRecord? {
        try db.first("SELECT * FROM sweep WHERE agent = ? AND list_id = ?", [agent, listID]).map(SweepRecord.init)
    }

    func all() throws -> [SweepRecord] { try db.query("SELECT * FROM sweep ORDER BY agent").map(SweepRecord.init) }

    /// The cursor never goes back. `answering` is how many askings were known when a look at everything began, nil for a
    /// look at what changed: one that was asked for since is still to come.
    func finish(agent: String, listID: String, updatedAfter: Int64, answering: Int64?, now: Int64) throws {
        let wholeAt = answering.map { _ in now }, known = answering ?? 0
        try db.execute(
            """
            INSERT INTO sweep (agent, list_id, updated_after, swept_at, whole_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (agent, list_id) DO UPDATE SET updated_after = max(updated_after, excluded.updated_after),
                swept_at = excluded.swept_at,
                whole_at = CASE WHEN askings > ? THEN whole_at ELSE coalesce(excluded.whole_at, whole_at) END,
                failures = 0, problem = NULL
            """, [agent, listID, updatedAfter, now, wholeAt, known])
    }

    /// Returns how many sweeps in a row have failed now.
    func fail(agent: String, listID: String, _ problem: String, now: Int64) throws -> Int64 {
        try db.query(
            """
            INSERT INTO sweep (agent, list_id, updated_after, swept_at, failures, problem) VALUES (?, ?, 0, ?, 1, ?)
            ON CONFLICT (agent, list_id) DO UPDATE SET swept_at = excluded.swept_at, failures = failures + 1,
                problem = excluded.problem
            RETURNING failures
            """, [agent, listID, now, problem]
        ).first?.integer("failures") ?? 1
    }

    /// The next sweep of this agent's lists looks at everything, also when one is under way. A list that was never
    /// swept needs no asking.
    func askWhole(agent: String) throws {
        try db.execute("UPDATE sweep SET whole_at = NULL, askings = askings + 1 WHERE agent = ?", [agent])
    }

    /// Runs the sweep started since, because no webhook had.
    func started(agent: String, since: Int64) throws -> Int64 {
        try db.first(
            "SELECT count(*) AS n FROM run WHERE agent = ? AND requested_by IN (?, ?) AND accepted_at >= ?",
            [agent, Sweep.requester, Sweep.requester + TaskMaker.nobody, since])?.integer("n") ?? 0
    }
}
