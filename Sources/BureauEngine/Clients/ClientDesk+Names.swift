import BureauStorage

extension ClientDesk {
    static let namesMax = 10_000, strangersMax = 200

    /// What people call each client, by slug. Of `others`, who may have no record here, what their newest run said.
    package func names(with others: [String] = []) async throws -> [String: String] {
        try await database.read { db in
            let rows = try db.query("SELECT slug, name FROM client ORDER BY slug LIMIT ?", [Self.namesMax])
            var names = Dictionary(
                try rows.map { (try $0.text("slug"), try $0.text("name")) }, uniquingKeysWith: { $1 })
            for slug in Set(others).filter({ names[$0] == nil }).prefix(Self.strangersMax) {
                let newest = try db.first(
                    "SELECT client_name FROM run WHERE client_slug = ? ORDER BY id DESC LIMIT 1", [slug])
                names[slug] = try newest?.textIfAny("client_name")
            }
            return names
        }
    }

    /// The clients somebody has a duty for.
    package func duties(of person: String) async throws -> Set<String> {
        Set(
            try await database.query("SELECT client_slug FROM client_staff WHERE person_id = ? LIMIT 5000", [person])
                .map { try $0.text("client_slug") })
    }
}
