import BureauDomain
import BureauStorage

/// The SQL behind `AlertOutcome`.
struct AlertOutcomeStore {
    let db: any Connection

    /// It was posted, or will not be; and nothing that renews its post is on its way, which might come after what is
    /// newer.
    private static func isQuiet(posted: String) -> String {
        """
        EXISTS (SELECT 1 FROM step WHERE step.id = alert.posted_by AND step.state IN (\(posted)))
            AND NOT EXISTS (SELECT 1 FROM step WHERE step.id = alert.renewed_by AND step.state IN ('pending', 'intended'))
        """
    }

    /// Reminders of an alert, which are named after it: "ALERT/1" and so on.
    private static func isReminder(run: String, after: String, before: String) -> String {
        """
        step.run_id IS \(run) AND step.purpose = 'notice' AND step.channel = 'slack'
            AND step.kind = '\(AlertCareStore.reminderKind)' AND step.subject > \(after) AND step.subject < \(before)
        """
    }

    private static let isReminding = """
        EXISTS (SELECT 1 FROM step
            WHERE \(isReminder(run: "alert.run_id", after: "alert.id || '/'", before: "alert.id || '0'"))
                AND step.state IN ('pending', 'intended'))
        """

    private func reminders(of alert: AlertRecord) throws -> [StepRecord] {
        try db.query(
            "SELECT \(StepStore.columns) FROM step WHERE \(Self.isReminder(run: "?", after: "?", before: "?")) LIMIT ?",
            [alert.runID, alert.id + "/", alert.id + "0", ReminderPolicy.remindersMax]
        ).map(StepRecord.init)
    }

    /// Alerts whose post shows less than is true: those that are over, and those that came again.
    func due(now: Int64, limit: Int) throws -> [AlertRecord] {
        let over = try db.query(
            """
            SELECT * FROM alert WHERE state = 'resolved' AND posted_by IS NOT NULL AND end_shown_at IS NULL
                AND \(Self.isQuiet(posted: "'done', 'failed', 'doubtful'")) AND NOT \(Self.isReminding)
            ORDER BY id LIMIT ?
            """, [limit])
        let repeated = try db.query(
            """
            SELECT * FROM alert WHERE state = 'open' AND occurrences > occurrences_shown
                AND coalesce(renewed_at, opened_at) <= ? AND \(Self.isQuiet(posted: "'done'"))
            ORDER BY opened_at LIMIT ?
            """, [now - AlertOutcome.everyMilliseconds, limit])
        return try (over + repeated).prefix(limit).map(AlertRecord.init)
    }

    /// Once for each: what is shown is noted in the transaction that plans the write.
    func plan(_ alert: AlertRecord, now: Int64, _ doors: Doors) throws {
        let posted = try alert.postedBy.flatMap { try StepStore(db: db).find($0) }
        var id: String?
        // One that was never posted has nothing to renew.
        if let posted, AlertOutcome.place(of: posted) != nil {
            let plan = StepPlan(
                channel: .slack, kind: AlertOutcome.kind,
                subject: alert.isOpen ? "\(alert.id)/\(alert.occurrences)" : "\(alert.id)/end", position: 1,
                intent: try JSONText.encode(AlertOutcome(alert: alert.id)))
            id = try StepStore(db: db).plan(
                plan, run: alert.runID, purpose: .notice, id: doors.makeID(), now: now)
        }
        if !alert.isOpen {
            for reminder in try reminders(of: alert) where AlertOutcome.place(of: reminder) != nil {
                let plan = StepPlan(
                    channel: .slack, kind: AlertOutcome.kind, subject: "\(reminder.subject)/end", position: 1,
                    intent: try JSONText.encode(AlertOutcome(alert: alert.id, reminder: reminder.id)))
                try StepStore(db: db).plan(plan, run: alert.runID, purpose: .notice, id: doors.makeID(), now: now)
            }
        }
        try db.execute(
            """
            UPDATE alert SET renewed_by = ?, renewed_at = ?, occurrences_shown = occurrences,
                end_shown_at = CASE WHEN state = 'resolved' THEN ? END WHERE id = ?
            """, [id, now, now, alert.id])
    }
}
