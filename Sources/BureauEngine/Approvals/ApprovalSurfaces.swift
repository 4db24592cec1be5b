import BureauDomain
import BureauStorage
import BureauVendors

/// Shows questions and outcomes on the surfaces. Part of the notice worker: tried until it works.
struct ApprovalSurfaces: Sendable {
    let parts: EngineParts

    /// The write for a step, or nil when its surface is not connected or has nothing to show any more.
    func write(_ step: StepRecord, run: RunRecord, agent: LoadedAgent?) async throws -> (any OutboundWrite)? {
        let intent = try step.intent(as: ApprovalIntent.self)
        guard let approval = try await parts.database.read({ try ApprovalStore(db: $0).find(intent.approval) }) else {
            return nil
        }
        switch (step.channel, step.kind) {
        case (.slack, ApprovalNotices.ask): return try await post(step, approval, run, agent)
        case (.slack, ApprovalNotices.askedBack): return try await postQuestion(step, approval, run, agent)
        case (.slack, _): return try await replace(step, approval, run, agent)
        case (.clickUp, _), (.asana, _):
            guard let tool = parts.connectedTool(of: run), let task = run.taskID else { return nil }
            // The outcome's own comment tells it. One that may have left is looked for all the same.
            if step.kind == ApprovalNotices.ask, step.state == .pending, approval.state != .open {
                return AlreadyShown()
            }
            let link = ApprovalMessages.link(approval, parts.settings)
            let text =
                step.kind == ApprovalNotices.askedBack
                ? ApprovalMessages.question(
                    try step.intent(as: QuestionIntent.self), about: approval, run: run, link: link)
                : ApprovalMessages.task(approval, run: run, link: link, zone: parts.settings.agencyZone)
            return tool.comment(text, on: task, mark: WriteMark(step))
        case (.anthropic, _), (.googleDrive, _), (.folder, _): return nil
        }
    }

    /// In the channel that the config names for questions; else in the run's own thread, shown in its channel too, for
    /// somebody has to act; else where failures are told.
    private func post(_ step: StepRecord, _ approval: ApprovalRecord, _ run: RunRecord, _ agent: LoadedAgent?)
        async throws -> (any OutboundWrite)?
    {
        guard let slack = parts.connections.slack else { return nil }
        var thread: SlackPosted?
        if agent?.config.approvals.channel == nil {
            thread = try await NoticePlace(parts: parts).thread(of: run.id, for: step)
        }
        let (channel, other) = try await place(slack, agent, thread)
        var message = message(approval, run, agent, channel, step.id)
        (message.threadTS, message.isBroadcast) = (thread?.ts, thread != nil)
        var post = SlackPost(slack: slack, message: message, mark: step.id, since: step.sentSince)
        post.other = other
        return post
    }

    /// The thread's channel; without a thread that of questions, else of failures, with where else its name may lead.
    private func place(_ slack: SlackClient, _ agent: LoadedAgent?, _ thread: SlackPosted?) async throws
        -> (channel: String, other: OtherChannel?)
    {
        if let thread { return (thread.channel, nil) }
        let directory = SlackDirectory(parts, slack), general = parts.settings.alertChannel
        guard let configured = agent?.config.approvals.channel ?? agent?.config.alerts.failureChannel ?? general else {
            throw NoticePlace.noChannel
        }
        let channel = try await directory.channel(configured, otherwise: general)
        return (channel, directory.other(than: channel, for: configured, otherwise: general))
    }

    /// What a person asks back, in the run's own thread; where there is none, where the agent's question stands.
    private func postQuestion(_ step: StepRecord, _ approval: ApprovalRecord, _ run: RunRecord, _ agent: LoadedAgent?)
        async throws -> (any OutboundWrite)?
    {
        guard let slack = parts.connections.slack else { return nil }
        let asked = try step.intent(as: QuestionIntent.self)
        let thread = try await NoticePlace(parts: parts).thread(of: run.id, for: step)
        let (channel, other) = try await place(slack, agent, thread)
        let who = await SlackDirectory(parts, slack).mention(
            Requester(run.requestedBy).slackTag, people: parts.settings.slackPeople)
        var message = ApprovalMessages.question(
            asked, to: who, about: approval, channel: channel, mark: step.id,
            link: ApprovalMessages.link(approval, parts.settings))
        message.threadTS = thread?.ts
        var post = SlackPost(slack: slack, message: message, mark: step.id, since: step.sentSince)
        post.other = other
        return post
    }

