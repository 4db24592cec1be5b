package import BureauDomain
package import BureauStorage

/// Who did something, and from where.
package struct Actor: Sendable, Hashable {
    package let name: String
    /// "web", "api", "mcp", "cli", or "internal" for staff's own tools.
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

extension AuditEntry {
    /// As programs get it.
    package var document: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        func kept(_ json: String?) -> JSONValue { json.flatMap { try? JSONValue.parse(Array($0.utf8)) } ?? .null }
        return .object(
            JSONObject([
                ("id", .string(id)), ("at", .string(RunRecord.time(at))), ("actor", .string(actor.name)),
                ("surface", .string(actor.surface)), ("remote_address", .string(actor.remoteAddress)),
                ("action", .string(action)), ("subject", .string(subject)), ("client", text(client)),
                ("before", kept(before)), ("after", kept(after)),
            ]))
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

    /// Which changes a list shows, and to whom.
    package struct Filter: Sendable, Hashable {
        package var subject: String?
        package var actor: String?
        /// Clients that may be seen; nil for all. Changes about no client are everybody's.
        package var visible: Set<String>?
        /// The id the last page ended with.
        package var before: String?
        package var limit = 50

        package init(subject: String? = nil, actor: String? = nil, visible: Set<String>?) {
            (self.subject, self.actor, self.visible) = (subject, actor, visible)
        }
    }

    /// Newest first.
    package func list(_ filter: Filter) async throws -> [AuditEntry] {
        var conditions = Conditions()
        conditions.add(foundBy: [("audit.subject", filter.subject), ("audit.actor", filter.actor)])
        if let before = filter.before { conditions.add("audit.id < ?", [before]) }
        conditions.add(visible: filter.visible, of: "audit")
        // What is kept of a user names the clients they see.
        if filter.visible != nil {
            conditions.add("(audit.subject NOT LIKE 'user %' OR (audit.before IS NULL AND audit.after IS NULL))")
        }
        return try await database.query(
            "SELECT * FROM audit \(conditions.clause) ORDER BY audit.id DESC LIMIT ?",
            conditions.values + [min(max(filter.limit, 1), 1_000)]
        ).map(AuditEntry.init)
    }
}
