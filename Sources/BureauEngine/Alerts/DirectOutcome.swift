import BureauDomain
import BureauStorage
import BureauVendors

/// What became of a question, in the place of the message that asked one person: nobody shall go and decide what is
/// decided.
struct DirectOutcome: Codable, Hashable, Sendable {
    var approval: String
    /// The step that asked.
    var asked: String
    static let kind = "direct_outcome"
    private static let waitMillisecondsMax: Int64 = 60_000

    /// One for each person who was asked, in the transaction of the decision; `again` makes another of one there is.
    static func plan(
        _ approval: ApprovalRecord, _ run: RunRecord, again: String = "", now: Int64, in db: any Connection
    ) throws {
        let steps = StepStore(db: db)
        let direct = try steps.list(run: run.id, purpose: .notice).filter { $0.kind == DirectNotices.kind }
        for step in direct where try step.intent(as: DirectIntent.self).approval == approval.id {
            let intent = try JSONText.encode(DirectOutcome(approval: approval.id, asked: step.id))
            try steps.plan(
                StepPlan(channel: .slack, kind: kind, subject: step.subject + again, position: 3, intent: intent),
                run: run.id,
                purpose: .notice, id: "", now: now)
        }
    }

    /// Nil where Slack is not connected. Whoever may not see the client any more is told nothing more of it.
    static func write(_ step: StepRecord, _ run: RunRecord, _ agent: LoadedAgent?, _ parts: EngineParts) async throws
        -> (any OutboundWrite)?
    {
        guard let slack = parts.connections.slack else { return nil }
        let intent = try step.intent(as: DirectOutcome.self)
        let (asked, approval) = try await parts.database.read { db in
            (try StepStore(db: db).find(intent.asked), try ApprovalStore(db: db).find(intent.approval))
        }
        guard let asked, let approval else { return AlreadyShown() }
        guard let place = try asked.receipt(as: DeliveryReceipt.self)?.slackPlace else {
            // It may be on its way. One that is sent from now on says nothing: the question is settled.
            let isYoung = parts.doors.now() - (approval.decidedAt ?? 0) < waitMillisecondsMax
            if asked.state == .intended, isYoung { throw NoticePlace.NotYet() }
            return AlreadyShown()
        }
        let direct = try asked.intent(as: DirectIntent.self)
        let person = try await parts.database.read { try PersonStore(db: $0).find(direct.person) }
        guard let person, !person.isDisabled, person.maySee(client: run.clientSlug) else { return AlreadyShown() }
        return SlackReplace(
            slack: slack, posted: place,
            message: message(approval, run, agent?.config.displayName ?? run.agent, asked.id, place.channel),
            step: step)
    }

    private static func message(
        _ approval: ApprovalRecord, _ run: RunRecord, _ agent: String, _ mark: String, _ channel: String
    ) -> SlackMessage {
        let (outcome, effect) = (ApprovalWords.outcome(approval), ApprovalWords.effect(approval))
        let client = run.clientName ?? run.clientSlug ?? "no client"
        var blocks: [SlackBlock] = [
            .header(approval.isAboutMoney ? "Budget" : "Approval"),
            .section(text: SlackText.escape(effect)),
            .context([
                ApprovalMessages.settled(approval),
                "\(SlackText.escape(client)) · \(SlackText.escape(agent)) · run \(run.id)",
            ]),
        ]
        if let otherwise = ApprovalWords.otherwise(approval) { blocks.append(.section(text: "*\(otherwise)*")) }
        return SlackMessage(
            channel: channel, text: SlackText.escape(ApprovalMessages.summary(approval, outcome)), blocks: blocks,
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]))
    }
}
