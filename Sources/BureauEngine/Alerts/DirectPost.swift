import BureauDomain
import BureauStorage
import BureauVendors

/// One person's message, sent as they are now: whoever wants it no more, sees the client no more, or could no longer act on
/// it gets none.
struct DirectPost: OutboundWrite {
    let slack: SlackClient
    let user: String
    let message: SlackMessage
    let mark: String
    let since: Int64
    var sent: SentContent? { post(in: user).sent }

    func write() async throws -> String { try await post(in: slack.openDirect(with: user)).write() }
    func probe() async throws -> Probe { try await post(in: slack.openDirect(with: user)).probe() }

    private func post(in channel: String) -> SlackPost {
        var message = message
        message.channel = channel
        return SlackPost(slack: slack, message: message, mark: mark, since: since)
    }

    /// Nil where Slack is not connected.
    static func make(_ step: StepRecord, _ run: RunRecord, _ agent: LoadedAgent?, _ parts: EngineParts) async throws
        -> (any OutboundWrite)?
    {
        guard let slack = parts.connections.slack else { return nil }
        let intent = try step.intent(as: DirectIntent.self)
        let (person, wants, approval) = try await parts.database.read { db in
            (
                try PersonStore(db: db).find(intent.person), try OwnNoticeStore(db: db).choices(of: intent.person),
                try intent.approval.flatMap { try ApprovalStore(db: db).find($0) }
            )
        }
        // People are known in the agency's own Slack; another account's is not told, nor asked, who they are there.
        guard let person, !person.isDisabled, wants[intent.kind] != nil, person.maySee(client: run.clientSlug),
            parts.settings.credentialSet == nil, let user = DirectNotices.slackID(of: person, parts.settings),
            concerns(intent, person, run, agent, approval)
        else { return AlreadyShown() }
        return DirectPost(
            slack: slack, user: user,
            message: message(intent, run, agent?.config.displayName ?? run.agent, step.id, parts.settings.publicURL),
            mark: step.id, since: step.sentSince)
    }

    private static func concerns(
        _ intent: DirectIntent, _ person: PersonRecord, _ run: RunRecord, _ agent: LoadedAgent?,
        _ approval: ApprovalRecord?
    ) -> Bool {
        switch intent.kind {
        case .approval:
            guard approval?.state == .open, person.role >= .consultant, let policy = agent?.config.approvals else {
                return false
            }
            let decider = ApprovalPolicy.Person.staff(name: person.name, isTrusted: person.role >= .operator)
            return policy.refusal(for: decider, requestedBy: run.requestedBy) == nil
        case .review: return run.state == .inReview
        case .question, .failure, .budget: return true
        }
    }

    static func message(_ intent: DirectIntent, _ run: RunRecord, _ agent: String, _ mark: String, _ address: String?)
        -> SlackMessage
    {
        let title = title(intent, agent), client = run.clientName ?? run.clientSlug ?? "no client"
        var blocks: [SlackBlock] = [
            .header(title), .section(text: SlackText.escape(intent.sentence)),
            .context(["\(SlackText.escape(client)) · \(SlackText.escape(agent)) · run \(run.id)"]),
        ]
        if let address {
            let button = SlackButton(
                actionID: "open_bureau", label: "Open in Bureau", target: .url(address + intent.path))
            blocks.append(.actions(blockID: "links:\(mark)", [button]))
        }
        return SlackMessage(
            channel: "", text: SlackText.escape("\(title): \(intent.sentence)"), blocks: blocks,
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]))
    }

    private static func title(_ intent: DirectIntent, _ agent: String) -> String {
        switch intent.kind {
        case .approval: "\(agent) asks for permission"
        case .review: "\(agent): results wait for a word"
        case .question, .failure, .budget:
            NoticeIntent(kind: intent.alert ?? .problem, cause: "", sentence: "").title(agentName: agent)
        }
    }
}
