import BureauDomain
import BureauStorage

/// The SQL of people and of what they may see.
struct PersonStore {
    let db: any Connection
    static let peopleMax = 1_000

    func insert(id: String, name: String, displayName: String, role: Role, now: Int64) throws -> Bool {
        try db.execute(
            """
            INSERT INTO person (id, name, display_name, role, all_clients, created_at) VALUES (?, ?, ?, ?, 1, ?)
            ON CONFLICT (name) DO NOTHING
            """, [id, name, displayName, role.rawValue, now]) == 1
    }

    func find(_ id: String) throws -> PersonRecord? {
        try db.first("SELECT * FROM person WHERE id = ?", [id]).map { try PersonRecord($0, clients: clients(of: id)) }
    }

    func find(name: String) throws -> PersonRecord? {
        try db.first("SELECT id FROM person WHERE name = ?", [name]).flatMap { try find($0.text("id")) }
    }

    func list() throws -> [PersonRecord] {
        var clients: [String: [String]] = [:]
        for row in try db.query("SELECT person_id, client_slug FROM person_client LIMIT 100000") {
            clients[try row.text("person_id"), default: []].append(try row.text("client_slug"))
        }
        return try db.query("SELECT * FROM person ORDER BY name LIMIT ?", [Self.peopleMax]).map {
            try PersonRecord($0, clients: clients[try $0.text("id")] ?? [])
        }
    }

    /// Some of them by name, after the one a page ended with.
    func list(after name: String?, limit: Int) throws -> [PersonRecord] {
        try db.query("SELECT * FROM person WHERE name > ? ORDER BY name LIMIT ?", [name ?? "", limit]).map {
            try PersonRecord($0, clients: clients(of: try $0.text("id")))
        }
    }

    /// Some of them by when they were seen last, 0 for never, after the moment and the name that a page ended with.
    func list(bySeen isNewestFirst: Bool, after place: (seenAt: Int64, name: String)?, limit: Int) throws
        -> [PersonRecord]
    {
        let (sign, order) = isNewestFirst ? ("<", "DESC") : (">", "ASC")
        var (goesOn, values) = ("", [any SQLBindable]())
        if let place {
            goesOn = "WHERE (coalesce(seen_at, 0), name) \(sign) (?, ?)"
            values = [place.seenAt, place.name]
        }
        return try db.query(
            "SELECT * FROM person \(goesOn) ORDER BY coalesce(seen_at, 0) \(order), name \(order) LIMIT ?",
            values + [limit]
        ).map { try PersonRecord($0, clients: clients(of: try $0.text("id"))) }
    }

    func count() throws -> Int64 { try db.first("SELECT count(*) AS n FROM person")?.integer("n") ?? 0 }

    /// Whether anybody has ever signed in.
    func hasVisitors() throws -> Bool {
        try db.first("SELECT 1 AS one FROM person WHERE seen_at IS NOT NULL LIMIT 1") != nil
    }

    func adminsLeft(without id: String) throws -> Int64 {
        try db.first(
            "SELECT count(*) AS n FROM person WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?", [id])?
            .integer("n") ?? 0
    }

    func setRole(_ id: String, _ role: Role) throws {
        try db.execute("UPDATE person SET role = ? WHERE id = ?", [role.rawValue, id])
    }

    func setClients(_ id: String, _ clients: Set<String>?) throws {
        try db.execute("UPDATE person SET all_clients = ? WHERE id = ?", [clients == nil ? 1 : 0, id])
        try db.execute("DELETE FROM person_client WHERE person_id = ?", [id])
        for client in (clients ?? []).sorted() {
            try db.execute("INSERT INTO person_client (person_id, client_slug) VALUES (?, ?)", [id, client])
        }
    }

    func setPassword(_ id: String, _ hash: String?) throws {
        try db.execute("UPDATE person SET password = ? WHERE id = ?", [hash, id])
    }

    func password(_ name: String) throws -> String? {
        try db.first("SELECT password FROM person WHERE name = ? AND disabled_at IS NULL", [name])?
            .textIfAny("password")
    }

    func setTheme(_ id: String, _ theme: String) throws {
        try db.execute("UPDATE person SET theme = ? WHERE id = ?", [theme, id])
    }

    func setShortcuts(_ id: String, _ areOn: Bool) throws {
        try db.execute("UPDATE person SET shortcuts = ? WHERE id = ?", [areOn, id])
    }

    func setDisplayName(_ id: String, _ name: String) throws {
        try db.execute("UPDATE person SET display_name = ? WHERE id = ?", [name, id])
    }

    func setZone(_ id: String, _ zone: String?) throws {
        try db.execute("UPDATE person SET zone = ? WHERE id = ?", [zone, id])
    }

    func setStartPage(_ id: String, _ page: String) throws {
        try db.execute("UPDATE person SET start_page = ? WHERE id = ?", [page, id])
    }

    func setSlackID(_ id: String, _ slackID: String?) throws {
        try db.execute("UPDATE person SET slack_id = ? WHERE id = ?", [slackID, id])
    }

    func disable(_ id: String, now: Int64?) throws {
        try db.execute("UPDATE person SET disabled_at = ? WHERE id = ?", [now, id])
    }

    private func clients(of id: String) throws -> [String] {
        try db.query("SELECT client_slug FROM person_client WHERE person_id = ? LIMIT 10000", [id]).map {
            try $0.text("client_slug")
        }
    }
}
