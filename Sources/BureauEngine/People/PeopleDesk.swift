package import BureauDomain
package import BureauStorage
import Foundation

/// Who may sign in and what they may see, the same behind the command line and the pages. Every change is in the audit
/// log, in the same transaction.
package struct PeopleDesk: Sendable {
    let database: any Database
    let doors: Doors
    let passwords: PasswordHash
    package static let linkHours = 24

    package init(database: any Database, doors: Doors, passwords: PasswordHash = .standard) {
        self.database = database
        self.doors = doors
        self.passwords = passwords
    }

    /// Why a change cannot be made, and what to do.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
        package let fix: String
        /// What a list shows all of, where that is the fix: "users" or "clients".
        package var listed: String?
    }

    private static func unknown(_ what: String, in list: String) -> Refused {
        Refused(description: "there is no \(what)", fix: "see bureau \(list) list", listed: list)
    }

    package func list() async throws -> [PersonRecord] { try await database.read { try PersonStore(db: $0).list() } }

    /// Some of them by name, after the one a page ended with.
    package func page(after name: String?, limit: Int) async throws -> [PersonRecord] {
        try await database.read { try PersonStore(db: $0).list(after: name, limit: min(max(limit, 1), 1_000)) }
    }

    /// The same by when they were seen last, 0 for never.
    package func page(
        bySeen isNewestFirst: Bool, after place: (seenAt: Int64, name: String)? = nil, limit: Int
    ) async throws -> [PersonRecord] {
        try await database.read {
            try PersonStore(db: $0).list(bySeen: isNewestFirst, after: place, limit: min(max(limit, 1), 1_000))
        }
    }

    package func find(_ name: String) async throws -> PersonRecord {
        let found = try await database.read { db in
            try PersonStore(db: db).find(name: name.lowercased()) ?? PersonStore(db: db).find(name.uppercased())
        }
        guard let found else {
            throw Self.unknown("user \"\(name.prefix(40))\"", in: "users")
        }
        return found
    }

    package func add(_ text: String, displayName: String?, role: Role, by actor: Actor) async throws -> PersonRecord {
        guard let name = SignInName.of(text) else {
            throw Refused(description: "\"\(text.prefix(40))\" is not a name", fix: SignInName.rule)
        }
        let shown = displayName.map { String($0.prefix(120)) }.flatMap { $0.isEmpty ? nil : $0 } ?? name
        let (id, entry, now) = (doors.makeID(), doors.makeID(), doors.now())
        return try await database.write { db in
            let store = PersonStore(db: db)
            guard try store.insert(id: id, name: name, displayName: shown, role: role, now: now),
                let made = try store.find(id)
            else { throw Refused(description: "there is a user \(name) already", fix: "take another name") }
            try AuditStore(db: db).add(actor, "user added", "user \(name)", after: made.document, id: entry, now: now)
            return made
        }
    }

    package func setRole(_ id: String, _ role: Role, by actor: Actor) async throws -> PersonRecord {
        try await change(id, "role changed", by: actor) { db, person in
            try Self.expectOther(person, than: actor)
            if person.role == .admin, role != .admin { try Self.keepAnAdmin(db, id) }
            try PersonStore(db: db).setRole(id, role)
        }
    }

    /// Nil lets somebody see every client. Takes effect with the next request.
    package func setClients(_ id: String, _ clients: Set<String>?, by actor: Actor) async throws -> PersonRecord {
        try await change(id, "clients changed", by: actor) { db, person in
            try Self.expectOther(person, than: actor)
            for client in clients ?? [] where try ClientStore(db: db).find(client) == nil {
                throw Self.unknown("client \"\(client.prefix(80))\"", in: "clients")
            }
            try PersonStore(db: db).setClients(id, clients)
        }
    }

    /// Ends every session, link and token with it.
    package func disable(_ id: String, reason: String? = nil, by actor: Actor) async throws -> PersonRecord {
        let now = doors.now()
        return try await change(id, "user disabled", reason: reason, by: actor) { db, person in
            try Self.expectOther(person, than: actor)
            if person.role == .admin { try Self.keepAnAdmin(db, id) }
            try PersonStore(db: db).disable(id, now: now)
            let store = CredentialStore(db: db)
            try store.closeAll(of: id)
            try store.dropLinks(of: id)
            try store.revokeAll(of: id, now: now)
        }
    }

    package func enable(_ id: String, by actor: Actor) async throws -> PersonRecord {
        try await change(id, "user enabled", by: actor) { db, _ in try PersonStore(db: db).disable(id, now: nil) }
    }

    /// Whoever else is signed in as this person is signed out.
    package func setPassword(_ id: String, _ password: String, keeping session: String?, by actor: Actor) async throws
        -> PersonRecord
    {
        guard password.count >= PasswordHash.charactersMin, password.utf8.count <= PasswordHash.bytesMax else {
            throw Refused(
                description: "the password is too short or too long",
                fix: "use \(PasswordHash.charactersMin) characters or more; a few words make a good one")
        }
        let hash = try await passwords.make(password)
        return try await change(id, "password set", by: actor) { db, _ in
            try PersonStore(db: db).setPassword(id, hash)
            for other in try CredentialStore(db: db).sessions(of: id) where other.id != session {
                _ = try CredentialStore(db: db).close(session: other.id)
            }
        }
    }

    package func setTheme(_ id: String, _ theme: String) async throws {
        guard ["system", "light", "dark"].contains(theme) else { return }
        try await database.write { try PersonStore(db: $0).setTheme(id, theme) }
    }

    package func setShortcuts(_ id: String, _ areOn: Bool) async throws {
        try await database.write { try PersonStore(db: $0).setShortcuts(id, areOn) }
    }

    package static let displayNameCharactersMax = 80

    /// What others read. The name one signs in with stays.
    package func setDisplayName(_ id: String, _ name: String, by actor: Actor) async throws {
        let text = name.prefix(Self.displayNameCharactersMax).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty, !text.contains(where: \.isNewline) else {
            throw Refused(description: "a name is one line that is not empty", fix: "write what others shall read")
        }
        _ = try await change(id, "name changed", by: actor) { db, person in
            try PersonStore(db: db).setDisplayName(person.id, text)
        }
    }

    // MARK: Links, tokens, sessions

    /// The token of a link that signs in once. Links made before stop working.
    package func makeLink(_ id: String, by actor: Actor) async throws -> String {
        let (token, now) = (OpaqueKey.make(), doors.now())
        _ = try await change(id, "sign-in link made", by: actor) { db, person in
            try Self.expectEnabled(person)
            try CredentialStore(db: db).addLink(
                OpaqueKey.hash(token), person: id, by: actor.name, now: now,
                expiresAt: now + Int64(Self.linkHours) * 3_600_000)
        }
        return token
    }

    package func makeToken(_ id: String, label: String, scope: TokenRecord.Scope, days: Int?, by actor: Actor)
        async throws -> String
    {
        let (token, now, tokenID) = ("bureau_" + OpaqueKey.make(), doors.now(), doors.makeID())
        let label = String(label.prefix(120))
        guard !label.isEmpty else {
            throw Refused(
                description: "the token has no label", fix: "say what it is for, so that it can be told apart")
        }
        _ = try await change(id, "API token made: \(label) (\(scope.rawValue))", by: actor) { db, person in
            try Self.expectEnabled(person)
            try CredentialStore(db: db).addToken(
                OpaqueKey.hash(token), id: tokenID, person: id, label: label, scope: scope, now: now,
                expiresAt: days.map { now + Int64($0) * 86_400_000 })
        }
        return token
    }

    package func revoke(token: String, of id: String, by actor: Actor) async throws {
        let now = doors.now()
        _ = try await change(id, "API token revoked", by: actor) { db, _ in
            guard try CredentialStore(db: db).revoke(token: token, of: id, now: now) else {
                throw Refused(description: "there is no such token in use", fix: "see the list of tokens")
            }
        }
    }

    package func tokens(_ id: String) async throws -> [TokenRecord] {
        try await database.read { try CredentialStore(db: $0).tokens(of: id) }
    }

    package func sessions(_ id: String) async throws -> [SessionRecord] {
        try await database.read { try CredentialStore(db: $0).sessions(of: id) }
    }

    package func end(session: String, of id: String, by actor: Actor) async throws {
        _ = try await change(id, "session ended", by: actor) { db, _ in
            guard try CredentialStore(db: db).sessions(of: id).contains(where: { $0.id == session }) else { return }
            _ = try CredentialStore(db: db).close(session: session)
        }
    }

    /// For a server nobody has signed in to yet: an admin, made if need be, and the token of a link for them. Nil once
    /// anybody has signed in.
    package func firstLink() async throws -> String? {
        guard try await !database.read({ try PersonStore(db: $0).hasVisitors() }) else { return nil }
        let bureau = Actor(name: "bureau", surface: "cli")
        let admins = try await list().filter { $0.role == .admin && !$0.isDisabled }
        let admin: PersonRecord
        if let known = admins.first {
            admin = known
        } else {
            admin = try await add("admin", displayName: "Admin", role: .admin, by: bureau)
        }
        return try await makeLink(admin.id, by: bureau)
    }

    // MARK: One change

    /// Whoever takes from themselves cannot give it back. The command line can, so it may do both.
    package static func expectOther(_ person: PersonRecord, than actor: Actor) throws {
        guard actor.surface != "cli", actor.name == person.name else { return }
        throw Refused(
            description: "nobody disables themselves, or changes their own role or clients", fix: "ask another admin")
    }

    /// What is made for somebody who may not come in would let them in the moment they may again.
    private static func expectEnabled(_ person: PersonRecord) throws {
        guard !person.isDisabled else {
            throw Refused(description: "\(person.name) is disabled", fix: "enable the account first")
        }
    }

    private static func keepAnAdmin(_ db: any Connection, _ id: String) throws {
        guard try PersonStore(db: db).adminsLeft(without: id) == 0 else { return }
        throw Refused(description: "nobody else is an admin", fix: "make somebody else an admin first")
    }

    func change(
        _ id: String, _ action: String, reason: String? = nil, by actor: Actor,
        _ body: @escaping @Sendable (any Connection, PersonRecord) throws -> Void
    ) async throws -> PersonRecord {
        let (entry, now) = (doors.makeID(), doors.now())
        return try await database.write { db in
            let store = PersonStore(db: db)
            guard let before = try store.find(id) else {
                throw Self.unknown("such user", in: "users")
            }
            try body(db, before)
            let after = try store.find(id) ?? before
            try AuditStore(db: db).add(
                actor, action, "user \(before.name)", before: before.document,
                after: after.document.because(reason), id: entry, now: now)
            return after
        }
    }
}
