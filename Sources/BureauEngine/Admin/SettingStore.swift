import BureauStorage

/// Small facts the server learns and keeps: its own user's id, channels it looked up, when it last swept.
struct SettingStore {
    let db: any Connection

    func put(_ name: String, _ value: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
            """, [name, value, now])
    }

    /// Forgets it, unless something else was learned meanwhile.
    func remove(_ name: String, _ value: String) throws {
        try db.execute("DELETE FROM setting WHERE name = ? AND value = ?", [name, value])
    }
}
