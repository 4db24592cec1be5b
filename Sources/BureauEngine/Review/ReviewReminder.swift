import BureauDomain
import BureauStorage

/// Results that wait for somebody's word longer than their agent's file says. People are told in the alerts' channel and
/// once on the task; what is told again after that is the alerts' own care.
struct ReviewReminder: Sendable {
    let parts: EngineParts
    static let cause = "waits_in_review"
    static let batchMax = 200
    /// No file can ask for less.
    static let shortestMilliseconds: Int64 = 3_600_000
    static let everyMilliseconds: Int64 = 24 * 3_600_000

    struct Wait: Sendable {
        let run: RunRecord
        let since: Int64
        let agentName: String
    }

    func waits(now: Int64) async throws -> [Wait] {
        let found = try await parts.database.read { try Self.candidates($0, now: now) }
        var waits: [Wait] = []
        for (run, since) in found {
            guard let config = try await parts.catalog.version(run.configHash)?.config,
                let hours = config.review?.remindAfterHours, now - since >= Int64(hours) * 3_600_000
            else { continue }
            waits.append(Wait(run: run, since: since, agentName: config.displayName))
        }
        return waits
    }

    /// Of each round people are told once: an alert that a person closed stays closed.
    private static func candidates(_ db: any Connection, now: Int64) throws -> [(RunRecord, Int64)] {
        let rows = try db.query(
            """
            SELECT id, since FROM (
                SELECT run.id, coalesce((SELECT max(at) FROM run_event
                    WHERE run_event.run_id = run.id AND run_event.kind = run.state), run.accepted_at) AS since
                FROM run WHERE (run.state || '') = 'in_review') AS waiting
            WHERE since <= ? AND NOT EXISTS (SELECT 1 FROM alert
                WHERE cause = ? AND subject = waiting.id AND opened_at >= waiting.since)
            ORDER BY since, id LIMIT ?
            """, [now - shortestMilliseconds, cause, batchMax])
        return try rows.compactMap { row in
            let since = try row.integer("since")
            return try RunStore(db: db).find(try row.text("id")).map { ($0, since) }
        }
    }

    /// The alert, its message, and one comment on the task. The first reminder follows a day later.
    func tell(_ wait: Wait, in db: any Connection, now: Int64) throws {
        let (run, doors) = (wait.run, parts.doors)
        guard try RunStore(db: db).find(run.id)?.state == .inReview else { return }
        let time = Words.duration(.milliseconds(now - wait.since))
        let whom = run.clientName.map { " for \($0)" } ?? ""
        let sentence =
            "The results of \(wait.agentName)\(whom), round \(run.round), have waited \(time) for somebody's word: answer on the task, or bureau runs accept \(run.id)"
        let id = doors.makeID()
        guard
            try AlertStore(db: db).raise(
                cause: Self.cause, subject: run.id, sentence: sentence, runID: run.id, id: id, now: now) != nil
        else { return }
        try db.execute("UPDATE alert SET remind_at = ? WHERE id = ?", [now + Self.everyMilliseconds, id])
        let intent = NoticeIntent(kind: .reminder, cause: Self.cause, sentence: sentence)
        let plan = StepPlan(
            channel: .slack, kind: "reminder", subject: id, position: 0, intent: try JSONText.encode(intent))
        let step = try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: doors.makeID(), now: now)
        try AlertStore(db: db).posted(id, by: step)
        try WorkNote(db: db, doors: doors).say(ReviewMessages.stillWaits(run, time), about: "waits", run)
    }
}
