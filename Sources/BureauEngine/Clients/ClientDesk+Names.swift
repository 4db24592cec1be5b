import BureauStorage

extension ClientDesk {
    static let namesMax = 10_000

    /// What people call each client, by slug.
    package func names() async throws -> [String: String] {
        let rows = try await database.query("SELECT slug, name FROM client ORDER BY slug LIMIT ?", [Self.namesMax])
        return Dictionary(try rows.map { (try $0.text("slug"), try $0.text("name")) }, uniquingKeysWith: { $1 })
    }

    /// The clients somebody has a duty for.
    package func duties(of person: String) async throws -> Set<String> {
        Set(
            try await database.query("SELECT client_slug FROM client_staff WHERE person_id = ? LIMIT 5000", [person])
                .map { try $0.text("client_slug") })
    }
}
