import BureauDomain
import BureauStorage

/// A write that is planned: what it is for and everything needed to make it.
struct StepPlan: Sendable {
    var channel: StepRecord.Channel
    var kind: String
    /// What it is about, unique within the run, channel and kind: a file name, a path, an alert.
    var subject: String
    var position: Int
    var intent: String
    /// Which round of the run it belongs to: each may have an equal one.
    var round = 1
}

/// The SQL of the `step` table.
struct StepStore {
    static let columns = """
        id, run_id, purpose, channel, kind, subject, round, position, state, intent, receipt, error, attempts, intended_at,
        recheck, former_receipt, last_sent_at, created_at
        """
    let db: any Connection

    /// Plans a step once: an equal one that exists is left as it is. Returns the step's id, which for a run's step
    /// follows from what it is (`StepMark`), so that a restored backup looks for the same marks. `id` is for steps of
    /// no run, and for the one step that a run may name after itself.
    ///
    /// What was accepted before a backup was restored may have been written by the life that is forgotten: its steps
    /// begin as intended, so that each looks for its mark first.
    @discardableResult
    func plan(
        _ plan: StepPlan, run runID: String?, purpose: StepRecord.Purpose, id: String, now: Int64, dueAt: Int64? = nil
    ) throws -> String {
        let id = runID.map { $0 == id ? id : StepMark.id(run: $0, purpose, plan) } ?? id
        let forgottenSince = try runID.flatMap { try RestoreMark(db: db).forgottenSince(run: $0) }
        try db.execute(
            """
            INSERT INTO step (id, run_id, purpose, channel, kind, subject, round, position, state, intent, created_at,
                due_at, intended_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                id, runID, purpose.rawValue, plan.channel.rawValue, plan.kind, plan.subject, plan.round, plan.position,
                forgottenSince == nil ? "pending" : "intended", plan.intent, now, dueAt ?? now, forgottenSince,
            ])
        return id
    }

    func list(run runID: String, purpose: StepRecord.Purpose) throws -> [StepRecord] {
        try db.query(
            "SELECT \(Self.columns) FROM step WHERE run_id = ? AND purpose = ? ORDER BY position, id LIMIT 5000",
            [runID, purpose.rawValue]
        ).map(StepRecord.init)
    }

    func find(_ id: String) throws -> StepRecord? {
        try db.first("SELECT \(Self.columns) FROM step WHERE id = ?", [id]).map(StepRecord.init)
    }

    /// From now on the write may have happened. False when it is done already: then nothing may be sent.
    @discardableResult
    func markIntended(_ id: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE step SET state = 'intended', attempts = attempts + 1, intended_at = coalesce(intended_at, ?),
                last_sent_at = ?, error = NULL, settled_at = NULL
            WHERE id = ? AND state <> 'done'
            """, [now, now, id]) == 1
    }

