package import BureauDomain
package import BureauStorage

/// The SQL of the `client` table. A record is kept as its JSON; slug and name are columns of their own.
package struct ClientStore {
    let db: any Connection
    private static let alikeMax = 1_000
    package init(db: any Connection) { self.db = db }

    package func find(_ slug: String) throws -> ClientRecord? {
        try db.first("SELECT slug, record FROM client WHERE slug = ?", [slug]).map(decode)
    }

    package func list(limit: Int = 1_000) throws -> [ClientRecord] {
        try db.query("SELECT slug, record FROM client ORDER BY slug LIMIT ?", [limit]).map(decode)
    }

    /// Those that `text` may mean among the clients of these credentials and of none, nil for all: what `ClientMatch`
    /// takes for the most exact first, then by slug.
    func meant(by text: String, credentials: String?, limit: Int) throws -> [ClientRecord] {
        try db.query(
            """
            WITH wanted (slug, text) AS (SELECT ?, plain(?))
            SELECT client.slug, client.record FROM client, wanted
            WHERE (client.slug = wanted.slug OR instr(plain(client.name), wanted.text) > 0
                    OR instr(plain(client.slug), wanted.text) = 1)
                AND (? IS NULL OR coalesce(json_extract(client.record, '$.credentials'), ?) = ?)
            ORDER BY client.slug = wanted.slug DESC, plain(client.name) = wanted.text DESC,
                (instr(plain(client.slug), wanted.text) = 1 OR instr(plain(client.name), wanted.text) = 1) DESC,
                client.slug
            LIMIT ?
            """, [text.lowercased(), text, credentials, credentials, credentials, limit]
        ).map(decode)
    }

    /// By slug, or by name in any letter case; of several of one name the first by slug.
    func named(_ said: String) throws -> ClientRecord? {
        if let found = try find(said) { return found }
        // Names that differ in signs alone are compared by `Words`, which knows white space only.
        let alike = try db.query(
            "SELECT slug, name, record FROM client WHERE plain(name) = plain(?) ORDER BY slug LIMIT ?",
            [said, Self.alikeMax])
        return try alike.first { row in try Words.same(row.text("name"), said) }.map(decode)
    }

    /// Those that are not archived, by slug.
    func working(after slug: String?, limit: Int) throws -> [ClientRecord] {
        try db.query(
            "SELECT slug, record FROM client WHERE archived_at IS NULL AND slug > ? ORDER BY slug LIMIT ?",
            [slug ?? "", limit]
        ).map(decode)
    }

    /// Those that may have a limit of what they spend: their record speaks of one, or a person set one.
    func withLimit(most limit: Int) throws -> [String] {
        try db.query(
            """
            SELECT slug FROM client WHERE instr(record, '"monthly_budget"') > 0
                OR EXISTS (SELECT 1 FROM budget_limit WHERE scope = 'client/' || client.slug)
            ORDER BY slug LIMIT ?
            """, [limit]
        ).map { try $0.text("slug") }
    }

    func standing(_ slug: String) throws -> ClientStanding? {
        try db.first("SELECT * FROM client WHERE slug = ?", [slug]).map(standing)
    }

    /// By slug. `isArchived` nil for both; `text` is in the name or the slug.
    func standings(
        after slug: String?, isArchived: Bool?, visible: Set<String>?, text: String?, limit: Int
    ) throws -> [ClientStanding] {
        var conditions = Self.conditions(isArchived, visible, text)
        if let slug { conditions.add("slug > ?", [slug]) }
        return try db.query(
            "SELECT * FROM client \(conditions.clause) ORDER BY slug LIMIT ?", conditions.values + [limit]
        ).map(standing)
    }

    /// By their newest run: that one first, or those without one and then the longest ago. After the newest run's id,
    /// empty for none, and the slug that a page ended with.
    func standings(
        byLastRun isNewestFirst: Bool, after place: (run: String, slug: String)?, isArchived: Bool?,
        visible: Set<String>?, text: String?, limit: Int
    ) throws -> [ClientStanding] {
        let conditions = Self.conditions(isArchived, visible, text)
        let (sign, order) = isNewestFirst ? ("<", "DESC") : (">", "ASC")
        var (goesOn, values) = ("", conditions.values)
        if let place {
            goesOn = "WHERE (last_run, slug) \(sign) (?, ?)"
            values += [place.run, place.slug]
        }
        return try db.query(
            """
            SELECT * FROM (
                SELECT client.*, coalesce((SELECT max(id) FROM run WHERE client_slug = client.slug), '') AS last_run
                FROM client \(conditions.clause)) AS some
            \(goesOn) ORDER BY last_run \(order), slug \(order) LIMIT ?
            """, values + [limit]
        ).map(standing)
    }

    private static func conditions(_ isArchived: Bool?, _ visible: Set<String>?, _ text: String?) -> Conditions {
        var conditions = Conditions()
        if let isArchived { conditions.add("archived_at IS \(isArchived ? "NOT NULL" : "NULL")") }
        if let text {
            conditions.add("(instr(folded(name), folded(?)) > 0 OR instr(slug, folded(?)) > 0)", [text, text])
        }
        if let visible {
            let marks = Array(repeating: "?", count: visible.count).joined(separator: ", ")
            conditions.add("slug IN (\(marks))", visible.sorted())
        }
        return conditions
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

    /// Nil takes it out of the archive.
    func archive(_ slug: String, by person: String?, now: Int64) throws {
        try db.execute(
            "UPDATE client SET archived_at = ?, archived_by = ? WHERE slug = ?",
            [person == nil ? nil : now, person, slug])
    }

    private func standing(_ row: Row) throws -> ClientStanding {
        ClientStanding(
            record: try decode(row), createdAt: try row.integer("created_at"), updatedAt: try row.integer("updated_at"),
            archivedAt: try row.integerIfAny("archived_at"), archivedBy: try row.textIfAny("archived_by"))
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

/// A client with what its row knows besides the record.
package struct ClientStanding: Sendable, Hashable {
    package let record: ClientRecord
    package let createdAt: Int64
    package let updatedAt: Int64
    package let archivedAt: Int64?
    package let archivedBy: String?

    package var isArchived: Bool { archivedAt != nil }
    /// What a form was made from: a change to anything of the record makes it another one.
    package var version: String { Self.version(of: record) }

    package static func version(of record: ClientRecord) -> String {
        String(Hex.sha256(Array(record.json.canonical.utf8)).prefix(20))
    }
}
