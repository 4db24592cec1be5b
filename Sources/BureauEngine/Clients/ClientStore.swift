package import BureauDomain
package import BureauStorage

/// The SQL of the `client` table. A record is kept as its JSON; slug and name are columns of their own.
package struct ClientStore {
    let db: any Connection
    package init(db: any Connection) { self.db = db }

    package func find(_ slug: String) throws -> ClientRecord? {
        try db.first("SELECT slug, record FROM client WHERE slug = ?", [slug]).map(decode)
    }

    package func list(limit: Int = 1_000) throws -> [ClientRecord] {
        try db.query("SELECT slug, record FROM client ORDER BY slug LIMIT ?", [limit]).map(decode)
    }

    /// Adds or replaces.
    package func save(_ client: ClientRecord, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO client (slug, name, record, queue_weight, runs_max, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (slug) DO UPDATE SET name = excluded.name, record = excluded.record,
                queue_weight = excluded.queue_weight, runs_max = excluded.runs_max, updated_at = excluded.updated_at
            """,
            [
                client.slug, client.name, client.json.canonical, client.queueWeight, client.concurrentRunsMax, now, now,
            ])
    }

    private func decode(_ row: Row) throws -> ClientRecord {
        let slug = try row.text("slug")
        let result = ClientRecord.load(Array(try row.text("record").utf8), fileName: "client \(slug)")
        guard let client = result.client else {
            throw StorageError.unreadable(column: "record", result.problems.first.map { "\($0)" } ?? "not a client")
        }
        return client
    }
}
