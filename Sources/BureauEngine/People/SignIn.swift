import BureauDomain
package import BureauStorage

/// Signs people in and tells who a session or a token belongs to.
package struct SignIn: Sendable {
    let database: any Database
    let doors: Doors
    let passwords: PasswordHash
    package static let idleHours: Int64 = 12, absoluteDays: Int64 = 30
    /// Failed tries that count, and for how long: of one account, and of one address.
    package static let triesPerAccount = 10, triesPerAddress = 50, triesWindowMinutes: Int64 = 15
    /// How often a session's last use is written down.
    static let touchMilliseconds: Int64 = 60_000

    package init(database: any Database, doors: Doors, passwords: PasswordHash = .standard) {
        self.database = database
        self.doors = doors
        self.passwords = passwords
    }

    package enum Outcome: Sendable {
        /// The new session's token: it is told once.
        case signedIn(token: String, person: PersonRecord)
        case refused
        /// Too many failed tries; some minutes must pass.
        case tooMany
    }

    /// A one-time link's token. `replacing` is the session that asks, which ends: no session outlives a sign-in.
    package func byLink(_ link: String, from address: String, agent: String, replacing: String?) async throws -> Outcome
    {
        let bucket = "address \(address)"
        guard try await mayTry([(bucket, Self.triesPerAddress)]) else { return .tooMany }
        let (now, hash) = (doors.now(), OpaqueKey.hash(link))
        let person: PersonRecord? = try await database.write { db in
            guard let id = try CredentialStore(db: db).useLink(hash, now: now),
                let person = try PersonStore(db: db).find(id), !person.isDisabled
            else { return nil }
            return person
        }
        guard let person else {
            try await failed([bucket])
            return .refused
        }
        return try await open(person, address, agent, replacing, "signed in by link")
    }

    package func byPassword(
        _ text: String, _ password: String, from address: String, agent: String, replacing: String?
    ) async throws -> Outcome {
        let name = SignInName.of(text) ?? ""
        let buckets = [("address \(address)", Self.triesPerAddress), ("account \(name)", Self.triesPerAccount)]
        guard try await mayTry(buckets) else { return .tooMany }
        // Counted before it is checked: tries that come at once must not all pass. A good one is taken out again, so that
        // an office behind one address is not shut out by its own people.
        let counted = try await failed(buckets.map(\.0))
        let stored = try await database.read { try PersonStore(db: $0).password(name) }
        guard try await passwords.matches(password, stored),
            let person = try await database.read({ try PersonStore(db: $0).find(name: name) }), !person.isDisabled
        else { return .refused }
        try await database.write { db in
            let store = CredentialStore(db: db)
            try store.forgetFailures("account \(name)")
            for id in counted { try store.forgetFailure(id: id) }
        }
        return try await open(person, address, agent, replacing, "signed in by password")
    }

    /// Who a session belongs to; nil when it is over. A use that is a minute old is written down, unless nobody is there
    /// and a page asks by itself.
    package func person(session token: String, isThere: Bool = true) async throws -> (SessionRecord, PersonRecord)? {
        let (hash, now) = (OpaqueKey.hash(token), doors.now())
        let found = try await database.read { db -> (SessionRecord, PersonRecord)? in
            guard let session = try CredentialStore(db: db).session(hash),
                let person = try PersonStore(db: db).find(session.personID), !person.isDisabled
            else { return nil }
            return (session, person)
        }
        guard let (session, person) = found else { return nil }
        guard now - session.seenAt < Self.idleHours * 3_600_000,
            now - session.createdAt < Self.absoluteDays * 86_400_000
        else {
            _ = try await database.write { try CredentialStore(db: $0).close(session: session.id) }
            return nil
        }
        if isThere, now - session.seenAt >= Self.touchMilliseconds {
            try await database.write { try CredentialStore(db: $0).touch(session, now: now) }
        }
        return (session, person)
    }

    package func person(apiToken token: String) async throws -> (TokenRecord, PersonRecord)? {
        let (hash, now) = (OpaqueKey.hash(token), doors.now())
        let found = try await database.read { db -> (TokenRecord, PersonRecord)? in
            guard let token = try CredentialStore(db: db).token(hash, now: now),
                let person = try PersonStore(db: db).find(token.personID), !person.isDisabled
            else { return nil }
            return (token, person)
        }
        if let (token, _) = found, now - (token.usedAt ?? 0) >= Self.touchMilliseconds {
            try await database.write { try CredentialStore(db: $0).used(token: token.id, now: now) }
        }
        return found
    }

    package func signOut(_ session: SessionRecord) async throws {
        _ = try await database.write { try CredentialStore(db: $0).close(session: session.id) }
    }

    // MARK: One-time notices and sent forms

    package func leaveNotice(_ session: String, _ text: String) async throws {
        try await database.write { try CredentialStore(db: $0).putNotice(session, text) }
    }

    package func takeNotice(_ session: String) async throws -> String? {
        guard let notice = try await database.read({ try CredentialStore(db: $0).notice(session) }) else { return nil }
        try await database.write { try CredentialStore(db: $0).clearNotice(session) }
        return notice
    }

    /// True for the first to send this form. `keepHours` after, its key is forgotten.
    package func claimForm(_ key: String, by person: String) async throws -> Bool {
        let now = doors.now()
        return try await database.write { db in
            try db.execute(
                "DELETE FROM sent_form WHERE rowid IN (SELECT rowid FROM sent_form WHERE at < ? LIMIT 100)",
                [now - 24 * 3_600_000])
            return try db.execute(
                "INSERT INTO sent_form (person_id, key, at) VALUES (?, ?, ?) ON CONFLICT (person_id, key) DO NOTHING",
                [person, key, now]) == 1
        }
    }

    package func settleForm(_ key: String, by person: String, location: String) async throws {
        try await database.write {
            try $0.execute(
                "UPDATE sent_form SET location = ? WHERE person_id = ? AND key = ?", [location, person, key])
        }
    }

    package func releaseForm(_ key: String, by person: String) async throws {
        try await database.write {
            try $0.execute("DELETE FROM sent_form WHERE person_id = ? AND key = ?", [person, key])
        }
    }

    package func formLocation(_ key: String, by person: String) async throws -> String? {
        try await database.query(
            "SELECT location FROM sent_form WHERE person_id = ? AND key = ?", [person, key]
        ).first?.textIfAny("location")
    }

    // MARK: -

    private func open(
        _ person: PersonRecord, _ address: String, _ agent: String, _ replaced: String?, _ action: String
    ) async throws -> Outcome {
        let (token, id, entry, now) = (OpaqueKey.make(), doors.makeID(), doors.makeID(), doors.now())
        try await database.write { db in
            let store = CredentialStore(db: db)
            if let replaced { _ = try store.close(session: replaced) }
            try store.open(OpaqueKey.hash(token), id: id, person: person.id, address: address, agent: agent, now: now)
            try AuditStore(db: db).add(
                Actor(name: person.name, surface: "web", remoteAddress: address), action, "user \(person.name)",
                id: entry, now: now)
        }
        return .signedIn(token: token, person: person)
    }

    private func mayTry(_ buckets: [(String, Int)]) async throws -> Bool {
        let since = doors.now() - Self.triesWindowMinutes * 60_000
        return try await database.read { db in
            try buckets.allSatisfy { bucket, most in
                try CredentialStore(db: db).failures(bucket, since: since, limit: most) < most
            }
        }
    }

    /// The ids of what was noted.
    @discardableResult
    private func failed(_ buckets: [String]) async throws -> [String] {
        let now = doors.now(), ids = buckets.map { _ in doors.makeID() }
        try await database.write { db in
            let store = CredentialStore(db: db)
            for (bucket, id) in zip(buckets, ids) { try store.addFailure(bucket, id: id, now: now) }
            try store.forgetFailures(before: now - Self.triesWindowMinutes * 60_000)
        }
        return ids
    }
}
