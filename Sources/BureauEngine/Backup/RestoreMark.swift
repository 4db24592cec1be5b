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

    /// How long after a restore the tasks that come are looked at for forgotten runs.
    static let looksMilliseconds: Int64 = 7 * 86_400_000

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

    /// When a forgotten run may have begun whose work this one would do again: between the backup and its return. Nil for
    /// a run from before, and for one that came so late that somebody has surely asked for it anew.
    func forgottenSpan(acceptedAt: Int64) throws -> ClosedRange<Int64>? {
        guard let restored = try value(Self.restoredAt), let madeAt = try value(Self.forgottenFrom),
            acceptedAt > restored, acceptedAt - restored <= Self.looksMilliseconds
        else { return nil }
        return (madeAt - Marks.skewMilliseconds)...(max(madeAt, restored) + Marks.skewMilliseconds)
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
