import BureauDomain
import BureauVendors

/// Messages in Slack's form. Whatever came from outside is escaped, so that no client's name can call a channel.
enum SlackMessages {
    static let eventType = "bureau_step"

    static func ready(_ report: DeliveryReport, channel: String, withLinks: Bool, withSummary: Bool, mark: String)
        -> SlackMessage
    {
        let client = SlackText.escape(report.clientName)
        var blocks: [SlackBlock] = [.header(report.title)]
        let coverage = report.coverage.map { ", coverage \($0) %" } ?? ""
        let change = report.change.map { ", \($0.words)" } ?? ""
        let score = report.score.map { "   Score *\($0)* of \(report.outOf)\(coverage)\(change)" } ?? ""
        let place = report.place.map { " (\(SlackText.escape($0)))" } ?? ""
        blocks.append(.section(text: "*\(client)*\(place)\(score)"))
        if withSummary, !report.priorities.isEmpty {
            let lines = report.priorities.map { "\(SlackText.escape($0.rank)) \(SlackText.escape($0.title))" }
            blocks.append(.section(text: "*Top priorities*\n" + lines.joined(separator: "\n")))
        }
        if let problem = report.problem {
            blocks.append(.section(text: "*Not everything worked.* \(SlackText.escape(problem))"))
        }
        let moved =
            report.movedTo.flatMap { report.taskURL == nil ? nil : " · task moved to \(SlackText.escape($0))" } ?? ""
        blocks.append(.context(["\(report.duration) · \(report.cost)\(moved)", "Run \(report.runID)"]))
        if withLinks { blocks.append(.actions(blockID: "links:\(mark)", buttons(report))) }
        let fallback =
            "\(SlackText.escape(report.title)): \(client)"
            + (report.score.map { ", \($0)/\(report.outOf)\(change)" } ?? "")
        return SlackMessage(channel: channel, text: fallback, blocks: blocks, metadata: metadata(mark))
    }

    private static func buttons(_ report: DeliveryReport) -> [SlackButton] {
        var buttons: [SlackButton] = []
        if let report = report.files.first(where: { $0.label.hasSuffix(".md") }) ?? report.files.first {
            buttons.append(SlackButton(actionID: "open_report", label: "Open report", target: .url(report.url)))
        }
        if let task = report.taskURL {
            buttons.append(taskButton(task, report.taskTool))
        }
        if let folder = report.folder {
            buttons.append(SlackButton(actionID: "open_folder", label: "Drive folder", target: .url(folder.url)))
        }
        if let run = report.runURL { buttons.append(runButton(run)) }
        if let trace = report.consoleURL {
            buttons.append(SlackButton(actionID: "open_trace", label: "Session trace", target: .url(trace)))
        }
        return buttons
    }

    /// A notice about a run: what happened, to whom, and what to do.
    static func notice(
        _ notice: NoticeIntent, run: RunRecord?, agentName: String, channel: String, tags: [String], mark: String,
        console: String?, link: String? = nil
    ) -> SlackMessage {
        let title = notice.title(agentName: agentName)
        var blocks: [SlackBlock] = [.header(title), .section(text: SlackText.escape(notice.sentence))]
        if let run {
            var fields = [
                "*Client*\n\(SlackText.escape(run.clientName ?? run.clientSlug ?? "none"))",
                "*Agent*\n\(SlackText.escape(run.agent))", "*Run*\n\(run.id)",
            ]
            if let step = notice.step { fields.append("*Step*\n\(step)") }
            if let session = run.sessionID { fields.append("*Session*\n\(session)") }
            if let last = run.lastEvent { fields.append("*Last event*\n\(SlackText.escape(last))") }
            if run.spentMicroUSD > 0 { fields.append("*Cost*\n\(MicroUSD(rawValue: run.spentMicroUSD))") }
            blocks.append(.section(text: nil, fields: fields))
            if let next = TaskMessages.next(after: notice, run) {
                blocks.append(.section(text: "*What to do*\n\(SlackText.escape(next))"))
            }
        }
        if !tags.isEmpty { blocks.append(.context([tags.joined(separator: " ")])) }
        var buttons: [SlackButton] = []
        if let run, let link, run.mayDeliverAgain, notice.cause == RunCause.Code.deliveryFailed.rawValue {
            buttons.append(
                SlackButton(actionID: "deliver_again", label: "Deliver again", target: .url(link + "deliver")))
        }
        if let run, let url = run.taskURL { buttons.append(taskButton(url, run.taskTool)) }
        if let link { buttons.append(run == nil ? bureauButton(link) : runButton(link)) }
        if let console {
            buttons.append(SlackButton(actionID: "open_trace", label: "Session trace", target: .url(console)))
        }
        if !buttons.isEmpty { blocks.append(.actions(blockID: "links:\(mark)", buttons)) }
        let mentions = tags.isEmpty ? "" : " " + tags.joined(separator: " ")
        // A reminder's sentence names the client itself.
        let client: String? = notice.kind == .reminder ? nil : (run?.clientName ?? run?.clientSlug)
        let whom = client.map { " (\($0))" } ?? ""
        return SlackMessage(
            channel: channel, text: SlackText.escape("\(title)\(whom): \(notice.sentence)") + mentions, blocks: blocks,
            metadata: metadata(mark))
    }

    static func bureauButton(_ url: String) -> SlackButton {
        SlackButton(actionID: "open_bureau", label: "Open in Bureau", target: .url(url))
    }

    static func runButton(_ url: String) -> SlackButton {
        SlackButton(actionID: "open_run", label: "Run", target: .url(url))
    }

    /// By the name of the tool that keeps the task.
    static func taskButton(_ url: String, _ tool: WorkToolKind) -> SlackButton {
        SlackButton(actionID: "open_task", label: "\(tool.label) task", target: .url(url))
    }

    /// For when Slack refuses the blocks: the same in one line.
    static func plain(_ message: SlackMessage) -> SlackMessage {
        var plain = message
        plain.blocks = []
        plain.text = String(message.text.prefix(3_000))
        return plain
    }

    private static func metadata(_ mark: String) -> SlackMessage.Metadata {
        SlackMessage.Metadata(eventType: eventType, payload: ["step": .string(mark)])
    }
}

extension NoticeIntent {
    func title(agentName: String) -> String {
        switch kind {
        case .failed: "\(agentName) failed"
        case .stopped: "\(agentName) was stopped"
        case .problem: "\(agentName): something needs a look"
        case .needsInfo: "\(agentName) needs information"
        case .gate: "\(agentName) is waiting for an answer"
        case .budget: "\(agentName): budget"
        case .system: "Bureau"
        case .reminder: "Reminder"
        case .digest: "Bureau today"
        }
    }
}
