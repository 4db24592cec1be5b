package import BureauDomain
import BureauStorage

/// Somebody who may sign in.
package struct PersonRecord: Sendable, Hashable {
    package let id: String
    package let name: String
    package let displayName: String
    package let role: Role
    /// Clients this person may see; nil for all of them.
    package let clients: Set<String>?
    package let hasPassword: Bool
    package let theme: String
    /// Whether letter keys do something on their pages.
    package let hasShortcuts: Bool
    /// The zone their pages tell times in; nil for the agency's.
    package let zone: String?
    /// What `/` opens: "today", another page's short name, or the id of a view they saved.
    package let startPage: String
    /// Their user id in the agency's own Slack, as an admin has entered it.
    package let slackID: String?
    package let createdAt: Int64
    package let seenAt: Int64?
    package let disabledAt: Int64?

    init(_ row: Row, clients: [String]) throws {
        id = try row.text("id")
        name = try row.text("name")
        displayName = try row.text("display_name")
        guard let known = Role(rawValue: try row.text("role")) else {
            throw StorageError.unreadable(column: "role", "not a role")
        }
        role = known
        self.clients = try row.flag("all_clients") ? nil : Set(clients)
        hasPassword = try row.textIfAny("password") != nil
        theme = try row.text("theme")
        hasShortcuts = try row.flag("shortcuts")
        zone = try row.textIfAny("zone")
        startPage = try row.text("start_page")
        slackID = try row.textIfAny("slack_id")
        createdAt = try row.integer("created_at")
        seenAt = try row.integerIfAny("seen_at")
        disabledAt = try row.integerIfAny("disabled_at")
    }

    private init(installation name: String) {
        (id, self.name, displayName, role, clients) = ("", name, name, .operator, nil)
        (hasPassword, theme, hasShortcuts) = (false, "system", true)
        (zone, startPage, slackID) = (nil, "today", nil)
        (createdAt, seenAt, disabledAt) = (0, nil, nil)
    }

    /// Whoever holds API_TOKEN. It is nobody's row.
    package static func installation(_ name: String) -> PersonRecord { PersonRecord(installation: name) }
    package var isInstallation: Bool { id.isEmpty }

    package var isDisabled: Bool { disabledAt != nil }

    /// Runs without a client are everybody's.
    package func maySee(client: String?) -> Bool {
        guard let clients, let client else { return true }
        return clients.contains(client)
    }

    /// What the audit log keeps of a person: no secret.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("name", .string(name)), ("display_name", .string(displayName)), ("role", .string(role.rawValue)),
                ("clients", clients.map { .array($0.sorted().map { .string($0) }) } ?? .string("all")),
                ("has_password", .bool(hasPassword)), ("disabled", .bool(isDisabled)),
                ("slack", slackID.map { .string($0) } ?? .null),
            ]))
    }
}

/// One sign-in on one device.
package struct SessionRecord: Sendable, Hashable {
    package let id: String
    package let personID: String
    package let createdAt: Int64
    package let seenAt: Int64
    package let remoteAddress: String
    package let userAgent: String

    init(_ row: Row) throws {
        id = try row.text("id")
        personID = try row.text("person_id")
        createdAt = try row.integer("created_at")
        seenAt = try row.integer("seen_at")
        remoteAddress = try row.text("remote_address")
        userAgent = try row.text("user_agent")
    }
}

/// A key for programs. `read` may look, `write` may do what its person may.
package struct TokenRecord: Sendable, Hashable {
    package enum Scope: String, Sendable, CaseIterable { case read, write }

    package let id: String
    package let personID: String
    package let label: String
    package let scope: Scope
    package let createdAt: Int64
    package let expiresAt: Int64?
    package let usedAt: Int64?
    package let revokedAt: Int64?

    init(_ row: Row) throws {
        id = try row.text("id")
        personID = try row.text("person_id")
        label = try row.text("label")
        scope = Scope(rawValue: try row.text("scope")) ?? .read
        createdAt = try row.integer("created_at")
        expiresAt = try row.integerIfAny("expires_at")
        usedAt = try row.integerIfAny("used_at")
        revokedAt = try row.integerIfAny("revoked_at")
    }
}
