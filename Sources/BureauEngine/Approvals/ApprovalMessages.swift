import BureauDomain
import BureauVendors

/// Questions and their outcomes in each surface's form: the effect first, then the exact content.
enum ApprovalMessages {
    static let previewCharactersMax = 600

    static func slack(
        _ approval: ApprovalRecord, run: RunRecord, agentName: String, channel: String, mark: String,
        link: String? = nil
    ) -> SlackMessage {
        var blocks: [SlackBlock] = [
            .header(title(approval)), .section(text: SlackText.escape(ApprovalWords.effect(approval))),
        ]
        if !approval.isAboutMoney {
            let content = Content(approval)
            blocks.append(
                .section(text: "*\(content.label)*\n```\n\(SlackText.escape(content.unfenced))\n```"))
            if let sizes = ApprovalWords.sizes(approval.newestInput) { blocks.append(.context([unmarked(sizes)])) }
            if let version = version(approval) { blocks.append(.context([unmarked(version)])) }
            if content.isCut {
                blocks.append(
                    .context([
                        link.map { "<\($0)|Read all of it in Bureau> before you decide" }
                            ?? "Read all of it before you decide: `bureau approvals show \(approval.id)`"
                    ]))
            }
        }
        let client = run.clientName ?? run.clientSlug ?? "no client"
        if approval.state == .open {
            blocks.append(
                .context([
                    "Asked by \(SlackText.escape(agentName)) for \(SlackText.escape(client)) · expires \(SlackTime.moment(approval.expiresAt)), then counts as expired",
                    "Run \(run.id)",
                ]))
            blocks.append(.actions(blockID: "approval:\(mark)", buttons(approval, run, link)))
        } else {
            blocks.append(.context([settled(approval), "Run \(run.id)"]))
            if let otherwise = ApprovalWords.otherwise(approval) { blocks.append(.section(text: "*\(otherwise)*")) }
        }
        let title = approval.state == .open ? title(approval) : ApprovalWords.outcome(approval)
        return SlackMessage(
            channel: channel, text: SlackText.escape(summary(approval, title)), blocks: blocks,
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]))
    }

    /// For notifications, which show no blocks.
    static func summary(_ approval: ApprovalRecord, _ title: String) -> String {
        let otherwise = ApprovalWords.otherwise(approval).map { " \($0)" } ?? ""
        return "\(title): \(ApprovalWords.effect(approval))\(otherwise)"
    }

    private static func buttons(_ approval: ApprovalRecord, _ run: RunRecord, _ link: String?) -> [SlackButton] {
        let (yes, no) = labels(approval)
        var buttons = [
            SlackButton(actionID: "approve", label: yes, target: .value(approval.id), style: .primary),
            SlackButton(actionID: "deny", label: no, target: .value(approval.id), style: .danger),
        ]
        if let link { buttons.append(SlackButton(actionID: "open_approval", label: "Open", target: .url(link))) }
        if let task = run.taskURL { buttons.append(SlackMessages.taskButton(task, run.taskTool)) }
        return buttons
    }

    /// Where the pages show the question.
    static func link(_ approval: ApprovalRecord, _ settings: EngineSettings) -> String? {
        settings.publicURL.map { "\($0)/approvals/\(approval.id)/" }
    }

    /// "Approved by ana, today at 10:42", each reader's own clock.
    static func settled(_ approval: ApprovalRecord) -> String {
        let at = approval.decidedAt.map { ", \(SlackTime.moment($0))" } ?? ""
        return "*\(SlackText.escape(ApprovalWords.outcome(approval)))*\(at)"
    }

    /// A comment has no clock of its reader's: the time is told in `zone`.
    static func task(
        _ approval: ApprovalRecord, run: RunRecord, link: String? = nil, zone: ZoneOffsets = .utc
    ) -> WorkText {
        guard approval.state == .open else {
            let changed: WorkText =
                approval.changedInput == nil ? [] : [.newline, .text("As changed: "), .code(Content(approval).text)]
            let shown: WorkText =
                [.bold(ApprovalWords.settled(approval, zone)), .newline, .text(ApprovalWords.effect(approval))]
                + changed
            guard let otherwise = ApprovalWords.otherwise(approval) else { return shown }
            return shown + [.newline, .bold(otherwise)]
        }
        let shown = Content(approval)
        var content: WorkText =
            approval.isAboutMoney
            ? [] : [.text("\(shown.label): "), .code(shown.text), .newline]
        if let version = version(approval) { content = content + [.text(version), .newline] }
        return [.bold(title(approval)), .newline, .text(approval.effect), .newline] + content + [
            .text(
                link.map { "Decide in Slack, or here: \($0)" }
                    ?? "Decide in Slack, or: bureau approvals approve \(approval.id)"),
            .newline, .text("Run \(run.id)"),
        ]
    }

    /// The agent names the members: nothing of a name is markup.
    private static func unmarked(_ text: String) -> String {
        let marks: Set<Unicode.Scalar> = ["*", "_", "~", "`"]
        let scalars = text.unicodeScalars.map { marks.contains($0) ? " " : $0 }
        return SlackText.escape(String(String.UnicodeScalarView(scalars)))
    }

    /// What is new about a question that is asked again; of no use any more once it is settled.
    private static func version(_ approval: ApprovalRecord) -> String? {
        approval.state == .open ? ApprovalWords.version(approval) : nil
    }

    private static func title(_ approval: ApprovalRecord) -> String {
        if approval.isAboutMoney { return approval.state == .open ? "Budget reached" : "Budget" }
        return approval.state == .open ? "Approval needed" : "Approval"
    }

    private static func labels(_ approval: ApprovalRecord) -> (yes: String, no: String) {
        guard let question = BudgetQuestion(approval) else { return ("Approve", "Deny") }
        return ("Raise to \(question.raiseTo)", "Stop the run")
    }

    /// What would be done, as much of it as a message shows.
    private struct Content {
        let text: String
        let isCut: Bool
        let isChanged: Bool

        init(_ approval: ApprovalRecord) {
            let input = approval.newestInput
            let pretty = (try? BureauDomain.JSONValue.parse(Array(input.utf8)).pretty) ?? input
            isChanged = approval.changedInput != nil
            isCut = pretty.count > ApprovalMessages.previewCharactersMax
            text = isCut ? pretty.prefix(ApprovalMessages.previewCharactersMax) + "…" : pretty
        }

        var label: String {
            (isCut ? "First part of the content" : "Exact content") + (isChanged ? ", as changed" : "")
        }

        /// Without backticks side by side, which would end the code block and let the agent's text pass for ours.
        var unfenced: String { text.replacing("``", with: "`\u{200B}`").replacing("``", with: "`\u{200B}`") }
    }
}
