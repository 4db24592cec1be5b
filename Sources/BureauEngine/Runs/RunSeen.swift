import BureauStorage

/// Failures that need nobody any more: somebody took note of them, or a later run brought what they did not. The run
/// itself has the moment too, so that an index holds the others alone.
struct RunSeen {
    let db: any Connection

    /// The first note stays.
    func note(_ id: String, by person: String, _ note: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO run_seen (run_id, person, note, at) VALUES (?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING
            """, [id, person, note, now])
        try mark(id, now)
    }

    /// False when another run was there before. Somebody's note about it stays.
    func settle(_ id: String, in later: String, now: Int64) throws -> Bool {
        let isNew = try db.execute(
            """
            INSERT INTO run_seen (run_id, person, note, at, done_in) VALUES (?, 'bureau', ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET done_in = excluded.done_in WHERE run_seen.done_in IS NULL
            """, [id, "done in \(later)", now, later])
        try mark(id, now)
        return isNew == 1
    }

    /// It is tried again: what becomes of it now is seen by nobody yet.
    func forget(_ id: String) throws {
        try db.execute("DELETE FROM run_seen WHERE run_id = ?", [id])
        try db.execute("UPDATE run SET seen_at = NULL WHERE id = ? AND seen_at IS NOT NULL", [id])
    }

    private func mark(_ id: String, _ now: Int64) throws {
        try db.execute("UPDATE run SET seen_at = ? WHERE id = ? AND seen_at IS NULL", [now, id])
    }
}
