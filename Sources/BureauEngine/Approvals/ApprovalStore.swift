import BureauDomain
import BureauStorage

struct ApprovalStore {
    let db: any Connection

    /// Asks once: the same event never asks twice. Returns the new row's id, or nil when it was asked before. Nobody is
    /// told of it here: `ApprovalNotices` does, where people are to decide.
    func ask(_ new: NewApproval, run runID: String, id: String, now: Int64, expiresAt: Int64) throws -> String? {
        let inserted = try db.execute(
            """
            INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at, expires_at,
                thread_id, thread_name, server, why, version, previous, differs_in)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, event_id) DO NOTHING
            """,
            [
                id, runID, new.eventID, new.tool, new.input, new.inputHash, new.effect, now, expiresAt, new.threadID,
                new.threadName, new.server, new.why, new.version, new.previous, try JSONText.encode(new.differsIn),
            ])
        return inserted == 1 ? id : nil
    }

    func find(_ id: String) throws -> ApprovalRecord? {
        try db.first("SELECT \(Self.whole) FROM approval WHERE id = ?", [id]).map(Self.decode)
    }

    /// With what the receipt of its answer says, where the service had the contrary already.
    static let whole = """
        approval.*, (SELECT step.receipt ->> 'answered' FROM step
            WHERE step.run_id = approval.run_id AND step.purpose = 'session' AND step.channel = 'anthropic'
                AND step.kind = '\(ApprovalAnswers.stepKind)' AND step.subject = approval.event_id
                AND step.receipt ->> 'answered' IN ('allowed', 'denied') LIMIT 1) AS answered_there
        """

    static func decode(_ row: Row) throws -> ApprovalRecord {
        var approval = try ApprovalRecord(row)
        approval.answeredThere = try row.textIfAny("answered_there")
        return approval
    }

    func beginning(with prefix: String, limit: Int) throws -> [ApprovalRecord] {
        try db.query(
            "SELECT \(Self.whole) FROM approval WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            [prefix, prefix + "~", limit]
        ).map(Self.decode)
    }

    /// Those that nobody has answered. Put in order here: most runs end without any, and SQLite would make a table
    /// to sort none.
    func open(run runID: String) throws -> [ApprovalRecord] {
        try db.query(
            "SELECT \(Self.whole) FROM approval WHERE run_id = ? AND state = 'open' LIMIT 1000", [runID]
        ).map(Self.decode).sorted { ($0.requestedAt, $0.id) < ($1.requestedAt, $1.id) }
    }

    /// As they were asked; an id tells the time of a question about money only.
    func list(run runID: String) throws -> [ApprovalRecord] {
        try db.query(
            "SELECT \(Self.whole) FROM approval WHERE run_id = ? ORDER BY requested_at, id LIMIT 1000", [runID]
        ).map(Self.decode)
    }

    /// Open ones first, the soonest to expire before the others; then the settled ones where `isAll`, the latest first.
    /// Each part is read in the order of an index: what is settled grows with every run.
    func list(isAll: Bool, limit: Int) throws -> [ApprovalRecord] {
        let open = try db.query(
            "SELECT * FROM approval WHERE state = 'open' ORDER BY expires_at, id LIMIT ?", [limit]
        ).map(ApprovalRecord.init)
        guard isAll, open.count < limit else { return open }
        return try open
            + db.query(
                """
                SELECT \(Self.whole) FROM approval WHERE state <> 'open' ORDER BY decided_at DESC, id DESC LIMIT ?
                """, [limit - open.count]
            ).map(Self.decode)
    }

    /// Questions of these agents' runs that wait, after the question `id` where one is named. The soonest to expire first.
    func open(of agents: [String], after id: String?, limit: Int) throws -> [ApprovalRecord] {
        let marks = agents.map { _ in "?" }.joined(separator: ", ")
        let names: [any SQLBindable] = agents
        let page: [any SQLBindable] = [id, id, limit]
        return try db.query(
            """
            SELECT approval.* FROM approval JOIN run ON run.id = approval.run_id
            WHERE approval.state = 'open' AND +run.agent IN (\(marks))
                AND (? IS NULL OR (approval.expires_at, approval.id) >
                    (SELECT passed.expires_at, passed.id FROM approval AS passed WHERE passed.id = ?))
            ORDER BY approval.expires_at, approval.id LIMIT ?
            """, names + page
        ).map(ApprovalRecord.init)
    }

    /// The first decision stands: false when there was one already. `change` goes with `changed` and with nothing else.
    func decide(
        _ id: String, _ state: ApprovalState, by person: String?, on surface: String, reason: String?,
        change: KeptChange? = nil, now: Int64
    ) throws -> Bool {
        let isFirst =
            try db.execute(
                """
                UPDATE approval SET state = ?, decided_by = ?, decided_on = ?, reason = ?, decided_at = ?,
                    changed_input = ?, changed_sha256 = ?, decider = ?
                WHERE id = ? AND state = 'open'
                """,
                [
                    state.rawValue, person, surface, reason, now, change?.input, change?.hash,
                    try change.map { try JSONText.encode($0.decider) }, id,
                ]) == 1
        if isFirst { try Announcements(db: db).approval(id, now: now) }
        return isFirst
    }
}

/// A changed input as it is kept with the question.
struct KeptChange: Sendable, Hashable {
    let input: String
    let hash: String
    let decider: Decider

    init(_ change: ChangedInput, by person: ApprovalPolicy.Person) {
        input = change.json
        hash = Hex.sha256(Array(change.canonical.utf8))
        decider = Decider(person)
    }
}
