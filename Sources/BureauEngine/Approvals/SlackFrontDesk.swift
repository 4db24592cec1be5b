import BureauDomain
package import BureauVendors
package import Foundation
package import Logging

/// Answers what people do in Slack: button presses, the form that asks for a reason. Slack wants an answer within
/// three seconds; deciding is one local transaction, and whatever goes back to Slack goes after the answer.
package struct SlackFrontDesk: Sendable {
    let desk: ApprovalDesk
    let slack: SlackClient?
    let signingSecret: Secret?
    let doors: Doors
    let logger: Logger
    static let denyForm = "deny_reason"
    /// The form field an error belongs to.
    package static let reasonField = SlackQuestion.blockID

    package init(desk: ApprovalDesk, slack: SlackClient?, signingSecret: Secret?, doors: Doors, logger: Logger) {
        self.desk = desk
        self.slack = slack
        self.signingSecret = signingSecret
        self.doors = doors
        self.logger = logger
    }

    /// Whether a request is Slack's own (v0 signature over the raw body, at most five minutes old).
    package func isGenuine(signature: String?, timestamp: String?, body: Data) -> Bool {
        guard let signingSecret, !signingSecret.isEmpty else { return false }
        return SlackSignature.isValid(
            signature, timestamp: timestamp, body: Array(body), secret: signingSecret, nowSeconds: doors.now() / 1_000)
    }

    /// Takes one interaction. Returns the text of an error for a form's field, or nil when Slack gets an empty answer.
    package func take(_ interaction: SlackInteraction) async throws -> String? {
        let person = ApprovalPolicy.Person.slack(id: interaction.user.id, name: interaction.userName)
        if interaction.type == "view_submission" { return try await submitted(interaction, person) }
        guard interaction.type == "block_actions", let action = interaction.actions?.first, let id = action.value else {
            return nil
        }
        switch action.actionID {
        case "approve":
            let outcome = try await desk.approve(id, by: person, on: "slack")
            tell(outcome, interaction)
        case "deny":
            if let outcome = try await desk.refusal(id, for: person) {
                tell(outcome, interaction)
            } else {
                askWhy(id, interaction)
            }
        default: break
        }
        return nil
    }

    private func submitted(_ interaction: SlackInteraction, _ person: ApprovalPolicy.Person) async throws -> String? {
        guard let view = interaction.view, view.callbackID == Self.denyForm, let id = view.privateMetadata else {
            return nil
        }
        let reason = view.state?.values[SlackQuestion.blockID]?[SlackQuestion.actionID]?.value ?? ""
        guard !reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
            return "Say why, so that the agent can do better."
        }
        let outcome = try await desk.deny(id, by: person, on: "slack", reason: reason)
        return Self.words(outcome)
    }

    /// The trigger works once and for three seconds, so the form is opened at once, beside the answer.
    private func askWhy(_ id: String, _ interaction: SlackInteraction) {
        guard let slack, let trigger = interaction.triggerID else { return }
        let question = SlackQuestion(
            callbackID: Self.denyForm, title: "Deny", label: "Why? The agent is told.", submit: "Deny",
            privateMetadata: id)
        // Unstructured: the request is answered meanwhile, and nothing depends on the result.
        Task { [logger] in
            do { try await slack.askForText(question, triggerID: trigger) } catch {
                logger.warning("the form for a reason could not be opened", metadata: ["why": "\(error)"])
            }
        }
    }

    /// A private note to the person who pressed, when the press decided nothing.
    private func tell(_ outcome: ApprovalDesk.Outcome, _ interaction: SlackInteraction) {
        guard let text = Self.words(outcome), let slack, let channel = interaction.channelID else { return }
        // Unstructured: the request is answered meanwhile, and nothing depends on the result.
        Task { [logger] in
            do {
                try await slack.postEphemeral(SlackText.escape(text), channel: channel, user: interaction.user.id)
            } catch {
                logger.warning("a private note could not be sent", metadata: ["why": "\(error)"])
            }
        }
    }

    /// Nil when the decision stands: the message itself will show it.
    package static func words(_ outcome: ApprovalDesk.Outcome) -> String? {
        switch outcome {
        case .decided: nil
        case .already(let approval): "Already decided. \(ApprovalWords.outcome(approval))."
        case .refused(.ownRequest): "You asked for this run, so somebody else has to decide."
        case .refused(.notAnApprover(let who)):
            who.isEmpty
                ? "Nobody may decide this in Slack: no approvers are named in the agent's config."
                : "You may not decide this. These may: \(who.joined(separator: ", "))."
        case .unknown: "That question does not exist any more."
        case .short(let why): "Nothing was raised: \(why)."
        case .altered: "The stored question is not what the agent asked. Nothing was decided."
        }
    }
}
