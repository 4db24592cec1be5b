import BureauStorage

extension SignIn {
    /// As `person(session:)`, but no sign that anybody is there: a page that was left open keeps no session alive.
    package func stillSignedIn(session token: String) async throws -> PersonRecord? {
        let (hash, now) = (OpaqueKey.hash(token), doors.now())
        return try await database.read { db in
            guard let session = try CredentialStore(db: db).session(hash),
                now - session.seenAt < Self.idleHours * 3_600_000,
                now - session.createdAt < Self.absoluteDays * 86_400_000,
                let person = try PersonStore(db: db).find(session.personID), !person.isDisabled
            else { return nil }
            return person
        }
    }
}
