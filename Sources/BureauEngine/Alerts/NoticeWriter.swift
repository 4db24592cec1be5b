import BureauDomain
import BureauStorage

/// What a notice says and where. Stored as the step's intent; addresses are resolved when it is sent.
struct NoticeIntent: Codable, Hashable, Sendable {
    enum Kind: String, Codable {
        case failed, stopped, problem, needsInfo = "needs_info", gate, budget, system, reminder, digest
    }
    var kind: Kind
    var cause: String
    var sentence: String
    /// People to name besides those the agent's config names.
    var tags: [String]?
    /// Where the task is put, kept before it is: so that our own change is known when ClickUp tells us of it.
    var status: String?
    /// In which step the run was that failed.
    var step: String?

    /// What it tells on the task.
    var halt: TaskMessages.Halt {
        guard kind == .needsInfo else { return .failed }
        guard cause == RunCause.Code.blocked.rawValue else { return .needsInfo }
        return sentence.hasPrefix(ForgottenRun.asks) ? .worked : .blocked
    }
}

/// Turns a machine's effects into notices, inside the transaction that moved the run.
struct NoticeWriter {
    let db: any Connection
    let doors: Doors

    func write(_ effect: RunMachine.Effect, for run: RunRecord, state: RunState) throws {
        switch effect {
        case .alert(let cause): try alert(cause, run, kind: kind(of: state))
        case .sessionLeft(let cause): try alert(cause, run, kind: .problem)
        case .askForInfo(let cause):
            try plan(
                .slack, "needs_info", run,
                NoticeIntent(kind: .needsInfo, cause: cause.code.rawValue, sentence: cause.sentence))
            try blockTask(run, NoticeIntent(kind: .needsInfo, cause: cause.code.rawValue, sentence: cause.sentence))
            try DirectNotices(db: db, doors: doors).each(.needsInfo, run, cause.code.rawValue, cause.sentence)
        case .tellDismissed(let cause):
            try WorkNote(db: db, doors: doors).say(
                ReviewMessages.dismissed(cause.sentence, runID: run.id), about: "dismissed", run)
        case .alertGate(let why): try alert(RunCause(.internalError, why), run, kind: .gate, code: "gate")
        }
    }

    /// One alert per run and cause, posted to the agent's failure channel; the task is blocked when the run failed.
    /// What people decided is told in the same places, and no alert is left open.
    func alert(_ cause: RunCause, _ run: RunRecord, kind: NoticeIntent.Kind, code: String? = nil) throws {
        let code = code ?? cause.code.rawValue
        let opened = try cause.code.isDecision ? nil : open(code, cause, run)
        guard opened != nil || cause.code.isDecision else { return }
        var intent = NoticeIntent(kind: kind, cause: code, sentence: cause.sentence)
        if kind == .failed { intent.step = try FailedStep.word(run.id, db) }
        let step = try plan(.slack, "alert", run, intent, subject: code)
        if let opened { try AlertStore(db: db).posted(opened, by: step) }
        try DirectNotices(db: db, doors: doors).each(kind, run, code, cause.sentence)
        // Where the run is told of people read on; a notice of money is there already.
        if kind != .budget, try RunThreadStore(db: db).find(run.id) != nil {
            try plan(.slack, NoticePlace.noteKind, run, intent, subject: code)
        }
        if kind == .failed || kind == .stopped { try blockTask(run, intent) }
    }

    /// The alert's id when it is new.
    private func open(_ code: String, _ cause: RunCause, _ run: RunRecord) throws -> String? {
        try AlertStore(db: db).raise(
            cause: code, subject: run.id, sentence: cause.sentence, runID: run.id, id: doors.makeID(), now: doors.now())
    }

    private func blockTask(_ run: RunRecord, _ intent: NoticeIntent) throws {
        guard run.taskID != nil else { return }
        try plan(run.taskTool.channel, "comment", run, intent)
        try plan(run.taskTool.channel, "status", run, intent)
    }

    @discardableResult
    private func plan(
        _ channel: StepRecord.Channel, _ kind: String, _ run: RunRecord, _ intent: NoticeIntent, subject: String? = nil
    ) throws -> String {
        // A run that asks for information twice, or fails again after a retry, says so again. Counted by what it has
        // said, so that a restored backup comes to the same marks.
        let stem = "\(subject ?? intent.cause)#"
        let said = try db.first(
            """
            SELECT count(*) AS n FROM step
            WHERE run_id = ? AND purpose = 'notice' AND channel = ? AND kind = ? AND substr(subject, 1, ?) = ?
            """, [run.id, channel.rawValue, kind, stem.count, stem])
        let subject = "\(stem)\((try said?.integer("n") ?? 0) + 1)"
        // Whoever sees a blocked task shall find the reason there already.
        return try StepStore(db: db).plan(
            StepPlan(
                channel: channel, kind: kind, subject: subject, position: kind == "status" ? 1 : 0,
                intent: try JSONText.encode(intent)), run: run.id, purpose: .notice, id: doors.makeID(),
            now: doors.now())
    }

    private func kind(of state: RunState) -> NoticeIntent.Kind {
        switch state {
        case .failed: .failed
        case .stopped: .stopped
        case .queued, .needsInfo, .starting, .running, .waitingApproval, .collecting, .delivering, .inReview,
            .revising, .stopping, .done, .doneWithProblems, .ignored:
            .problem
        }
    }
}
