import BureauStorage

/// The SQL of `asana_look`: what looks at tasks have seen.
struct AsanaLookStore {
    /// A stream's token is never lost for longer without a look at the whole project.
    static let keptMilliseconds: Int64 = 24 * 3_600_000
    let db: any Connection

    func put(_ account: String, _ task: String, seenUntil: Int64, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO asana_look (account, task_id, seen_until, looked_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (account, task_id) DO UPDATE SET seen_until = max(seen_until, excluded.seen_until),
                looked_at = excluded.looked_at
            """, [account, task, seenUntil, now])
    }

    /// Whether a look saw the task as it was at `until` or later, by the vendor's own time: no clock of ours decides.
    /// A change that the task's own time does not tell of is not believed to be seen.
    func hasSeen(_ account: String, _ task: String, until: Int64) throws -> Bool {
        try db.first(
            "SELECT 1 AS one FROM asana_look WHERE account = ? AND task_id = ? AND seen_until >= ?",
            [account, task, until]) != nil
    }

    func forget(now: Int64) throws {
        try db.execute("DELETE FROM asana_look WHERE looked_at < ?", [now - Self.keptMilliseconds])
    }
}
