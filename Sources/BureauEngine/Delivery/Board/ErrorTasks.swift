import BureauDomain
import BureauStorage
import BureauVendors

/// Tasks about runs that failed: made in the place the config names, told of each repetition, completed when a later run
/// of the same agent for the same task ends well. Runs without a task, of a schedule or started by hand, are told apart
/// by their client.
struct ErrorTasks {
    static let failedKind = "error_task", resolvedKind = "error_resolved"
    let db: any Connection
    let doors: Doors

    func follow(_ run: RunRecord, to state: RunState, on tool: WorkToolKind) throws {
        switch state {
        case .failed: try plan(Self.failedKind, run, tool)
        case .done:
            let known = try db.first(
                """
                SELECT step.kind \(Self.sameWork(run)) ORDER BY step.created_at DESC, step.position DESC LIMIT 1
                """, Self.work(of: run))
            guard try known?.text("kind") == Self.failedKind else { return }
            try plan(Self.resolvedKind, run, tool)
        case .queued, .needsInfo, .starting, .running, .waitingApproval, .collecting, .delivering, .inReview, .revising,
            .stopping, .doneWithProblems, .stopped, .ignored:
            return
        }
    }

    /// The steps about errors of the same work. Those of a task are looked for in its runs; without one they are, in the
    /// words of the index of all errors, which are few beside an agent's runs.
    private static func sameWork(_ run: RunRecord) -> String {
        let ofWork =
            run.taskID == nil
            ? """
            step CROSS JOIN run ON run.id = step.run_id
            WHERE run.agent = ? AND run.task_id IS NULL AND coalesce(run.client_slug, '') = ?
            """ : "run CROSS JOIN step ON step.run_id = run.id WHERE run.agent = ? AND run.task_id = ?"
        return "FROM \(ofWork) AND (step.kind = '\(failedKind)' OR step.kind = '\(resolvedKind)')"
    }

    private static func work(of run: RunRecord) -> [any SQLBindable] {
        [run.agent, run.taskID ?? run.clientSlug ?? ""]
    }

