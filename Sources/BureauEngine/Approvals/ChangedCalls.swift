import BureauDomain
import BureauStorage

/// What a question has to do with those of the same run about the same tool before it: which version it is, and whether
/// it is the very call that a person has made of an earlier one. Inside the transaction that asks.
struct ChangedCalls {
    let db: any Connection
    let doors: Doors
    let policy: ApprovalPolicy
    static let differencesMax = 20, nameCharactersMax = 80
    /// Of what was turned down, so many are held against a question.
    static let comparedMax = 20

    /// The question with its place among the versions. What somebody has made of an earlier one comes after that one.
    func placed(_ question: NewApproval, _ run: RunRecord) throws -> NewApproval {
        guard let before = try former(question, run) ?? before(question, run) else { return question }
        var question = question
        (question.version, question.previous) = (before.version + 1, before.id)
        question.differsIn = InputDifference.between(before.newestInput, question.input).prefix(Self.differencesMax)
            .map { String($0.name.prefix(Self.nameCharactersMax)) }
        return question
    }

    /// Of those that were denied or changed and are not asked again yet the one that is most like it; the newest of
    /// several alike.
    private func before(_ question: NewApproval, _ run: RunRecord) throws -> ApprovalRecord? {
        let found = try db.query(
            """
            SELECT * FROM approval AS earlier
            WHERE run_id = ? AND tool = ? AND server IS ? AND thread_id IS ? AND event_id <> ?
                AND state IN ('denied', 'changed') AND NOT EXISTS (
                    SELECT 1 FROM approval AS later
                    WHERE later.run_id = earlier.run_id AND later.previous = earlier.id
                        AND later.state NOT IN ('void', 'expired'))
            ORDER BY decided_at DESC, id DESC LIMIT \(Self.comparedMax)
            """, [run.id, question.tool, question.server, question.threadID, question.eventID]
        ).map { row in
            let earlier = try ApprovalRecord(row)
            return (earlier, InputDifference.between(earlier.newestInput, question.input).count)
        }
        return found.min { $0.1 < $1.1 }?.0
    }

    /// Approves the question `id` where it is what a person made of an earlier one, who still may: once for each change.
    /// Nil when people have to be asked.
    func grant(_ id: String, _ question: NewApproval, _ run: RunRecord) throws -> ApprovalRecord? {
        guard let former = try former(question, run), let decider = former.decider,
            let person = try decider.person(for: run, in: db),
            policy.refusal(for: person, requestedBy: run.requestedBy) == nil
        else { return nil }
        let now = doors.now()
        let isTaken = try db.execute(
            "UPDATE approval SET used_by = ? WHERE id = ? AND state = 'changed' AND used_by IS NULL", [id, former.id])
        guard isTaken == 1 else { return nil }
        let isDecided = try db.execute(
            """
            UPDATE approval SET state = 'approved', decided_by = ?, decided_on = ?, reason = ?, granted_by = ?,
                decided_at = ?
            WHERE id = ? AND state = 'open'
            """,
            [former.decidedBy, former.decidedOn, "approved as changed in \(former.id)", former.id, now, id])
        // The row was made a moment ago in this transaction: where it is not open, nothing of it may stand.
        guard isDecided == 1, let granted = try ApprovalStore(db: db).find(id) else { throw RunMoved(runID: run.id) }
        try Announcements(db: db).approval(id, now: now)
        let actor = Actor(name: former.decidedBy ?? "nobody", surface: former.decidedOn ?? "")
        try AuditStore(db: db).add(
            actor, "approval approved", "run \(run.id)", client: run.clientSlug,
            before: .object(JSONObject([("approval", .string(id)), ("status", .string("open"))])),
            after: granted.document, id: doors.makeID(), now: now)
        return granted
    }

    /// The change that this call is: no older than a question may get, of the same turn of the run, and only while people
    /// have decided about no other such call since. A stored one that no longer fits its hash is none.
    private func former(_ question: NewApproval, _ run: RunRecord) throws -> ApprovalRecord? {
        guard let canonical = ChangedInput.canonical(question.input) else { return nil }
        let hash = Hex.sha256(Array(canonical.utf8)), oldest = doors.now() - policy.expiresAfter.milliseconds
        let former = try db.first(
            """
            SELECT * FROM approval AS earlier
            WHERE run_id = ? AND tool = ? AND server IS ? AND thread_id IS ? AND changed_sha256 = ?
                AND state = 'changed' AND used_by IS NULL AND decided_at > ?
                AND NOT EXISTS (
                    SELECT 1 FROM run_event AS event
                    WHERE event.run_id = earlier.run_id AND event.at >= earlier.decided_at
                        AND event.kind IN ('stopping', 'failed', 'collecting', 'in_review', 'revising'))
                AND NOT EXISTS (
                    SELECT 1 FROM approval AS later
                    WHERE later.run_id = earlier.run_id AND later.tool = earlier.tool
                        AND later.server IS earlier.server AND later.thread_id IS earlier.thread_id
                        AND later.state IN ('approved', 'changed', 'denied') AND later.granted_by IS NULL
                        AND later.requested_at > earlier.decided_at)
            ORDER BY decided_at, id LIMIT 1
            """, [run.id, question.tool, question.server, question.threadID, hash, oldest]
        ).map(ApprovalRecord.init)
        guard let former, let kept = former.changedInput.flatMap(ChangedInput.canonical), kept == canonical else {
            return nil
        }
        return former
    }
}
