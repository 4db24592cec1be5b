package import BureauStorage

/// What people ask of alerts, the same behind every surface.
package struct AlertDesk: Sendable {
    let database: any Database
    let doors: Doors

    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
    }

    /// Newest first; with `isAll` those that are resolved too.
    package func list(isAll: Bool = false, limit: Int = 200) async throws -> [AlertRecord] {
        let limit = min(max(limit, 1), 1_000)
        return try await database.read { db in
            try isAll ? AlertStore(db: db).all(limit: limit) : AlertStore(db: db).open(limit: limit)
        }
    }

    /// Alerts whose id is this or begins with it (at least six characters); more than one means it is too short.
    package func find(_ idOrPrefix: String) async throws -> [AlertRecord] {
        let text = idOrPrefix.uppercased()
        guard text.count >= 6, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return [] }
        return try await database.read { try AlertStore(db: $0).beginning(with: text, limit: 3) }
    }

    /// Closes one alert. Returns false when it was closed already. The same cause opens a new one.
    package func resolve(_ id: String, by person: String) async throws -> Bool {
        let now = doors.now()
        return try await database.write { try AlertStore(db: $0).resolve(id: id, by: person, now: now) }
    }
}
