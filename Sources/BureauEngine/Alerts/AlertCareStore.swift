import BureauDomain
import BureauStorage

/// The SQL behind `AlertCare`. It looks at open alerts and at runs that wait, never at history.
struct AlertCareStore {
    let db: any Connection
    let policy: ReminderPolicy
    static let reminderKind = "reminder"

    /// A run that has waited on a person, for information, an answer or money, for longer than the first reminder takes.
    struct Wait {
        let run: RunRecord
        let since: Int64
    }

    private static let people = "('needs_info', 'waiting_approval')"
    private static let money = "run.state IN ('queued', 'revising') AND coalesce(run.cause, '') = 'budget_exhausted'"
    /// The run got where it was meant to go, waits no longer, or was done over by a later run for the same task. What
    /// could not be told is settled by its being told (`NoticeAlarm`), a session by its being seen to rest.
    private static let settled = """
        FROM run WHERE run.id = alert.run_id
            AND alert.cause NOT IN ('\(NoticeAlarm.untold)', '\(AlertStore.loose)')
            AND (run.state = 'done'
                 OR (alert.cause IN ('\(AlertCare.waits)', '\(NoticeAlarm.unasked)') AND run.state NOT IN \(people)
                     AND NOT (\(money)))
                 OR (alert.cause = '\(ReviewReminder.cause)' AND (run.state <> 'in_review' OR alert.opened_at < coalesce(
                     (SELECT max(at) FROM run_event WHERE run_id = run.id AND kind = 'in_review'), 0)))
                 OR EXISTS (SELECT 1 FROM run AS later WHERE later.task_id = run.task_id AND later.agent = run.agent
                              AND later.id > run.id AND later.state = 'done'))
        """

    func isAnySettled() throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM alert WHERE state = 'open' AND EXISTS (SELECT 1 \(Self.settled)) LIMIT 1") != nil
    }

    func settle(now: Int64) throws {
        try db.execute(
            """
            UPDATE alert SET state = 'resolved', last_at = ?, resolved_by = '\(AlertStore.bureau)'
            WHERE state = 'open' AND EXISTS (SELECT 1 \(Self.settled))
            """, [now])
    }

    /// Of each wait people are told once: an alert that a person closed stays closed.
    func waiting(now: Int64, limit: Int) throws -> [Wait] {
        // One that looks for money again and again has waited since it found none. The longer word is the index's own.
        let rows = try db.query(
            """
            SELECT id, since FROM (
                SELECT run.id, coalesce((SELECT max(at) FROM run_event
                    WHERE run_event.run_id = run.id AND run_event.kind = run.state), run.accepted_at) AS since
                FROM run WHERE run.state IN \(Self.people)
                UNION ALL
                SELECT run.id, coalesce((SELECT min(at) FROM run_event
                    WHERE run_event.run_id = run.id AND run_event.kind = run.state
                        AND run_event.detail LIKE '\(RunCause.budgetWait)%' AND run_event.at >= coalesce(
                            (SELECT max(at) FROM run_event WHERE run_event.run_id = run.id
                                AND run_event.kind = run.state AND run_event.detail NOT LIKE '\(RunCause.budgetWait)%'),
                            0)), run.accepted_at)
                FROM run WHERE (run.state || '') IN ('queued', 'revising') AND \(Self.money)
                ) AS waiting
            WHERE since <= ?
                AND NOT EXISTS (SELECT 1 FROM alert WHERE cause = ? AND subject = waiting.id AND state = 'open')
                AND NOT EXISTS (SELECT 1 FROM alert
                    WHERE cause = ? AND subject = waiting.id AND opened_at >= waiting.since)
            ORDER BY id LIMIT ?
            """, [now - policy.firstAfterMilliseconds, AlertCare.waits, AlertCare.waits, limit])
        return try rows.compactMap { row in
            let since = try row.integer("since")
            return try RunStore(db: db).find(try row.text("id")).map { Wait(run: $0, since: since) }
        }
    }

    func raise(_ wait: Wait, now: Int64, _ doors: Doors) throws {
        let whom = wait.run.clientName.map { " for \($0)" } ?? ""
        let time = Words.duration(.milliseconds(now - wait.since))
        let what =
            switch wait.run.state {
            case .needsInfo: "information: \(wait.run.cause?.sentence ?? "see the task")"
            case .queued, .revising: "money (bureau approvals list). \(wait.run.cause?.sentence ?? "")"
            default: "an answer: bureau approvals list shows it."
            }
        let sentence = "The run of \(wait.run.agent)\(whom) has waited \(time) for \(what)"
        let id = doors.makeID()
        guard
            try AlertStore(db: db).raise(
                cause: AlertCare.waits, subject: wait.run.id, sentence: sentence, runID: wait.run.id, id: id, now: now)
                != nil
        else { return }
        let intent = NoticeIntent(kind: .reminder, cause: AlertCare.waits, sentence: sentence)
        let step = try plan(intent, subject: id, run: wait.run.id, now: now, doors)
        try AlertStore(db: db).posted(id, by: step)
    }

    /// Open alerts whose next reminder is due.
    func due(now: Int64, limit: Int) throws -> [AlertRecord] {
        try db.query(
            """
            SELECT * FROM alert WHERE state = 'open' AND reminders < ? AND coalesce(remind_at, opened_at + ?) <= ?
            ORDER BY opened_at LIMIT ?
            """, [ReminderPolicy.remindersMax, policy.firstAfterMilliseconds, now, limit]
        ).map(AlertRecord.init)
    }

    /// Once per reminder: the count moves in the same transaction that plans the message.
    func remind(_ alert: AlertRecord, escalation: [String], now: Int64, _ doors: Doors) throws {
        let sent = Int(alert.reminders) + 1
        let isReview = alert.cause == ReviewReminder.cause
        let next = policy.waitMilliseconds(afterReminder: sent).map {
            now + (isReview ? ReviewReminder.everyMilliseconds : $0)
        }
        try db.execute(
            "UPDATE alert SET reminders = ?, remind_at = ? WHERE id = ? AND state = 'open'", [sent, next, alert.id])
        let open = Words.duration(.milliseconds(now - alert.openedAt))
        let last = next == nil ? " This is the last reminder." : ""
        let intent = NoticeIntent(
            kind: .reminder, cause: alert.cause,
            sentence:
                "Still open after \(open): \(alert.sentence)\(last) Close it with: bureau alerts resolve \(ShortID.of(alert.id))",
            tags: sent >= ReminderPolicy.escalatesAt ? escalation : nil)
        _ = try plan(intent, subject: "\(alert.id)/\(sent)", run: alert.runID, now: now, doors)
    }

    private func plan(_ intent: NoticeIntent, subject: String, run: String?, now: Int64, _ doors: Doors) throws
        -> String
    {
        let plan = StepPlan(
            channel: .slack, kind: Self.reminderKind, subject: subject, position: 0, intent: try JSONText.encode(intent)
        )
        return try StepStore(db: db).plan(plan, run: run, purpose: .notice, id: doors.makeID(), now: now)
    }
}
