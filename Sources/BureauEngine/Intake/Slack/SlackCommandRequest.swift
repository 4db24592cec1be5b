package import Foundation

/// One slash command as Slack sends it (application/x-www-form-urlencoded; slack.com, "Enabling interactivity with
/// slash commands").
package struct SlackCommandRequest: Sendable {
    package let command: String
    package let text: String
    package let userID: String
    package let userName: String
    package let channelID: String
    /// New for each time somebody types: what tells a repeated request from a second wish.
    package let triggerID: String
    package let responseURL: String?
    /// As it came, for the record.
    package let body: Data
    package let remoteAddress: String

    /// Nil when a field is missing without which nobody could be answered.
    package init?(_ field: (String) -> String?, body: Data, remoteAddress: String) {
        guard let command = field("command"), command.hasPrefix("/"), let user = field("user_id"), !user.isEmpty,
            let trigger = field("trigger_id"), !trigger.isEmpty
        else { return nil }
        self.command = String(command.prefix(80))
        text = field("text") ?? ""
        userID = String(user.prefix(40))
        userName = String((field("user_name") ?? user).prefix(80))
        channelID = String((field("channel_id") ?? "").prefix(40))
        triggerID = String(trigger.prefix(200))
        responseURL = field("response_url")
        self.body = body
        self.remoteAddress = remoteAddress
    }
}
