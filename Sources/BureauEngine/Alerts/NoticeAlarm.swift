import BureauDomain
import BureauStorage

/// Tells of a notice that was given up: what was not told, where, and what to do. One alert for each run however many of
/// its notices are given up, and it closes when the last of them was sent after all.
struct NoticeAlarm {
    let db: any Connection
    let doors: Doors

    static let untold = "notice_failed"
    /// The worse of the two: the run waits for an answer, and nobody knows.
    static let unasked = "nobody_asked"
    /// Posts of alerts themselves. One that is given up raises no alert of its run, which has one; that nothing arrives
    /// there is said once for all of them, and not in the same place.
    private static let ofAlerts = ["alert", "reminder", "digest"]

    private static let kinds = ofAlerts.map { "'\($0)'" }.joined(separator: ", ")
    /// Neither told nor missed: the list of alerts says what became of them.
    private static let untoldKinds = "\(kinds), '\(AlertOutcome.kind)'"
    private static let isDismissed = """
        EXISTS (SELECT 1 FROM dead_letter_drop AS dropped
                WHERE dropped.id = step.id AND dropped.dropped_at >= step.settled_at)
        """
    private static let notConnected = NoticeLines.channels.map(NoticeWorker.notConnected)

    /// Whether people are told of it in a notice, which then waits to be sent. `isInDoubt`: it may be there, and nobody
    /// can tell.
    func givenUp(_ step: StepRecord, _ why: String, isInDoubt: Bool = false) throws -> Bool {
        guard step.kind != AlertOutcome.kind else { return false }
        let found = try step.runID.flatMap { try RunStore(db: db).find($0) }
        let isUnasked = try found.map { try self.isUnasked(step, $0) } ?? false
        // What is not connected was not asked for: what it would have been told is read elsewhere, and there is nothing
        // to mend. A question that stands nowhere else is told of all the same.
        guard isUnasked || why != NoticeWorker.notConnected(step.channel) else { return false }
        if Self.ofAlerts.contains(step.kind) {
            let label = step.channel.label
            let trouble =
                isInDoubt
                ? "Nobody can tell whether an alert was told in \(label)" : "Alerts cannot be told in \(label)"
            let next =
                isInDoubt
                ? "It is not told there again by itself." + (step.runID.map { " \(Self.decide($0))" } ?? "")
                : "When it is mended: bureau queue redrive --cause \(step.channel.rawValue)_failed"
            let sentence = "\(trouble): \(why.closed) They stand in the list of alerts. \(next)"
            _ = try raise(Self.untold, subject: step.channel.rawValue, sentence, run: nil)
            return false
        }
        // That no channel is set is said once, by the alerts.
        guard let run = found, isUnasked || why != NoticePlace.noChannel.description else { return false }
        let whom = run.clientName.map { " for \($0)" } ?? ""
        let again =
            isInDoubt ? Self.decide(run.id) : "When it is mended: bureau queue redrive \(ShortID.of(step.id))"
        let what = "\(step.channel.label) \(step.kind.split(separator: "_").joined(separator: " "))"
        let cause = isUnasked ? Self.unasked : Self.untold
        let end = isInDoubt ? "may or may not have been posted" : "was given up, so nobody was told there"
        let unasked = isInDoubt ? "nobody can tell whether anybody was asked" : "nobody was asked"
        let sentence =
            isUnasked
            ? "The run of \(run.agent)\(whom) waits for an answer, and \(unasked): \(why.closed) "
                + "Answer it with bureau approvals. \(again)"
            : "The \(what) of the run of \(run.agent)\(whom) \(end): \(why.closed) \(again)"
        return try tell(cause, isUnasked ? .gate : .problem, run, sentence)
    }

    /// The run's own message stands in Slack and could not be replaced however often it was tried.
    func leftBehind(_ run: RunRecord, _ why: String) throws {
        let whom = run.clientName.map { " for \($0)" } ?? ""
        let next =
            run.state.isFinal
            ? "How the run ended: bureau runs show \(run.id)" : "It is tried again when the run ends."
        let sentence =
            "The Slack message of the run of \(run.agent)\(whom) could not be replaced and shows what was true before: "
            + "\(why.closed) \(next)"
        _ = try tell(Self.untold, .problem, run, sentence)
    }

