import BureauDomain
import BureauStorage

/// A session that may be spending and that no run follows any more.
struct LooseSession: Sendable, Hashable {
    let runID: String
    /// Nil while nobody knows whether one was opened.
    let session: String?
    let since: Int64
    /// How often it was looked at since.
    let looks: Int64
    let spent: MicroUSD

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        let id = try row.text("session_id")
        session = id.isEmpty ? nil : id
        since = try row.integer("since")
        looks = try row.integer("looks")
        spent = MicroUSD(rawValue: try row.integer("spent_micro_usd"))
    }
}

/// The SQL of `loose_session`. What stands here is looked after until it rests (`StraySessions.chase`), whatever becomes
/// of the alert that tells of it.
struct LooseSessions {
    let db: any Connection

    /// From now on it is looked after; without a session's id one is looked for.
    func watch(_ runID: String, _ session: String?, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO loose_session (run_id, session_id, since) VALUES (?, ?, ?)
            ON CONFLICT (run_id, session_id) DO UPDATE SET since = excluded.since, looks = 0, rested_at = NULL
            """, [runID, session ?? "", now])
    }

    /// Those that were looked at least often first, so that none waits for ever behind others.
    func next(limit: Int) throws -> [LooseSession] {
        try db.query("SELECT * FROM loose_session WHERE rested_at IS NULL ORDER BY looks LIMIT ?", [limit])
            .map(LooseSession.init)
    }

    func find(_ runID: String, _ session: String) throws -> LooseSession? {
        try db.first("SELECT * FROM loose_session WHERE run_id = ? AND session_id = ?", [runID, session])
            .map(LooseSession.init)
    }

    /// A clock that was put back does not make it young for long.
    func looked(at loose: LooseSession, now: Int64) throws {
        try db.execute(
            "UPDATE loose_session SET looks = looks + 1, since = min(since, ?) WHERE run_id = ? AND session_id = ?",
            [now, loose.runID, loose.session ?? ""])
    }

    func rest(_ runID: String, _ session: String?, now: Int64) throws {
        try db.execute(
            "UPDATE loose_session SET rested_at = ? WHERE run_id = ? AND session_id = ? AND rested_at IS NULL",
            [now, runID, session ?? ""])
    }

    /// Whether anything of the run may be spending unseen.
    func isAny(of runID: String) throws -> Bool {
        try db.first("SELECT 1 AS found FROM loose_session WHERE run_id = ? AND rested_at IS NULL LIMIT 1", [runID])
            != nil
    }

    /// What sessions beside the run's own have cost.
    func spentBeside(_ runID: String) throws -> MicroUSD {
        let row = try db.first(
            """
            SELECT coalesce(sum(spent_micro_usd), 0) AS spent FROM loose_session
            WHERE run_id = ? AND session_id <> coalesce((SELECT session_id FROM run WHERE id = ?), '')
            """, [runID, runID])
        return MicroUSD(rawValue: try row?.integer("spent") ?? 0)
    }

    func keepSpent(_ spent: MicroUSD, _ runID: String, _ session: String) throws {
        try db.execute(
            "UPDATE loose_session SET spent_micro_usd = ? WHERE run_id = ? AND session_id = ?",
            [spent.rawValue, runID, session])
    }
}

/// What a run leaves behind when it ends, in the transaction that ends it.
extension LooseSessions {
    /// The effects people are told of: nobody is told of a session that cannot be there.
    func leave(_ effects: [RunMachine.Effect], of run: RunRecord, cause: RunCause?, now: Int64) throws
        -> [RunMachine.Effect]
    {
        var told: [RunMachine.Effect] = []
        for effect in effects {
            if case .sessionLeft = effect {
                guard try mayHaveSession(run, cause) else { continue }
                try watch(run.id, run.consoleSession, now: now)
            }
            told.append(effect)
        }
        return told
    }

    /// One that was asked for and never seen counts. A builder's session is no session of the service.
    private func mayHaveSession(_ run: RunRecord, _ cause: RunCause?) throws -> Bool {
        if run.sessionID != nil { return run.consoleSession != nil }
        let isGivenUp = cause?.code == .openingGivenUp
        return try StepStore(db: db).list(run: run.id, purpose: .session).contains { step in
            guard step.channel == .anthropic, step.kind == "create", step.intendedAt != nil else { return false }
            return step.state != .failed || isGivenUp
        }
    }

    /// A run that goes on in its session follows it again.
    func follow(_ run: RunRecord, now: Int64) throws {
        guard let session = run.sessionID else { return }
        try rest(run.id, session, now: now)
        try tellIfOver(run.id, now: now)
    }

    /// True when nothing of the run may be spending unseen any more; its alert is over then.
    @discardableResult
    func tellIfOver(_ runID: String, now: Int64) throws -> Bool {
        guard try !isAny(of: runID) else { return false }
        try AlertStore(db: db).resolve(cause: RunCause.Code.stopUnconfirmed.rawValue, subject: runID, now: now)
        return true
    }
}
