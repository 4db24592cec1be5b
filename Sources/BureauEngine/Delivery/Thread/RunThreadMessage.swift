import BureauDomain
import BureauVendors

/// One run in one message: who works for whom, how far it is, what it has cost, and in the end where the results are.
/// The same run always gives the same message, so that nothing is replaced by its equal.
struct RunThreadMessage: Sendable {
    let run: RunRecord
    let agentName: String
    let links: DeliveryLinks
    let children: [RunRecord]
    /// Where the pages show the run.
    var link: String? = nil
    static let childrenShownMax = 8

    func slack(channel: String) -> SlackMessage {
        let client = run.clientName ?? run.clientSlug ?? (run.taskID == nil ? nil : "a task")
        let title = [agentName, client].compactMap { $0 }.joined(separator: " · ")
        var blocks: [SlackBlock] = [.header(title), .section(text: status)]
        if !children.isEmpty { blocks.append(.section(text: family)) }
        blocks.append(.context([facts, "Run \(run.id)"]))
        if !buttons.isEmpty {
            blocks.append(.actions(blockID: "links:\(run.id):\(run.state.rawValue)", buttons))
        }
        return SlackMessage(
            channel: channel, text: SlackText.escape("\(title): \(run.state.word)"), blocks: blocks,
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(run.id)]))
    }

    private var status: String {
        let score = StoredSummary.of(run).flatMap { summary in
            summary.score.map { " · Score *\($0)* of \(summary.outOf)" }
        }
        let why = run.cause.map { "\n\(SlackText.escape($0.sentence))" } ?? ""
        switch run.state {
        case .queued: return "*Queued* · waits for its turn"
        case .running, .revising: return "*\(run.state.word)*\(activity)"
        case .delivering where children.contains { !$0.state.isFinal }:
            return "*Delivered* · waits for the runs it has started\(score ?? "")"
        default: return "*\(run.state.word)*\(run.state.isFinal ? score ?? "" : "")\(why)"
        }
    }

    /// What the session did last, in words people have for it.
    private var activity: String {
        guard let last = run.lastEvent else { return "" }
        if last.contains("tool") { return " · uses a tool" }
        if last == "agent.message" { return " · writes" }
        if last == "agent.thinking" || last.hasPrefix("span.") { return " · thinks" }
        if last.hasPrefix("session.thread_") || last.hasPrefix("agent.thread_") { return " · works with sub-agents" }
        return ""
    }

    private var family: String {
        let lines = children.prefix(Self.childrenShownMax).map {
            "↳ \(SlackText.escape($0.agent)): \($0.state.word)"
                + ($0.spentMicroUSD > 0 ? " · \(MicroUSD(rawValue: $0.spentMicroUSD))" : "")
        }
        let more =
            children.count > Self.childrenShownMax ? ["… and \(children.count - Self.childrenShownMax) more"] : []
        return (lines + more).joined(separator: "\n")
    }

    private var facts: String {
        let asked =
            run.requestedBy.hasPrefix("slack ")
            ? SlackText.mention(user: String(run.requestedBy.dropFirst(6))) : SlackText.escape(run.requestedBy)
        let cost =
            run.spentMethod == "no_price"
            ? "cost unknown" : run.spentMicroUSD > 0 ? "\(MicroUSD(rawValue: run.spentMicroUSD))" : nil
        let started = run.startedAt ?? run.acceptedAt
        let time =
            run.endedAt.map { Words.duration(.milliseconds($0 - started)) } ?? "since \(SlackTime.moment(started))"
        return ["asked by \(asked)", time, cost].compactMap { $0 }.joined(separator: " · ")
    }

    /// Until its end only what leads to the task and the run: nothing else is there yet.
    private var buttons: [SlackButton] {
        let task = run.taskURL.map { [SlackMessages.taskButton($0, run.taskTool)] } ?? []
        let page = link.map { [SlackMessages.runButton($0)] } ?? []
        guard run.state.isFinal else { return task + page }
        var buttons: [SlackButton] = []
        if let report = links.report {
            buttons.append(SlackButton(actionID: "open_report", label: "Open report", target: .url(report.url)))
        }
        buttons += task
        if let folder = links.folder {
            buttons.append(SlackButton(actionID: "open_folder", label: "Drive folder", target: .url(folder.url)))
        }
        return buttons + page
    }
}

/// What a run's delivery steps link to.
struct DeliveryLinks: Sendable, Hashable {
    let files: [DeliveryReport.Link]
    let folder: DeliveryReport.Link?

    init(_ steps: [StepRecord]) {
        files = DeliveryReport.links(steps)
        folder = DeliveryReport.folder(steps)
    }

    /// The one people read.
    var report: DeliveryReport.Link? { files.first { $0.label.hasSuffix(".md") } ?? files.first }
}