    private func tell(_ cause: String, _ kind: NoticeIntent.Kind, _ run: RunRecord, _ sentence: String) throws -> Bool {
        guard let id = try raise(cause, subject: run.id, sentence, run: run.id) else { return false }
        let intent = NoticeIntent(kind: kind, cause: cause, sentence: sentence)
        let plan = StepPlan(
            channel: .slack, kind: "alert", subject: "\(cause)/\(id)", position: 0,
            intent: try JSONText.encode(intent))
        let posted = try StepStore(db: db).plan(
            plan, run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
        try AlertStore(db: db).posted(id, by: posted)
        return true
    }

    private static func decide(_ run: String) -> String { "Look there, then decide: bureau runs resolve \(run)" }

    /// The alert closes with the last notice that it was about, which was sent or which somebody has dismissed.
    func settled(_ step: StepRecord) throws {
        let alerts = AlertStore(db: db), now = doors.now()
        if Self.ofAlerts.contains(step.kind) {
            let channel = step.channel.rawValue
            guard try alerts.isOpen(cause: Self.untold, subject: channel),
                try unsent(
                    "state = 'failed' AND channel = ? AND kind IN (\(Self.kinds))", channel, unset: Self.notConnected
                ).isEmpty
            else { return }
            return try alerts.resolve(cause: Self.untold, subject: channel, now: now)
        }
        if let run = step.runID { try settled(run: run) }
    }

    /// As above, for whatever of the run's was sent.
    func settled(run: String) throws {
        let alerts = AlertStore(db: db), now = doors.now()
        guard try [Self.untold, Self.unasked].contains(where: { try alerts.isOpen(cause: $0, subject: run) }) else {
            return
        }
        let unset = Self.notConnected + [NoticePlace.noChannel.description]
        let left = try unsent(
            "state IN ('failed', 'doubtful') AND run_id = ? AND kind NOT IN (\(Self.untoldKinds))", run, unset: unset)
        if !left.contains(ApprovalNotices.ask) { try alerts.resolve(cause: Self.unasked, subject: run, now: now) }
        guard left.isEmpty, try !RunThreadStore(db: db).isBehind(run) else { return }
        try alerts.resolve(cause: Self.untold, subject: run, now: now)
    }

    /// The kinds of notices that were given up, or are in doubt, and that nobody has dismissed. `unset`: what is said of
    /// a place that was never set up, of which only a question that stands nowhere else is missed. The run's own message
    /// has failed between its tries too: it is given up when it is kept no more.
    private func unsent(_ which: String, _ value: String, unset: [String]) throws -> Set<String> {
        let marks = Array(repeating: "?", count: unset.count).joined(separator: ", ")
        return Set(
            try db.query(
                """
                SELECT DISTINCT kind FROM step WHERE purpose = 'notice' AND \(which)
                    AND NOT \(Self.isDismissed)
                    AND NOT (kind = '\(RunThreadStore.stepKind)' AND EXISTS (
                        SELECT 1 FROM run_thread WHERE run_thread.run_id = step.run_id AND run_thread.closed = 0))
                    AND NOT (coalesce(error, '') IN (\(marks)) AND (kind <> '\(ApprovalNotices.ask)' OR EXISTS (
                        SELECT 1 FROM step AS told WHERE told.run_id = step.run_id AND told.purpose = 'notice'
                            AND told.kind = step.kind AND told.subject = step.subject AND told.state = 'done')))
                """, [value] + unset
            ).map { try $0.text("kind") })
    }

    /// This message, which was for one person, is over. Whether people are told in a notice that its question, which was
    /// given up elsewhere, now is on its way to nobody.
    func reachedNobody(_ step: StepRecord) throws -> Bool {
        guard step.kind == DirectNotices.kind, let runID = step.runID,
            let approval = try step.intent(as: DirectIntent.self).approval,
            let asked = try givenUpQuestion(approval, of: runID), let run = try RunStore(db: db).find(runID),
            try isUnasked(asked, run)
        else { return false }
        return try givenUp(asked, asked.error ?? "", isInDoubt: asked.state == .doubtful)
    }

    /// The last of its posts and comments that was given up, and that nobody has dismissed.
    private func givenUpQuestion(_ approval: String, of runID: String) throws -> StepRecord? {
        try db.first(
            """
            SELECT \(StepStore.columns) FROM step
            WHERE run_id = ? AND purpose = 'notice' AND kind = ? AND subject = ? AND state IN ('failed', 'doubtful')
                AND NOT \(Self.isDismissed) ORDER BY settled_at DESC, id LIMIT 1
            """, [runID, ApprovalNotices.ask, approval]
        ).map(StepRecord.init)
    }

    /// A question that stands nowhere else and is on its way to nobody, of a run that still waits for it.
    private func isUnasked(_ step: StepRecord, _ run: RunRecord) throws -> Bool {
        guard step.kind == ApprovalNotices.ask, try ApprovalStore(db: db).find(step.subject)?.state == .open else {
            return false
        }
        return try !StepStore(db: db).list(run: run.id, purpose: .notice).contains { other in
            try other.id != step.id && asks(other, step.subject)
        }
    }

    /// Whether it has asked somebody this very question, or may yet. One that was for a person whom it did not concern
    /// is done too, and nobody has read it.
    private func asks(_ step: StepRecord, _ approval: String) throws -> Bool {
        guard step.state != .failed, step.state != .doubtful else { return false }
        if step.kind == ApprovalNotices.ask { return step.subject == approval }
        guard step.kind == DirectNotices.kind, try step.intent(as: DirectIntent.self).approval == approval else {
            return false
        }
        return try step.state != .done || step.receipt(as: DeliveryReceipt.self)?.id != AlreadyShown.receiptID
    }

    /// The alert's id when it is new.
    private func raise(_ cause: String, subject: String, _ sentence: String, run: String?) throws -> String? {
        try AlertStore(db: db).raise(
            cause: cause, subject: subject, sentence: sentence, runID: run, id: doors.makeID(), now: doors.now())
    }
}
