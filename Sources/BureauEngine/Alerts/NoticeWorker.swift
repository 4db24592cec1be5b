import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Sends what people must be told. A notice waits in the database until it is sent: while Slack is down it is tried
/// again for a day, and the log says so.
package struct NoticeWorker: Service {
    let parts: EngineParts
    let owner: String
    let wake: WakeSignal
    /// Only of this run, for a command that does its own work.
    let onlyRun: String?
    static let batchMax = 20
    static let pollMilliseconds = 1_000, flightMilliseconds: Int64 = 5_000

    package init(parts: EngineParts, owner: String, wake: WakeSignal, onlyRun: String? = nil) {
        self.onlyRun = onlyRun
        self.parts = parts
        self.owner = owner
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await sendDue() == 0 { await wake.wait(milliseconds: Self.pollMilliseconds) }
                } catch is CancellationError { return } catch {
                    parts.logger.error("notices could not be sent", metadata: ["why": "\(error)"])
                    try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
                }
            }
        }
    }

    /// Returns how many were looked at.
    package func sendDue() async throws -> Int {
        let (now, owner, only) = (parts.doors.now(), owner, onlyRun)
        // A read first: an idle server should not write.
        let isDue = try await parts.database.read { db in
            try db.first(
                "SELECT 1 AS due FROM step WHERE purpose = 'notice' AND kind <> 'thread' AND state IN ('pending', 'intended') AND due_at <= ? AND (? IS NULL OR run_id = ?) LIMIT 1",
                [now, only, only]) != nil
        }
        guard isDue else { return 0 }
        let steps = try await parts.database.write {
            try StepStore(db: $0).claimNotices(owner: owner, limit: Self.batchMax, now: now, only: only)
        }
        // Side by side, so that a slow answer holds up no other run's news; those of one run in their order.
        let byRun = Dictionary(grouping: steps, by: { $0.runID ?? "" })
        try await withThrowingTaskGroup { group in
            for run in byRun.keys.sorted() {
                group.addTask { for step in byRun[run] ?? [] { try await send(step) } }
            }
            try await group.waitForAll()
        }
        return steps.count
    }

    private func send(_ step: StepRecord) async throws {
        do {
            guard let write = try await write(for: step) else {
                return try await settle(step, failed: "\(step.channel.label) is not connected, so nobody was told")
            }
            if step.state == .intended {
                switch try await write.probe() {
                case .found(let receipt): return try await settle(step, receipt: receipt, write.sent)
                case .absent where isOnItsWay(step): throw NoticePlace.NotYet()
                case .absent, .unknown: break  // Better told twice than not at all.
                }
            }
            let (id, now, owner) = (step.id, parts.doors.now(), owner)
            let isOurs = try await parts.database.write { try StepStore(db: $0).intend(id, owner: owner, now: now) }
            // Another worker has taken it meanwhile, or sent it already.
            guard isOurs else { return }
            try await settle(step, receipt: try await write.write(), write.sent)
        } catch let error as VendorError {
            try Task.checkCancellation()
            try await failed(step, error)
        } catch let problem as StepProblem {
            try await settle(step, failed: problem.description)
        } catch is NoticePlace.NotYet {
            let (id, due) = (step.id, parts.doors.now() + NoticePlace.againMilliseconds)
            let why = isOnItsWay(step) ? nil : "waits for its thread"
            try await parts.database.write { try StepStore(db: $0).postpone(id, until: due, error: why) }
        }
    }

    /// Sent a moment ago by a process that is gone, with no answer: what is absent may yet come.
    private func isOnItsWay(_ step: StepRecord) -> Bool {
        guard step.error == nil, let sent = step.lastSentAt else { return false }
        let age = parts.doors.now() - sent
        return age >= 0 && age < Self.flightMilliseconds
    }

    private func write(for step: StepRecord) async throws -> (any OutboundWrite)? {
        let run = try await parts.database.read { [id = step.runID] db in
            try id.flatMap { try RunStore(db: db).find($0) }
        }
        var agent: LoadedAgent?
        if let run { agent = try await parts.catalog.version(run.configHash) }
        // What people of one account are told never goes to another's.
        let parts = try await accounts(of: run, agent)
        if let run, step.kind == ApprovalNotices.ask || step.kind == ApprovalNotices.outcome {
            return try await ApprovalSurfaces(parts: parts).write(step, run: run, agent: agent)
        }
        if let run, step.kind == DirectNotices.kind { return try await DirectPost.make(step, run, agent, parts) }
        if let run, step.kind == RunFamily.summaryKind {
            return try await FamilySummary(parts: parts).write(step, run: run, agent: agent)
        }
        if let run, let started = StartedNotice.write(step, run, parts) { return started }
        if let run, let board = try await BoardNotice.write(step, run, parts) { return board }
        if let run, let error = try await ErrorTasks.write(step, run, agent, parts) { return error }
        if let run, let note = try WorkNote.write(step, run, parts) { return note }
        let notice = try step.intent(as: NoticeIntent.self)
        let name = agent?.config.displayName ?? run?.agent ?? "Bureau"
        switch step.channel {
        case .slack: return try await slackPost(step, notice, run, agent, name, parts)
        case .clickUp, .asana:
            guard let run, let task = run.taskID, let tool = parts.connectedTool(of: run) else { return nil }
            if step.kind == "status" {
                // Where the board mirrors the run, its state says it already.
                let isMirrored = agent?.config.board.states.isEmpty == false
                guard !isMirrored, run.taskTool == .clickUp || agent?.config.delivery.asana == nil else {
                    return AlreadyShown()
                }
                return tool.move(task, to: agent?.config.delivery.clickUp?.blockedStatus ?? "Blocked", before: nil)
            }
            let text = TaskMessages.halted(
                agentName: name, runID: run.id, sentence: notice.sentence, notice.halt, on: run.taskTool,
                goesOn: agent?.config.confirms(run.taskTool) ?? false)
            return tool.comment(text, on: task, mark: WriteMark(step))
        case .anthropic, .googleDrive, .folder: return nil
        }
    }

    private func accounts(of run: RunRecord?, _ agent: LoadedAgent?) async throws -> EngineParts {
        guard let run else { return parts }
        do { return try await parts.using(run: run, agent: agent) } catch let unknown as UnknownCredentials {
            throw StepProblem(description: unknown.description)
        }
    }

    private func slackPost(
        _ step: StepRecord, _ notice: NoticeIntent, _ run: RunRecord?, _ agent: LoadedAgent?, _ name: String,
        _ parts: EngineParts
    ) async throws -> (any OutboundWrite)? {
        guard let slack = parts.connections.slack else { return nil }
        let thread = try await thread(step, notice, run)
        if step.kind == NoticePlace.noteKind, thread == nil { return AlreadyShown() }
        let directory = SlackDirectory(parts, slack)
        guard let target = agent?.config.alerts.failureChannel ?? parts.settings.alertChannel else { return nil }
        var channel = await directory.channel(target, otherwise: parts.settings.alertChannel)
        // In the very channel of the thread one of the two is enough.
        if step.kind == NoticePlace.noteKind, thread?.channel == channel { return AlreadyShown() }
        channel = thread?.channel ?? channel
        var tags: [String] = []
        let isNote = step.kind == NoticePlace.noteKind
        if !isNote, [.failed, .stopped, .gate, .reminder].contains(notice.kind) {
            for tag in (agent?.config.alerts.tags ?? []) + (notice.tags ?? []) {
                tags.append(await directory.mention(tag, people: parts.settings.slackPeople))
            }
        }
        var message = SlackMessages.notice(
            notice, run: run, agentName: name, channel: channel, tags: tags, mark: step.id,
            console: run?.consoleSession.map(parts.settings.consoleLink))
        message.threadTS = thread?.ts
        return SlackPost(slack: slack, message: message, mark: step.id, since: step.intendedAt ?? 0)
    }

    /// Money and notes go into the run's thread; what people must act on stays where they look for it.
    private func thread(_ step: StepRecord, _ notice: NoticeIntent, _ run: RunRecord?) async throws -> SlackPosted? {
        guard let run, step.kind == NoticePlace.noteKind || notice.kind == .budget else { return nil }
        return try await NoticePlace(parts: parts).thread(of: run.id, for: step)
    }

    private func failed(_ step: StepRecord, _ error: VendorError) async throws {
        parts.counters.add(.vendorErrors, ["vendor": error.vendor.rawValue])
        guard error.isRetryable, let backoff = Backoff.notice.milliseconds(tries: step.attempts, doors: parts.doors)
        else {
            return try await settle(step, failed: error.sentence)
        }
        var wait = backoff
        if case .limited(let asked?) = error.kind { wait = max(asked, 1_000) }
        parts.logger.warning(
            "notice waits",
            metadata: [
                "step": "\(step.id)", "channel": "\(step.channel.rawValue)", "why": "\(error)",
                "again_in_ms": "\(wait)",
            ])
        let (id, due) = (step.id, parts.doors.now() + wait)
        try await parts.database.write { try StepStore(db: $0).postpone(id, until: due, error: error.sentence) }
    }

    private func settle(_ step: StepRecord, receipt: String, _ sent: SentContent?) async throws {
        parts.counters.add(.notices, ["outcome": "sent"])
        let (id, now) = (step.id, parts.doors.now())
        try await parts.database.write { try StepStore(db: $0).markDone(id, receipt: receipt, sent: sent, now: now) }
    }

    private func settle(_ step: StepRecord, failed why: String) async throws {
        parts.counters.add(.notices, ["outcome": "failed"])
        parts.logger.error(
            "a notice could not be delivered",
            metadata: ["step": "\(step.id)", "channel": "\(step.channel.rawValue)", "why": "\(why)"])
        let (id, now) = (step.id, parts.doors.now())
        try await parts.database.write { try StepStore(db: $0).markFailed(id, state: .failed, error: why, now: now) }
    }
}