    /// As above for a notice, fenced by its claim: whoever lost it sends nothing, and holds it a claim's length anew.
    func intend(_ id: String, owner: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE step SET state = 'intended', attempts = attempts + 1, intended_at = coalesce(intended_at, ?),
                last_sent_at = ?, lease_until = ?, error = NULL, settled_at = NULL
            WHERE id = ? AND lease_owner = ? AND state IN ('pending', 'intended')
            """, [now, now, now + Self.claimMilliseconds, id, owner]) == 1
    }

    /// For what a write needs before its first try, such as its id. A step that could never be tried for want of
    /// it counts as intended when it is opened again.
    func replaceIntent(_ id: String, _ intent: String) throws {
        try db.execute(
            "UPDATE step SET intent = ? WHERE id = ? AND state IN ('pending', 'intended')", [intent, id])
    }

    /// The receipt, and the link it adds to the run's chain.
    func markDone(_ id: String, receipt: String, sent: SentContent? = nil, now: Int64) throws {
        let changed = try db.execute(
            """
            UPDATE step SET state = 'done', receipt = ?, error = NULL, settled_at = ?, lease_owner = NULL,
                lease_until = NULL, recheck = 0, former_receipt = NULL
            WHERE id = ? AND state IN ('pending', 'intended', 'doubtful', 'failed')
            """, [receipt, now, id])
        guard changed == 1, let step = try find(id) else { return }
        try ReceiptStore(db: db).sent(step, sent, now: now)
        try ArtifactStore(db: db).delivered(step, now: now)
    }

    /// False when it was settled already, or is not `owner`'s any more: somebody else may be sending it.
    @discardableResult
    func markFailed(
        _ id: String, state: StepRecord.State, error: String, now: Int64, owner: String? = nil
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE step SET state = ?, error = ?, settled_at = ?, lease_owner = NULL, lease_until = NULL
            WHERE id = ? AND state IN ('pending', 'intended') AND (? IS NULL OR lease_owner = ?)
            """, [state.rawValue, error, now, id, owner, owner]) == 1
    }

    /// Failed steps may be tried again; those a person has left undone only where `evenLeftUndone` says so. A doubtful one
    /// stays with its person, unless its mark can be looked for.
    func reopen(
        run runID: String, channel: StepRecord.Channel?, evenLeftUndone: Bool = false, now: Int64
    ) throws -> Int {
        try db.execute(
            """
            UPDATE step SET state = CASE WHEN intended_at IS NULL THEN 'pending' ELSE 'intended' END,
                error = NULL, settled_at = NULL, attempts = 0, due_at = ?
            WHERE run_id = ? AND purpose = 'delivery' AND state IN ('failed', 'doubtful') AND former_receipt IS NULL
              AND round = (SELECT round FROM run WHERE run.id = step.run_id) AND (? IS NULL OR channel = ?)
              AND (? OR NOT (\(Self.leftUndone)))
            """,
            [
                now, runID, channel?.rawValue, channel?.rawValue, evenLeftUndone, ReceiptStore.resolved,
                Resolution.giveUp.word,
            ])
    }

    /// What was delivered is looked at before it is called delivered again. Where a person has said that it is there
    /// nobody else could tell, and a look would find nothing.
    func recheckDelivered(run runID: String, channel: StepRecord.Channel?) throws {
        try db.execute(
            """
            UPDATE step SET recheck = 1 WHERE run_id = ? AND purpose = 'delivery' AND state = 'done'
              AND (? IS NULL OR channel = ?)
              AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.run_id = step.run_id AND receipt.kind = ?
                  AND receipt.body ->> 'step' = step.id AND receipt.body ->> 'decision' = ?)
            """,
            [
                runID, channel?.rawValue, channel?.rawValue, ReceiptStore.resolved,
                Resolution.happened(link: nil).word,
            ])
    }

    /// A delivered step was looked at: it is there, or it is gone and a person decides.
    func markSeen(_ id: String, whyGone: String?, now: Int64) throws {
        guard let whyGone else {
            try db.execute("UPDATE step SET recheck = 0 WHERE id = ?", [id])
            return
        }
        try db.execute(
            """
            UPDATE step SET state = 'doubtful', former_receipt = receipt, receipt = NULL, recheck = 0, error = ?,
                settled_at = ? WHERE id = ? AND state = 'done'
            """, [whyGone, now, id])
    }

    /// One failed write may be tried again; it looks first if it was ever tried.
    func reopenOne(_ id: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE step SET state = CASE WHEN intended_at IS NULL THEN 'pending' ELSE 'intended' END,
                error = NULL, settled_at = NULL, due_at = ?
            WHERE id = ? AND state = 'failed'
            """, [now, id])
    }

    // MARK: notices, which wait for their own worker

    static let claimMilliseconds: Int64 = 60_000
    /// How long after it was claimed a notice may be sent: the rest is for what has just left to arrive.
    static let claimSendMilliseconds: Int64 = 50_000

    func isNoticeDue(_ channel: StepRecord.Channel, now: Int64, only run: String?) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS due FROM step WHERE purpose = 'notice' AND state IN ('pending', 'intended') AND kind <> 'thread'
                AND channel = ? AND due_at <= ? AND lease_owner IS NULL
                AND (? IS NULL OR run_id = ?) LIMIT 1
            """, [channel.rawValue, now, run, run]) != nil
    }

    /// So many of a channel's due notices are looked at for a claim, the oldest.
    static let noticesSeenMax = 5_000

    /// What nobody has. Whose claim ran out is for the watchdog to see, which knows more than the time of day.
    ///
    /// By turns of clients, those with the fewest in somebody's hands first: the hundreds of one never stand before
    /// another's one. In each client's line runs with an open question go first, with all they have to tell before it:
    /// a run's own notices are never told in another order.
    func claimNotices(
        owner: String, limit: Int, now: Int64, only run: String? = nil, channel: StepRecord.Channel
    ) throws -> [StepRecord] {
        guard limit > 0 else { return [] }
        return try db.query(
            """
            UPDATE step SET lease_owner = ?, lease_until = ?
            WHERE id IN (
                SELECT id FROM (
                    SELECT placed.*, row_number() OVER (
                        PARTITION BY client ORDER BY is_free, is_calm, due_at, position, id) AS turn
                    FROM (
                        SELECT due.*, coalesce(run.client_slug, '') AS client,
                            min(CASE WHEN due.kind = '\(ApprovalNotices.ask)' THEN 0 ELSE 1 END)
                                OVER (PARTITION BY coalesce(due.run_id, due.id)) AS is_calm
                        FROM (
                            SELECT id, run_id, kind, due_at, position,
                                CASE WHEN lease_owner IS NULL THEN 1 ELSE 0 END AS is_free
                            FROM step WHERE purpose = 'notice' AND state IN ('pending', 'intended')
                                AND kind <> 'thread' AND due_at <= ? AND (? IS NULL OR run_id = ?) AND channel = ?
                            ORDER BY due_at, position, id LIMIT ?
                        ) AS due LEFT JOIN run ON run.id = due.run_id
                    ) AS placed
                ) AS lined
                WHERE is_free = 1 ORDER BY turn, is_calm, due_at, position, id LIMIT ?)
            RETURNING \(Self.columns)
            """,
            [owner, now + Self.claimMilliseconds, now, run, run, channel.rawValue, Self.noticesSeenMax, limit]
        ).map(StepRecord.init).sorted { ($0.position, $0.id) < ($1.position, $1.id) }
    }

    /// Whether a worker has this notice in hand.
    func isClaimed(_ id: String) throws -> Bool {
        try db.first("SELECT 1 AS held FROM step WHERE id = ? AND lease_owner IS NOT NULL", [id]) != nil
    }

    /// False when it is not `owner`'s any more: whoever has it may be sending it, and it is not given to a third.
    @discardableResult
    func postpone(_ id: String, until dueAt: Int64, error: String?, owner: String) throws -> Bool {
        try db.execute(
            """
            UPDATE step SET due_at = ?, error = ?, lease_owner = NULL, lease_until = NULL
            WHERE id = ? AND lease_owner = ? AND state IN ('pending', 'intended')
            """, [dueAt, error, id, owner]) == 1
    }

    /// The tool has said no to its first try: it is surely not there, and whoever tries it again need not look for it.
    func refused(_ id: String, owner: String) throws {
        try db.execute(
            """
            UPDATE step SET state = 'pending', intended_at = NULL, last_sent_at = NULL
            WHERE id = ? AND lease_owner = ? AND state = 'intended'
            """, [id, owner])
    }

    /// Notices that somebody has claimed.
    func noticeClaims() throws -> [LeaseSightings.Sighting] {
        try db.query(
            """
            SELECT id, lease_owner, lease_until FROM step
            WHERE purpose = 'notice' AND state IN ('pending', 'intended') AND lease_owner IS NOT NULL
            ORDER BY due_at LIMIT ?
            """, [LeaseSightings.seenMax]
        ).map(LeaseSightings.Sighting.init)
    }

    /// Ends a claim that is still as it was seen.
    func freeNotice(_ claim: LeaseSightings.Sighting) throws {
        try db.execute(
            "UPDATE step SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ? AND lease_until = ?",
            [claim.id, claim.owner, claim.until])
    }

    /// A write that its sender's death cut off says nothing of whom it went to: it is no try, and a fault that comes
    /// after it is waited out like the first. One that died before it sent anything has no try to give back: no
    /// write renewed its claim.
    func freeNotices(ofDeadOwners dead: [String]) throws {
        for owner in dead {
            // In the words of the index of what waits: the table keeps every write ever made.
            try db.execute(
                """
                UPDATE step SET lease_owner = NULL, lease_until = NULL,
                    attempts = max(0, attempts - (state = 'intended' AND error IS NULL
                                                  AND lease_until IS last_sent_at + ?))
                WHERE purpose = 'notice' AND state IN ('pending', 'intended') AND lease_owner = ?
                """, [Self.claimMilliseconds, owner])
        }
    }
}
