import BureauStorage

/// The SQL of what proves who somebody is: sessions, one-time links, API tokens, failed tries. Only hashes get here.
struct CredentialStore {
    let db: any Connection
    static let sessionsPerPersonMax = 20, listedMax = 500

    // MARK: Sessions

    func open(_ hash: String, id: String, person: String, address: String, agent: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO web_session (token_sha256, id, person_id, created_at, seen_at, remote_address, user_agent)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [hash, id, person, now, now, address, String(agent.prefix(200))])
        // The oldest give way: a device that was forgotten must not stay signed in.
        try db.execute(
            """
            DELETE FROM web_session WHERE person_id = ? AND id NOT IN
                (SELECT id FROM web_session WHERE person_id = ? ORDER BY id DESC LIMIT ?)
            """, [person, person, Self.sessionsPerPersonMax])
        try db.execute("UPDATE person SET seen_at = ? WHERE id = ?", [now, person])
    }

    func session(_ hash: String) throws -> SessionRecord? {
        try db.first("SELECT * FROM web_session WHERE token_sha256 = ?", [hash]).map(SessionRecord.init)
    }

    func touch(_ session: SessionRecord, now: Int64) throws {
        try db.execute("UPDATE web_session SET seen_at = ? WHERE id = ?", [now, session.id])
        try db.execute("UPDATE person SET seen_at = ? WHERE id = ?", [now, session.personID])
    }

    func sessions(of person: String) throws -> [SessionRecord] {
        try db.query(
            "SELECT * FROM web_session WHERE person_id = ? ORDER BY id DESC LIMIT ?", [person, Self.listedMax]
        ).map(SessionRecord.init)
    }

    func close(session id: String) throws -> Bool {
        try db.execute("DELETE FROM web_session WHERE id = ?", [id]) == 1
    }

    func closeAll(of person: String) throws {
        try db.execute("DELETE FROM web_session WHERE person_id = ?", [person])
    }

    func putNotice(_ session: String, _ notice: String) throws {
        try db.execute("UPDATE web_session SET notice = ? WHERE id = ?", [String(notice.prefix(1_000)), session])
    }

    func notice(_ session: String) throws -> String? {
        try db.first("SELECT notice FROM web_session WHERE id = ?", [session])?.textIfAny("notice")
    }

    func clearNotice(_ session: String) throws {
        try db.execute("UPDATE web_session SET notice = NULL WHERE id = ?", [session])
    }

    // MARK: Links

    func addLink(_ hash: String, person: String, by maker: String, now: Int64, expiresAt: Int64) throws {
        // One at a time: a newer link takes the place of those before it.
        try db.execute("DELETE FROM sign_in_link WHERE person_id = ? AND used_at IS NULL", [person])
        try db.execute(
            "INSERT INTO sign_in_link (token_sha256, person_id, made_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            [hash, person, maker, now, expiresAt])
    }

    /// Burns a link. The id of its person, or nil when it was used, is over, or never was.
    func useLink(_ hash: String, now: Int64) throws -> String? {
        let isFirst =
            try db.execute(
                "UPDATE sign_in_link SET used_at = ? WHERE token_sha256 = ? AND used_at IS NULL AND expires_at > ?",
                [now, hash, now]) == 1
        guard isFirst else { return nil }
        return try db.first("SELECT person_id FROM sign_in_link WHERE token_sha256 = ?", [hash])?.text("person_id")
    }

    func dropLinks(of person: String) throws {
        try db.execute("DELETE FROM sign_in_link WHERE person_id = ? AND used_at IS NULL", [person])
    }

    // MARK: API tokens

    func addToken(
        _ hash: String, id: String, person: String, label: String, scope: TokenRecord.Scope, now: Int64,
        expiresAt: Int64?
    ) throws {
        try db.execute(
            """
            INSERT INTO api_token (token_sha256, id, person_id, label, scope, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, [hash, id, person, label, scope.rawValue, now, expiresAt])
    }

    func token(_ hash: String, now: Int64) throws -> TokenRecord? {
        try db.first(
            """
            SELECT * FROM api_token
            WHERE token_sha256 = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
            """, [hash, now]
        ).map(TokenRecord.init)
    }

    func tokens(of person: String) throws -> [TokenRecord] {
        try db.query(
            "SELECT * FROM api_token WHERE person_id = ? ORDER BY id DESC LIMIT ?", [person, Self.listedMax]
        ).map(TokenRecord.init)
    }

    func used(token id: String, now: Int64) throws {
        try db.execute("UPDATE api_token SET used_at = ? WHERE id = ?", [now, id])
    }

    func revoke(token id: String, of person: String, now: Int64) throws -> Bool {
        try db.execute(
            "UPDATE api_token SET revoked_at = ? WHERE id = ? AND person_id = ? AND revoked_at IS NULL",
            [now, id, person]) == 1
    }

    func revokeAll(of person: String, now: Int64) throws {
        try db.execute("UPDATE api_token SET revoked_at = ? WHERE person_id = ? AND revoked_at IS NULL", [now, person])
    }

    // MARK: Failed tries

    func failures(_ bucket: String, since: Int64, limit: Int) throws -> Int {
        try db.query(
            "SELECT 1 AS one FROM sign_in_failure WHERE bucket = ? AND at > ? LIMIT ?", [bucket, since, limit]
        ).count
    }

    func addFailure(_ bucket: String, id: String, now: Int64) throws {
        try db.execute("INSERT INTO sign_in_failure (id, bucket, at) VALUES (?, ?, ?)", [id, bucket, now])
    }

    func forgetFailures(before: Int64) throws {
        try db.execute(
            "DELETE FROM sign_in_failure WHERE id IN (SELECT id FROM sign_in_failure WHERE at < ? LIMIT 1000)",
            [before])
    }

    func forgetFailure(id: String) throws { try db.execute("DELETE FROM sign_in_failure WHERE id = ?", [id]) }

    func forgetFailures(_ bucket: String) throws {
        try db.execute("DELETE FROM sign_in_failure WHERE bucket = ?", [bucket])
    }
}
