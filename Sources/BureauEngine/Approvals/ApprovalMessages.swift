import BureauDomain
import BureauVendors

/// Questions and their outcomes in each surface's form: the effect first, then the exact content.
enum ApprovalMessages {
    static let previewCharactersMax = 600

    static func slack(_ approval: ApprovalRecord, run: RunRecord, agentName: String, channel: String, mark: String)
        -> SlackMessage
    {
        var blocks: [SlackBlock] = [
            .header(approval.state == .open ? "Approval needed" : "Approval"),
            .section(text: SlackText.escape(approval.effect)),
            .section(text: "*Exact content*\n```\(SlackText.escape(preview(approval)))```"),
        ]
        let client = run.clientName ?? run.clientSlug ?? "no client"
        if approval.state == .open {
            blocks.append(
                .context([
                    "Asked by \(SlackText.escape(agentName)) for \(SlackText.escape(client)) · expires \(SlackTime.moment(approval.expiresAt)), then counts as expired"
                ]))
            blocks.append(
                .actions(
                    blockID: "approval:\(mark)",
                    [
                        SlackButton(
                            actionID: "approve", label: "Approve", target: .value(approval.id), style: .primary),
                        SlackButton(actionID: "deny", label: "Deny", target: .value(approval.id), style: .danger),
                    ]))
        } else {
            blocks.append(.context(["*\(SlackText.escape(ApprovalWords.outcome(approval)))*", "Run \(run.id)"]))
        }
        let title = approval.state == .open ? "Approval needed" : ApprovalWords.outcome(approval)
        return SlackMessage(
            channel: channel, text: "\(SlackText.escape(title)): \(SlackText.escape(approval.effect))", blocks: blocks,
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]))
    }

    static func clickUp(_ approval: ApprovalRecord, run: RunRecord) -> [ClickUpCommentPart] {
        guard approval.state == .open else {
            return [.bold(ApprovalWords.outcome(approval)), .newline, .text(approval.effect)]
        }
        return [
            .bold("Approval needed"), .newline, .text(approval.effect), .newline, .text("Exact content: "),
            .code(preview(approval)), .newline,
            .text("Decide in Slack, or: bureau approvals approve \(approval.id)"), .newline, .text("Run \(run.id)"),
        ]
    }

    private static func preview(_ approval: ApprovalRecord) -> String {
        let pretty = (try? BureauDomain.JSONValue.parse(Array(approval.input.utf8)).pretty) ?? approval.input
        return pretty.count > previewCharactersMax
            ? pretty.prefix(previewCharactersMax) + "… (bureau approvals show \(approval.id))" : pretty
    }
}
