import BureauDomain
import BureauVendors

/// What a person asks back before deciding, in each surface's form. Whole: it is kept short where it is taken.
extension ApprovalMessages {
    private static let stays = "The approval stays open until somebody decides it or it expires."

    /// `who` is whoever asked for the work, in Slack's markup.
    static func question(
        _ asked: QuestionIntent, to who: String, about approval: ApprovalRecord, channel: String, mark: String,
        link: String?
    ) -> SlackMessage {
        let by = SlackText.escape(asked.by)
        let lines = asked.text.split(whereSeparator: \.isNewline).map { "> \(SlackText.escape(String($0)))" }
        let open = link.map { [SlackText.link($0, "Open the approval")] } ?? []
        return SlackMessage(
            channel: channel, text: "\(by) asks: \(SlackText.escape(asked.text))",
            blocks: [
                .section(text: "*\(by) asks* \(who)"), .section(text: lines.joined(separator: "\n")),
                .context(["About: \(SlackText.escape(approval.effect))", "Answer here. \(stays)"] + open),
            ], metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]))
    }

    static func question(
        _ asked: QuestionIntent, about approval: ApprovalRecord, run: RunRecord, link: String?
    ) -> WorkText {
        var text: WorkText = [.bold("\(asked.by) asks before deciding")]
        if let user = Requester(run.requestedBy).user(of: run.taskTool) {
            text += [.text(" "), .mention(userID: user)]
        }
        text += [.newline]
        text += .quoting(
            asked.text, charactersMax: ApprovalDesk.questionCharactersMax,
            linesMax: ApprovalDesk.questionCharactersMax)
        text += .line("About: \(approval.effect)")
        text += .line("Answer here. \(stays)")
        if let link { text += [.link("Open the approval", url: link), .newline] }
        return text + [.text("Run \(run.id)")]
    }
}
