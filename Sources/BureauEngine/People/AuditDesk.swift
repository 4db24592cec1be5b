package import BureauDomain
package import BureauStorage

/// Who did something, and from where.
package struct Actor: Sendable, Hashable {
    package let name: String
    /// "web", "api" or "cli".
    package let surface: String
    package let remoteAddress: String

    package init(name: String, surface: String, remoteAddress: String = "") {
        self.name = name
        self.surface = surface
        self.remoteAddress = remoteAddress
    }
}

/// One change somebody made.
package struct AuditEntry: Sendable, Hashable {
    package let id: String
    package let at: Int64
    package let actor: Actor
    package let action: String
    package let subject: String
    package let client: String?
    package let before: String?
    package let after: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        at = try row.integer("at")
        actor = Actor(
            name: try row.text("actor"), surface: try row.text("surface"),
            remoteAddress: try row.text("remote_address"))
        action = try row.text("action")
        subject = try row.text("subject")
        client = try row.textIfAny("client_slug")
        before = try row.textIfAny("before")
        after = try row.textIfAny("after")
    }
}

struct AuditStore {
    let db: any Connection

    func add(
        _ actor: Actor, _ action: String, _ subject: String, client: String? = nil, before: JSONValue? = nil,
        after: JSONValue? = nil, id: String, now: Int64
    ) throws {
        try db.execute(
            """
            INSERT INTO audit (id, at, actor, surface, remote_address, action, subject, client_slug, before, after)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, now, actor.name, actor.surface, actor.remoteAddress, action, subject, client, before?.compact,
                after?.compact,
            ])
    }
}

/// The log of changes: written with each, never edited.
package struct AuditDesk: Sendable {
    let database: any Database
    let doors: Doors

    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
    }

    /// For changes whose own desk keeps no log: what people did with a run, an approval, an alert.
    package func note(
        _ actor: Actor, _ action: String, _ subject: String, client: String? = nil, before: JSONValue? = nil,
        after: JSONValue? = nil
    ) async throws {
        let (id, now) = (doors.makeID(), doors.now())
        try await database.write {
            try AuditStore(db: $0).add(
                actor, action, subject, client: client, before: before, after: after, id: id, now: now)
        }
    }

    /// Newest first; `before` is the id the last page ended with.
    package func list(subject: String? = nil, before: String? = nil, limit: Int = 50) async throws -> [AuditEntry] {
        let limit = min(max(limit, 1), 1_000)
        return try await database.read { db in
            var (conditions, values): ([String], [any SQLBindable]) = ([], [])
            if let subject {
                conditions.append("subject = ?")
                values.append(subject)
            }
            if let before {
                conditions.append("id < ?")
                values.append(before)
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            return try db.query("SELECT * FROM audit \(filter) ORDER BY id DESC LIMIT ?", values + [limit])
                .map(AuditEntry.init)
        }
    }
}
