import Foundation

/// The part of an interactive Slack payload that decides something. (Shapes: Slack, block_actions and view_submission.)
package struct SlackInteraction: Decodable, Sendable {
    package struct User: Decodable, Sendable {
        package let id: String
        package let name: String?
        package let username: String?
    }
    package struct Action: Decodable, Sendable {
        package let action_id: String
        package let value: String?
        package let action_ts: String?
    }
    package struct Channel: Decodable, Sendable { package let id: String }
    package struct Container: Decodable, Sendable { package let channel_id: String? }
    package struct View: Decodable, Sendable {
        package let callback_id: String?
        package let private_metadata: String?
        package let state: State?
        package struct State: Decodable, Sendable {
            package let values: [String: [String: Value]]
            package struct Value: Decodable, Sendable { package let value: String? }
        }
    }

    package let type: String
    package let user: User
    package let actions: [Action]?
    package let trigger_id: String?
    package let channel: Channel?
    package let container: Container?
    package let view: View?

    package static func read(_ payload: String) -> SlackInteraction? {
        try? JSONDecoder().decode(SlackInteraction.self, from: Data(payload.utf8))
    }

    package var channelID: String? { channel?.id ?? container?.channel_id }
    package var userName: String { user.name ?? user.username ?? user.id }
}
