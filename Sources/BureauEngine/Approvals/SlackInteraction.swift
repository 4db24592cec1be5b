import Foundation

/// The part of an interactive Slack payload that decides something. (Shapes: Slack, block_actions and view_submission.)
package struct SlackInteraction: Decodable, Sendable {
    package struct User: Decodable, Sendable {
        package let id: String
        package let name: String?
        package let username: String?
    }
    package struct Action: Decodable, Sendable {
        package let actionID: String
        package let value: String?
        enum CodingKeys: String, CodingKey { case actionID = "action_id", value }
    }
    package struct Channel: Decodable, Sendable { package let id: String }
    package struct Container: Decodable, Sendable {
        package let channelID: String?
        enum CodingKeys: String, CodingKey { case channelID = "channel_id" }
    }
    package struct View: Decodable, Sendable {
        package let callbackID: String?
        package let privateMetadata: String?
        package let state: State?
        enum CodingKeys: String, CodingKey {
            case callbackID = "callback_id", privateMetadata = "private_metadata", state
        }
        package struct State: Decodable, Sendable {
            package let values: [String: [String: Value]]
            package struct Value: Decodable, Sendable { package let value: String? }
        }
    }

    package let type: String
    package let user: User
    package let actions: [Action]?
    package let triggerID: String?
    package let channel: Channel?
    package let container: Container?
    package let view: View?

    private enum CodingKeys: String, CodingKey {
        case type, user, actions, channel, container, view, triggerID = "trigger_id"
    }

    package static func read(_ payload: String) -> SlackInteraction? {
        try? JSONDecoder().decode(SlackInteraction.self, from: Data(payload.utf8))
    }

    package var channelID: String? { channel?.id ?? container?.channelID }
    package var userName: String { user.name ?? user.username ?? user.id }
}