    private func plan(_ kind: String, _ run: RunRecord, _ tool: WorkToolKind) throws {
        let seq = try BoardNotice.next(run.id, db)
        let plan = StepPlan(
            channel: tool.channel, kind: kind, subject: "\(seq)", position: 10 + Int(seq), intent: "{}")
        try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: "", now: doors.now())
    }

    /// Nil for a step of another kind.
    static func write(_ step: StepRecord, _ run: RunRecord, _ agent: LoadedAgent?, _ parts: EngineParts) async throws
        -> (any OutboundWrite)?
    {
        guard step.kind == failedKind || step.kind == resolvedKind else { return nil }
        guard let config = agent?.config, let place = config.board.errors else { return AlreadyShown() }
        let tool = try parts.workTool(step.channel == .asana ? .asana : .clickUp, for: run.agent),
            mark = WriteMark(step)
        let (open, isWaiting) = try await parts.database.read { db in
            (try openTask(db, run), try hasEarlier(db, step, run))
        }
        guard !isWaiting else {
            throw NoticePlace.NotYet(
                why: "waits until an earlier error of the same work is told", milliseconds: againMilliseconds)
        }
        if step.kind == resolvedKind {
            guard let open else { return AlreadyShown() }
            let what = run.taskID == nil ? "the same agent" : "the same task"
            let text = WorkText([.text("Fixed: run \(run.id) of \(what) ended well."), .newline])
            return ErrorResolved(
                update: tool.updateTask(open, WorkTaskChange(isCompleted: true)),
                comment: tool.comment(text, on: open, mark: mark), task: open)
        }
        let evidence = evidence(run, config)
        let draft = WorkTaskDraft(
            title: "\(config.displayName) failed: \(run.cause?.code.rawValue ?? "error")", notes: evidence,
            containerID: place.container, place: place.place, assigneeID: place.assigneeID)
        let made = tool.createTask(draft, mark: mark)
        guard let open else { return made }
        return ErrorRepeated(comment: tool.comment(evidence, on: open, mark: mark), again: made, task: open)
    }

    /// Long enough that a hundred of them, while a tool is down for a day, leave room for other notices.
    static let againMilliseconds: Int64 = 30_000

    /// What is on its way decides what comes after it: two errors of one work are one task, and a task that is yet to be
    /// made can be completed.
    private static func hasEarlier(_ db: any Connection, _ step: StepRecord, _ run: RunRecord) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS one \(sameWork(run)) AND step.purpose = 'notice'
                AND step.state IN ('pending', 'intended') AND step.id <> ?
                AND EXISTS (SELECT 1 FROM step AS own WHERE own.id = ? AND (step.created_at < own.created_at
                    OR (step.created_at = own.created_at AND step.id < own.id)))
            LIMIT 1
            """, work(of: run) + [step.id, step.id]) != nil
    }

    private static func openTask(_ db: any Connection, _ run: RunRecord) throws -> String? {
        let last = try db.first(
            """
            SELECT step.kind, step.receipt \(sameWork(run)) AND step.state = 'done'
            ORDER BY step.settled_at DESC, step.created_at DESC LIMIT 1
            """, work(of: run))
        guard let last, try last.text("kind") == failedKind else { return nil }
        return try JSONText.decode(DeliveryReceipt.self, try last.text("receipt")).id
    }

    private static func evidence(_ run: RunRecord, _ config: AgentConfig) -> WorkText {
        var parts: [WorkText.Part] = [.bold("What happened"), .newline]
        parts += [.text(run.cause?.sentence ?? "The run failed."), .newline]
        // In the notes of a task only words remain, so the address is one of them.
        if let url = run.taskURL { parts += [.text("The task it was for: "), .link(url, url: url), .newline] }
        let client = run.clientName ?? run.clientSlug ?? "no client"
        parts += [.text("Agent \(config.name), version \(run.agentVersion), for \(client)."), .newline]
        parts += [.text("More: bureau runs show \(run.id)"), .newline, .text("Run \(run.id)"), .newline]
        return WorkText(parts)
    }
}

/// A further failure is told on the error's task; the receipt names that task. Where somebody has deleted it another one
/// is made, so that no failure goes untold.
struct ErrorRepeated: OutboundWrite {
    let comment: any OutboundWrite
    let again: any OutboundWrite
    let task: String
    var sent: SentContent? { comment.sent }

    private var receipt: String { get throws { try JSONText.encode(DeliveryReceipt(id: task, link: nil)) } }

    func write() async throws -> String {
        do { _ = try await comment.write() } catch let error as VendorError {
            guard try await isGone(error) else { throw error }
            return try await again.write()
        }
        return try receipt
    }

    func probe() async throws -> Probe {
        do {
            switch try await comment.probe() {
            case .found: return .found(receipt: try receipt)
            case .absent: return .absent
            case .unknown(let why): return .unknown(why: why)
            }
        } catch let error as VendorError {
            guard try await isGone(error) else { throw error }
            return try await again.probe()
        }
    }

    private func isGone(_ error: VendorError) async throws -> Bool {
        guard case .rejected = error.kind else { return false }
        return try await again.whyGone(try receipt) != nil
    }
}

/// Completed first, then told: the comment is the mark of both.
struct ErrorResolved: OutboundWrite {
    let update: any OutboundWrite
    let comment: any OutboundWrite
    let task: String
    var sent: SentContent? { comment.sent }

    func write() async throws -> String {
        _ = try await update.write()
        _ = try await comment.write()
        return try JSONText.encode(DeliveryReceipt(id: task, link: nil))
    }

    func probe() async throws -> Probe {
        switch try await comment.probe() {
        case .found: .found(receipt: try JSONText.encode(DeliveryReceipt(id: task, link: nil)))
        case .absent: .absent
        case .unknown(let why): .unknown(why: why)
        }
    }
}
