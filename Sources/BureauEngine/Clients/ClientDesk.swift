package import BureauDomain
package import BureauStorage

/// What people ask of clients.
package struct ClientDesk: Sendable {
    let database: any Database
    let doors: Doors

    package init(database: any Database, doors: Doors) { (self.database, self.doors) = (database, doors) }

    /// Why a change cannot be made, and what to do.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        /// Somebody else was faster, rather than something being wrong.
        package var isConflict = false
        package let description: String
        package let fix: String
    }

    /// Everything about one client that is not of its runs.
    package struct Profile: Sendable, Hashable {
        package let standing: ClientStanding
        package let checks: [String: FactCheck]
        package let staff: [StaffMember]
        package var record: ClientRecord { standing.record }
    }

    package func list() async throws -> [ClientRecord] { try await database.read { try ClientStore(db: $0).list() } }

    /// Some of them, by slug, after the one a page ended with. `isArchived` nil for both, `visible` nil for all, `text` in
    /// their name or slug.
    package func page(
        after slug: String? = nil, isArchived: Bool? = nil, visible: Set<String>? = nil, text: String? = nil,
        limit: Int
    ) async throws -> [ClientStanding] {
        try await database.read {
            try ClientStore(db: $0).standings(
                after: slug, isArchived: isArchived, visible: visible, text: text, limit: min(max(limit, 1), 1_000))
        }
    }

    /// The same by their newest run, after that one's id, empty for none, and the slug that a page ended with.
    package func page(
        byLastRun isNewestFirst: Bool, after place: (run: String, slug: String)? = nil, isArchived: Bool? = nil,
        visible: Set<String>? = nil, text: String? = nil, limit: Int
    ) async throws -> [ClientStanding] {
        try await database.read {
            try ClientStore(db: $0).standings(
                byLastRun: isNewestFirst, after: place, isArchived: isArchived, visible: visible, text: text,
                limit: min(max(limit, 1), 1_000))
        }
    }

    package func owners() async throws -> [String: [String]] {
        try await database.read { try ClientRegistryStore(db: $0).owners() }
    }

    package func find(_ slug: String) async throws -> ClientRecord? {
        try await database.read { try ClientStore(db: $0).find(slug) }
    }

    package func profile(_ slug: String) async throws -> Profile? {
        try await database.read { db in
            guard let standing = try ClientStore(db: db).standing(slug) else { return nil }
            let registry = ClientRegistryStore(db: db)
            return Profile(standing: standing, checks: try registry.checks(slug), staff: try registry.staff(slug))
        }
    }

    /// Who changed what about a client, newest first. Endpoints are for engineers: their addresses may hold a key.
    package func activity(_ slug: String, before: String? = nil, limit: Int = 50) async throws -> [AuditEntry] {
        let limit = min(max(limit, 1), 1_000)
        let (cursor, values): (String, [any SQLBindable]) =
            before.map { ("AND id < ?", [slug, $0, limit]) } ?? ("", [slug, limit])
        return try await database.query(
            """
            SELECT * FROM audit WHERE client_slug = ? AND subject NOT GLOB 'endpoint *' \(cursor)
            ORDER BY id DESC LIMIT ?
            """, values
        ).map(AuditEntry.init)
    }

    /// Versions of an agent's config, newest first.
    package func versions(of agent: String, limit: Int = 20) async throws -> [(
        hash: String, version: String, at: Int64, by: String?
    )] {
        try await database.query(
            "SELECT sha256, version, loaded_at, loaded_by FROM agent_config WHERE agent = ? ORDER BY loaded_at DESC LIMIT ?",
            [agent, limit]
        ).map {
            (
                try $0.text("sha256"), try $0.text("version"), try $0.integer("loaded_at"),
                try $0.textIfAny("loaded_by")
            )
        }
    }
}
