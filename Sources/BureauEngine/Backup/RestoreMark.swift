import BureauStorage

/// What a restored database knows of its own past: when it was restored, and how old the backup was. Runs accepted
/// before that have a forgotten life, in which they may have written anything.
struct RestoreMark {
    let db: any Connection
    /// When the backup was put back.
    static let restoredAt = "restored_at"
    /// When the backup was made: what came later is forgotten.
    static let forgottenFrom = "restored_backup_made_at"
    /// The restore after which the vendors were asked for runs that only they remember.
    static let reconciledAt = "restored_runs_sought_at"

    /// The restore after which the service was asked for one agent's sessions.
    static func asked(_ agentID: String, _ credentials: String?) -> String {
        "restored_runs_sought/\(credentials ?? "")/\(agentID)"
    }

    /// When the run was accepted, if a backup was restored since: the earliest time of a forgotten write of it.
    func forgottenSince(run runID: String) throws -> Int64? {
        guard let restored = try value(Self.restoredAt) else { return nil }
        return try db.first("SELECT accepted_at FROM run WHERE id = ? AND accepted_at <= ?", [runID, restored])?
            .integer("accepted_at")
    }

    /// Since when runs are forgotten that nobody has asked the vendors for yet.
    func unsoughtSince() throws -> Int64? {
        guard let restored = try value(Self.restoredAt), try value(Self.reconciledAt) != restored else { return nil }
        return try value(Self.forgottenFrom)
    }

    func value(_ name: String) throws -> Int64? {
        try db.first("SELECT value FROM setting WHERE name = ?", [name]).flatMap { Int64(try $0.text("value")) }
    }
}
