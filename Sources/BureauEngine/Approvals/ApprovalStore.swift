package import BureauDomain
import BureauStorage

/// One question of an agent, with everything a person needs to decide.
package struct ApprovalRecord: Sendable, Hashable {
    package let id: String
    package let runID: String
    /// The session event that waits for the answer.
    package let eventID: String
    package let tool: String
    /// The call's input exactly as the agent wrote it (JSON).
    package let input: String
    package let inputHash: String
    /// What will happen, in one sentence.
    package let effect: String
    package let state: ApprovalState
    package let decidedBy: String?
    package let decidedOn: String?
    package let reason: String?
    package let requestedAt: Int64
    package let expiresAt: Int64
    package let decidedAt: Int64?
    /// The sub-agent of the session that asks; nil for the agent itself.
    package let threadName: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        runID = try row.text("run_id")
        eventID = try row.text("event_id")
        tool = try row.text("tool")
        input = try row.text("input")
        inputHash = try row.text("input_sha256")
        effect = try row.text("effect")
        guard let known = ApprovalState(rawValue: try row.text("state")) else {
            throw StorageError.unreadable(column: "state", "not a state of an approval")
        }
        state = known
        decidedBy = try row.textIfAny("decided_by")
        decidedOn = try row.textIfAny("decided_on")
        reason = try row.textIfAny("reason")
        requestedAt = try row.integer("requested_at")
        expiresAt = try row.integer("expires_at")
        decidedAt = try row.integerIfAny("decided_at")
        threadName = try row.textIfAny("thread_name")
    }
}

/// A question as it is found in the session.
struct NewApproval: Sendable {
    var eventID: String
    var tool: String
    var input: String
    var inputHash: String
    var effect: String
    var threadID: String?
    var threadName: String?
}

struct ApprovalStore {
    let db: any Connection

    /// Asks once: the same event never asks twice. Returns the new row's id, or nil when it was asked before.
    func ask(_ new: NewApproval, run runID: String, id: String, now: Int64, expiresAt: Int64) throws -> String? {
        let inserted = try db.execute(
            """
            INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at, expires_at,
                thread_id, thread_name)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?) ON CONFLICT (run_id, event_id) DO NOTHING
            """,
            [
                id, runID, new.eventID, new.tool, new.input, new.inputHash, new.effect, now, expiresAt, new.threadID,
                new.threadName,
            ])
        guard inserted == 1 else { return nil }
        try Announcements(db: db).approval(id, now: now)
        return id
    }

    func find(_ id: String) throws -> ApprovalRecord? {
        try db.first("SELECT * FROM approval WHERE id = ?", [id]).map(ApprovalRecord.init)
    }

    func beginning(with prefix: String, limit: Int) throws -> [ApprovalRecord] {
        try db.query(
            "SELECT * FROM approval WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", [prefix, prefix + "~", limit]
        ).map(ApprovalRecord.init)
    }

    func list(run runID: String) throws -> [ApprovalRecord] {
        try db.query("SELECT * FROM approval WHERE run_id = ? ORDER BY id LIMIT 1000", [runID]).map(ApprovalRecord.init)
    }

    func list(state: ApprovalState?, limit: Int) throws -> [ApprovalRecord] {
        try db.query(
            "SELECT * FROM approval WHERE (? IS NULL OR state = ?) ORDER BY id DESC LIMIT ?",
            [state?.rawValue, state?.rawValue, limit]
        ).map(ApprovalRecord.init)
    }

    /// The first decision stands: false when there was one already.
    func decide(
        _ id: String, _ state: ApprovalState, by person: String?, on surface: String, reason: String?, now: Int64
    ) throws -> Bool {
        let isFirst =
            try db.execute(
                """
                UPDATE approval SET state = ?, decided_by = ?, decided_on = ?, reason = ?, decided_at = ?
                WHERE id = ? AND state = 'open'
                """, [state.rawValue, person, surface, reason, now, id]) == 1
        if isFirst { try Announcements(db: db).approval(id, now: now) }
        return isFirst
    }
}
