import BureauStorage

/// One run that another run has started.
package struct RunChild: Sendable, Hashable {
    package let id: String
    package let parentID: String
    package let rootID: String
    package let depth: Int

    init(_ row: Row) throws {
        id = try row.text("child_id")
        parentID = try row.text("parent_id")
        rootID = try row.text("root_id")
        depth = Int(try row.integer("depth"))
    }
}

/// The SQL of the `run_child` table.
struct RunChildStore {
    static let childrenMax = 100
    let db: any Connection

    func insert(_ child: RunRecord, of parent: RunRecord, root: String, depth: Int, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO run_child (child_id, parent_id, root_id, agent, client, depth, started_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [child.id, parent.id, root, child.agent, child.clientSlug ?? "", depth, now])
    }

    func find(_ id: String) throws -> RunChild? {
        try db.first("SELECT child_id, parent_id, root_id, depth FROM run_child WHERE child_id = ?", [id])
            .map(RunChild.init)
    }

    func has(parent: String, agent: String, client: String?) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM run_child WHERE parent_id = ? AND agent = ? AND client = ?",
            [parent, agent, client ?? ""]) != nil
    }

    /// In the order they were started.
    func children(of parent: String) throws -> [RunRecord] {
        // Most have none, and the list costs a table of its own.
        guard try db.first("SELECT 1 AS found FROM run_child WHERE parent_id = ? LIMIT 1", [parent]) != nil else {
            return []
        }
        return try db.query(
            """
            SELECT \(RunStore.columns) FROM run
            WHERE id IN (SELECT child_id FROM run_child WHERE parent_id = ?) ORDER BY id LIMIT ?
            """, [parent, Self.childrenMax]
        ).map(RunRecord.init)
    }

    /// What this run and those it started have started since then, the first one of the line counting for all.
    func countStarted(byRoot root: String, since: Int64) throws -> Int {
        Int(
            try db.first(
                "SELECT count(*) AS n FROM run_child WHERE root_id = ? AND started_at > ?", [root, since])?
                .integer("n") ?? 0)
    }
}
