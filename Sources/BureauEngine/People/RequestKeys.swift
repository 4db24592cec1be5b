package import BureauStorage

/// Requests that say a key: the second with the same key is answered like the first, and happens once. Kept for a day,
/// and no more than so many.
package struct RequestKeys: Sendable {
    let database: any Database
    let doors: Doors
    package static let keyBytes = 8...128, keptHours: Int64 = 24, keptPerCallerMax = 10_000, answerBytesMax = 256 << 10

    package init(database: any Database, doors: Doors) { (self.database, self.doors) = (database, doors) }

    package enum Claim: Sendable, Hashable {
        /// Nobody sent it before.
        case new
        case answered(status: Int, answer: String)
        /// The key came with another request.
        case other
        /// The first one is under way, or was cut off and nobody knows what it did.
        case open
    }

    /// `request` is the hash of all that the request says.
    package func claim(_ key: String, by caller: String, request: String) async throws -> Claim {
        let now = doors.now()
        return try await database.write { db in
            try db.execute(
                "DELETE FROM api_request WHERE rowid IN (SELECT rowid FROM api_request WHERE at < ? LIMIT 200)",
                [now - Self.keptHours * 3_600_000])
            let found = try db.first(
                "SELECT request_sha256, status, answer FROM api_request WHERE caller = ? AND key = ? AND at >= ?",
                [caller, key, now - Self.keptHours * 3_600_000])
            if let found {
                guard try found.text("request_sha256") == request else { return .other }
                guard let status = try found.integerIfAny("status") else { return .open }
                return .answered(status: Int(status), answer: try found.textIfAny("answer") ?? "")
            }
            try db.execute("DELETE FROM api_request WHERE caller = ? AND key = ?", [caller, key])
            try db.execute(
                "INSERT INTO api_request (caller, key, request_sha256, at) VALUES (?, ?, ?, ?)",
                [caller, key, request, now])
            try db.execute(
                """
                DELETE FROM api_request WHERE rowid IN (SELECT rowid FROM api_request WHERE caller = ?
                    ORDER BY at DESC, rowid DESC LIMIT 100 OFFSET ?)
                """, [caller, Self.keptPerCallerMax])
            return .new
        }
    }

    /// A longer answer is not kept: repeating its request is refused rather than carried out twice.
    package func settle(_ key: String, by caller: String, status: Int, answer: String) async throws {
        guard answer.utf8.count <= Self.answerBytesMax else { return }
        try await database.write {
            try $0.execute(
                "UPDATE api_request SET status = ?, answer = ? WHERE caller = ? AND key = ? AND status IS NULL",
                [status, answer, caller, key])
        }
    }

    /// It was refused and did nothing.
    package func release(_ key: String, by caller: String) async throws {
        try await database.write {
            try $0.execute("DELETE FROM api_request WHERE caller = ? AND key = ? AND status IS NULL", [caller, key])
        }
    }
}
