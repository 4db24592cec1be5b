import BureauDomain
import BureauStorage
import BureauVendors

/// What each kind of notice is, as a write; nil when what it needs is not connected.
extension NoticeWorker {
    func write(for step: StepRecord) async throws -> (any OutboundWrite)? {
        let run = try await parts.database.read { [id = step.runID] db in
            try id.flatMap { try RunStore(db: db).find($0) }
        }
        var agent: LoadedAgent?
        if let run { agent = try await parts.catalog.version(run.configHash) }
        // What people of one account are told never goes to another's.
        let parts = try await accounts(of: run, agent)
        if let run, ApprovalNotices.kinds.contains(step.kind) {
            return try await ApprovalSurfaces(parts: parts).write(step, run: run, agent: agent)
        }
        if let run, step.kind == DirectNotices.kind { return try await DirectPost.make(step, run, agent, parts) }
        if let run, step.kind == DirectOutcome.kind { return try await DirectOutcome.write(step, run, agent, parts) }
        if let run, step.kind == RunFamily.summaryKind {
            return try await FamilySummary(parts: parts).write(step, run: run, agent: agent)
        }
        if let run, let started = StartedNotice.write(step, run, parts) { return started }
        if let run, let board = try await BoardNotice.write(step, run, parts) { return board }
        if let run, let error = try await ErrorTasks.write(step, run, agent, parts) { return error }
        if let run, let note = try WorkNote.write(step, run, parts) { return note }
        let name = agent?.config.displayName ?? run?.agent ?? "Bureau"
        if step.kind == AlertOutcome.kind { return try await alertOutcome(step, run, agent, name, parts) }
        if try await isOutdated(step) { return AlreadyShown() }
        let notice = try step.intent(as: NoticeIntent.self)
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
                let status = agent?.config.delivery.clickUp?.blockedStatus ?? "Blocked"
                try await keep(status, notice, step)
                return tool.move(task, to: status, before: nil)
            }
            let text = TaskMessages.halted(
                agentName: name, runID: run.id, sentence: notice.sentence, notice.halt, on: run.taskTool,
                goesOn: agent?.config.confirms(run.taskTool) ?? false, page: parts.settings.runLink(run.id))
            return tool.comment(text, on: task, mark: WriteMark(step))
        case .anthropic, .googleDrive, .folder: return nil
        }
    }

    private func keep(_ status: String, _ notice: NoticeIntent, _ step: StepRecord) async throws {
        guard notice.status != status else { return }
        var notice = notice
        notice.status = status
        let intent = try JSONText.encode(notice)
        try await parts.database.write { try StepStore(db: $0).replaceIntent(step.id, intent) }
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
        guard let target = agent?.config.alerts.failureChannel ?? parts.settings.alertChannel else {
            throw NoticePlace.noChannel
        }
        var channel = try await directory.channel(target, otherwise: parts.settings.alertChannel)
        // In the very channel of the thread one of the two is enough.
        if step.kind == NoticePlace.noteKind, thread?.channel == channel { return AlreadyShown() }
        channel = thread?.channel ?? channel
        let isNote = step.kind == NoticePlace.noteKind
        let tags = await isNote ? [] : self.tags(notice, run, agent, directory, parts)
        var message = SlackMessages.notice(
            notice, run: run, agentName: name, channel: channel, tags: tags, mark: step.id,
            console: run?.consoleSession.map(parts.settings.consoleLink),
            link: run.flatMap { parts.settings.runLink($0.id) } ?? Digest.link(notice, parts.settings))
        message.threadTS = thread?.ts
        var post = SlackPost(slack: slack, message: message, mark: step.id, since: step.sentSince)
        guard thread == nil else { return post }
        post.other = directory.other(than: message.channel, for: target, otherwise: parts.settings.alertChannel)
        return post
    }

    /// Money and notes go into the run's thread; what people must act on stays where they look for it.
    private func thread(_ step: StepRecord, _ notice: NoticeIntent, _ run: RunRecord?) async throws -> SlackPosted? {
        guard let run, step.kind == NoticePlace.noteKind || notice.kind == .budget else { return nil }
        return try await NoticePlace(parts: parts).thread(of: run.id, for: step)
    }
}