    /// Replaces the message that carried the question: the outcome, without buttons.
    private func replace(_ step: StepRecord, _ approval: ApprovalRecord, _ run: RunRecord, _ agent: LoadedAgent?)
        async throws -> (any OutboundWrite)?
    {
        guard let slack = parts.connections.slack else { return nil }
        let question = try await parts.database.read { try StepStore(db: $0).list(run: run.id, purpose: .notice) }
            .first { $0.kind == ApprovalNotices.ask && $0.channel == .slack && $0.subject == approval.id }
        guard let asked = question, let receipt = try await self.receipt(of: asked, approval, run, agent) else {
            // Whoever has it in hand may have read it before the decision: then it comes with its buttons.
            if let question, try await isUnderWay(question) { throw NoticePlace.NotYet(why: "waits for its question") }
            // Given up, or sent so long ago that it will not come; should it stand there where nobody can look, a press
            // is answered with what was decided.
            return AlreadyShown()
        }
        let place = receipt.id.split(separator: "/").map(String.init)
        guard place.count == 2 else { return AlreadyShown() }
        var shown = message(approval, run, agent, place[0], asked.id)
        if agent?.config.approvals.channel == nil {
            let thread = try await parts.database.read { try RunThreadStore(db: $0).find(run.id)?.thread.place }
            if thread?.channel == place[0] { shown.threadTS = thread?.ts }
        }
        return SlackReplace(
            slack: slack, posted: SlackPosted(channel: place[0], ts: place[1]), message: shown, step: step)
    }

    /// Where the question stands. Its answer may be lost while it stands there with its buttons: then it is looked for.
    private func receipt(of asked: StepRecord, _ approval: ApprovalRecord, _ run: RunRecord, _ agent: LoadedAgent?)
        async throws -> DeliveryReceipt?
    {
        if let known = try asked.receipt(as: DeliveryReceipt.self) { return known }
        guard asked.state == .intended || asked.state == .doubtful,
            let post = try await post(asked, approval, run, agent), case .found(let receipt) = try await post.probe()
        else { return nil }
        if asked.state == .doubtful {
            let doors = parts.doors
            try await parts.database.write { db in
                try StepStore(db: db).markDone(asked.id, receipt: receipt, now: doors.now())
                try NoticeAlarm(db: db, doors: doors).settled(asked)
            }
        }
        return try JSONText.decode(DeliveryReceipt.self, receipt)
    }

    /// Not sent yet, in somebody's hand, or sent by somebody a moment ago.
    private func isUnderWay(_ asked: StepRecord) async throws -> Bool {
        let now = parts.doors.now()
        let (step, isHeld) = try await parts.database.read { db in
            (try StepStore(db: db).find(asked.id), try StepStore(db: db).isClaimed(asked.id))
        }
        guard let step else { return false }
        switch step.state {
        // Settled while it was looked for: its place is known at the next look.
        case .pending, .done: return true
        case .intended:
            let age = step.lastSentAt.map { now - $0 } ?? StepStore.claimMilliseconds
            return isHeld || (age >= 0 && age < StepStore.claimMilliseconds)
        case .failed, .doubtful: return false
        }
    }

    private func message(
        _ approval: ApprovalRecord, _ run: RunRecord, _ agent: LoadedAgent?, _ channel: String, _ mark: String
    ) -> SlackMessage {
        ApprovalMessages.slack(
            approval, run: run, agentName: agent?.config.displayName ?? run.agent, channel: channel,
            mark: mark, link: ApprovalMessages.link(approval, parts.settings))
    }
}

struct AlreadyShown: OutboundWrite {
    static let receiptID = "nothing shown"
    func write() async throws -> String { try JSONText.encode(DeliveryReceipt(id: Self.receiptID, link: nil)) }
    func probe() async throws -> Probe { .absent }
}
