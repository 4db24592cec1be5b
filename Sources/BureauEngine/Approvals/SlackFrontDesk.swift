package import BureauDomain
import BureauVendors
package import Foundation
package import Logging

/// Answers what people do in Slack: button presses, the form that asks for a reason. Slack wants an answer within
/// three seconds; deciding is one local transaction, and whatever goes back to Slack goes after the answer.
package struct SlackFrontDesk: Sendable {
    let desk: ApprovalDesk
    let teams: [SlackTeam]
    let doors: Doors
    let logger: Logger
    /// In which people are told when something was decided.
    let zone: ZoneOffsets
    static let denyForm = "deny_reason"
    /// The form field an error belongs to.
    package static let reasonField = SlackQuestion.blockID

    package init(desk: ApprovalDesk, teams: [SlackTeam], doors: Doors, logger: Logger, zone: ZoneOffsets) {
        self.desk = desk
        self.teams = teams
        self.doors = doors
        self.logger = logger
        self.zone = zone
    }

    /// The workspace a request comes from: the one whose secret has signed it (v0 signature over the raw body, at most
    /// five minutes old). Nil when it is not Slack's own.
    package func sender(signature: String?, timestamp: String?, body: Data) -> SlackTeam? {
        let (bytes, now) = (Array(body), doors.now() / 1_000)
        return teams.first {
            !$0.signingSecret.isEmpty
                && SlackSignature.isValid(
                    signature, timestamp: timestamp, body: bytes, secret: $0.signingSecret, nowSeconds: now)
        }
    }

    /// Takes one interaction. Returns the text of an error for a form's field, or nil when Slack gets an empty answer.
    package func take(_ interaction: SlackInteraction, from team: SlackTeam) async throws -> String? {
        let person = ApprovalPolicy.Person.slack(id: interaction.user.id, name: interaction.userName)
        if interaction.type == "view_submission" { return try await submitted(interaction, person, team) }
        guard interaction.type == "block_actions", let action = interaction.actions?.first, let id = action.value else {
            return nil
        }
        guard try await desk.isAsked(id, in: team.credentials) else {
            tell(.unknown, interaction, team)
            return nil
        }
        switch action.actionID {
        case "approve":
            let outcome = try await desk.approve(id, by: person, on: "slack")
            tell(outcome, interaction, team)
        case "deny":
            if let outcome = try await desk.refusal(id, for: person) {
                tell(outcome, interaction, team)
            } else {
                askWhy(id, isAboutMoney: try await desk.find(id)?.isAboutMoney ?? false, interaction, team)
            }
        default: break
        }
        return nil
    }

    private func submitted(
        _ interaction: SlackInteraction, _ person: ApprovalPolicy.Person, _ team: SlackTeam
    ) async throws -> String? {
        guard let view = interaction.view, view.callbackID == Self.denyForm, let id = view.privateMetadata else {
            return nil
        }
        let reason = view.state?.values[SlackQuestion.blockID]?[SlackQuestion.actionID]?.value ?? ""
        guard !reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
            return try await desk.find(id)?.isAboutMoney ?? false
                ? "Say why, so that people can read it later." : "Say why, so that the agent can do better."
        }
        guard try await desk.isAsked(id, in: team.credentials) else { return Self.words(.unknown, zone) }
        let outcome = try await desk.deny(id, by: person, on: "slack", reason: reason)
        return Self.words(outcome, zone)
    }

    /// The trigger works once and for three seconds, so the form is opened at once, beside the answer.
    private func askWhy(_ id: String, isAboutMoney: Bool, _ interaction: SlackInteraction, _ team: SlackTeam) {
        guard let slack = team.slack, let trigger = interaction.triggerID else { return }
        let question = Self.reasonForm(id, isAboutMoney: isAboutMoney)
        // Unstructured: the request is answered meanwhile, and nothing depends on the result.
        Task { [logger] in
            do { try await slack.askForText(question, triggerID: trigger) } catch {
                logger.warning("the form for a reason could not be opened", metadata: ["why": "\(error)"])
                let text = "The form could not be opened, and nothing was decided. Press \(question.submit) again."
                tell(text, interaction, team)
            }
        }
    }

    /// In the words of the button that was pressed: a budget that is not raised stops the run, and no agent is told.
    static func reasonForm(_ id: String, isAboutMoney: Bool) -> SlackQuestion {
        let word = isAboutMoney ? "Stop the run" : "Deny"
        return SlackQuestion(
            callbackID: Self.denyForm, title: word,
            label: isAboutMoney ? "Why? It is shown with the run." : "Why? The agent is told.", submit: word,
            privateMetadata: id)
    }

    /// A private note to the person who pressed, when the press decided nothing.
    private func tell(_ outcome: ApprovalDesk.Outcome, _ interaction: SlackInteraction, _ team: SlackTeam) {
        if let text = Self.words(outcome, zone) { tell(text, interaction, team) }
    }

    func tell(_ text: String, _ interaction: SlackInteraction, _ team: SlackTeam) {
        guard let slack = team.slack, let channel = interaction.channelID else { return }
        // Unstructured: the request is answered meanwhile, and nothing depends on the result.
        Task { [logger] in
            do {
                try await slack.postEphemeral(SlackText.escape(text), channel: channel, user: interaction.user.id)
            } catch {
                logger.warning("a private note could not be sent", metadata: ["why": "\(error)"])
            }
        }
    }

    /// A message of their own to whoever has filled in a form, which belongs to no channel.
    func write(_ text: String, to user: String, _ team: SlackTeam) async {
        guard let slack = team.slack else { return }
        do {
            let channel = try await slack.openDirect(with: user)
            _ = try await slack.post(SlackMessage(channel: channel, text: SlackText.escape(text)))
        } catch {
            logger.warning("a note to a person could not be sent", metadata: ["why": "\(error)"])
        }
    }

    /// Nil when the decision stands: the message itself will show it.
    package static func words(_ outcome: ApprovalDesk.Outcome, _ zone: ZoneOffsets) -> String? {
        switch outcome {
        case .decided: nil
        case .already(let approval): ApprovalWords.over(approval, zone)
        case .refused(.ownRequest): "You asked for this run, so somebody else has to decide."
        case .refused(.notAnApprover(let who)):
            who.isEmpty
                ? "Nobody may decide this in Slack: no approvers are named in the agent's config."
                : "You may not decide this. These may: \(who.joined(separator: ", "))."
        case .refused(.requesterUnknown(let who)) where Requester(who).kind == .unknown:
            "Two people are needed, and nobody can tell who asked for this run: it began by \(who), which names no "
                + "person. bureau runs again starts it anew in your own name."
        case .refused(.requesterUnknown(let who)):
            "Two people are needed, and nothing tells whether \(who), who asked for this run, is you. Decide where they "
                + "are known, or name them under approvals.identities in the agent's config. bureau runs again starts it "
                + "anew in your own name."
        case .refused(.policyUnreadable):
            "The agent's config of that time cannot be read by this Bureau, so nobody knows who may decide."
        case .unknown: "That question does not exist any more."
        case .short(let why): "Nothing was raised: \(why)."
        case .altered: "The stored question is not what the agent asked. Nothing was decided."
        case .unfit(let why): "Nothing was decided: \(why)."
        }
    }
}
