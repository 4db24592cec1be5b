package import BureauDomain
import BureauStorage

/// Somebody made sure of one fact.
package struct FactCheck: Sendable, Hashable {
    package let field: String
    package let by: String
    package let at: Int64
    let hash: String

    /// Whether it is this very value that was looked at.
    package func holds(for value: JSONValue?) -> Bool { value.map(Self.hash) == hash }
    static func hash(_ value: JSONValue) -> String { Hex.sha256(Array(value.canonical.utf8)) }
}

/// What somebody is to a client.
package enum StaffDuty: String, Sendable, Hashable, CaseIterable {
    case owner, consultant
    case accountManager = "account_manager"
    case specialist

    package var word: String {
        switch self {
        case .owner: "Owner"
        case .consultant: "Consultant"
        case .accountManager: "Account manager"
        case .specialist: "Specialist"
        }
    }
}

package struct StaffMember: Sendable, Hashable {
    package let person: PersonRecord
    package let duty: StaffDuty
    package let since: Int64
}

/// The SQL of what is known about a client beside its record.
struct ClientRegistryStore {
    let db: any Connection

    func checks(_ slug: String) throws -> [String: FactCheck] {
        let found = try db.query("SELECT * FROM client_fact_check WHERE client_slug = ? LIMIT 1000", [slug]).map {
            FactCheck(
                field: try $0.text("field"), by: try $0.text("checked_by"), at: try $0.integer("checked_at"),
                hash: try $0.text("value_sha256"))
        }
        return Dictionary(found.map { ($0.field, $0) }, uniquingKeysWith: { $1 })
    }

    func check(_ slug: String, _ field: String, _ value: JSONValue, by person: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO client_fact_check (client_slug, field, value_sha256, checked_by, checked_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (client_slug, field) DO UPDATE SET value_sha256 = excluded.value_sha256,
                checked_by = excluded.checked_by, checked_at = excluded.checked_at
            """, [slug, field, FactCheck.hash(value), person, now])
    }

    func staff(_ slug: String) throws -> [StaffMember] {
        let rows = try db.query(
            "SELECT person_id, duty, since FROM client_staff WHERE client_slug = ? ORDER BY since, person_id LIMIT 200",
            [slug])
        return try rows.compactMap { row in
            guard let person = try PersonStore(db: db).find(try row.text("person_id")),
                let duty = StaffDuty(rawValue: try row.text("duty"))
            else { return nil }
            return StaffMember(person: person, duty: duty, since: try row.integer("since"))
        }
    }

    /// Owners by client, for lists.
    func owners() throws -> [String: [String]] {
        let rows = try db.query(
            """
            SELECT client_staff.client_slug, person.display_name FROM client_staff
            JOIN person ON person.id = client_staff.person_id
            WHERE client_staff.duty = 'owner' ORDER BY client_staff.since LIMIT 5000
            """)
        return Dictionary(
            try rows.map { (try $0.text("client_slug"), [try $0.text("display_name")]) }, uniquingKeysWith: { $0 + $1 })
    }

    func assign(_ slug: String, _ person: String, _ duty: StaffDuty, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO client_staff (client_slug, person_id, duty, since) VALUES (?, ?, ?, ?)
            ON CONFLICT (client_slug, person_id) DO UPDATE SET duty = excluded.duty
            """, [slug, person, duty.rawValue, now])
    }

    /// False when they had no duty there.
    func release(_ slug: String, _ person: String) throws -> Bool {
        try db.execute("DELETE FROM client_staff WHERE client_slug = ? AND person_id = ?", [slug, person]) == 1
    }
}
