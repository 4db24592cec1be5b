/// A message to post, or to put in place of one.
package struct SlackMessage: Hashable, Sendable {
    /// What a machine reads: how a message is recognised after its answer was lost. Keep it under 1 KB.
    package struct Metadata: Hashable, Sendable, Codable {
        package var eventType: String
        package var payload: [String: JSONValue]

        private enum CodingKeys: String, CodingKey {
            case eventType = "event_type"
            case payload = "event_payload"
        }

        package init(eventType: String, payload: [String: JSONValue]) {
            self.eventType = eventType
            self.payload = payload
        }
    }

    /// The channel's **id**; a user's id opens a direct message.
    package var channel: String
    /// Notification and screen-reader text, mrkdwn; always needed.
    package var text: String
    package var blocks: [SlackBlock]
    package var metadata: Metadata?
    /// The **parent's** timestamp, to reply in its thread.
    package var threadTS: String?
    /// A reply that is shown in the channel too.
    package var isBroadcast = false

    package init(
        channel: String, text: String, blocks: [SlackBlock] = [], metadata: Metadata? = nil, threadTS: String? = nil
    ) {
        self.channel = channel
        self.text = text
        self.blocks = blocks
        self.metadata = metadata
        self.threadTS = threadTS
    }
}

/// Where a message is. Both together identify it; the timestamp is text, since as a number it loses digits.
package struct SlackPosted: Hashable, Sendable {
    package let channel: String
    package let ts: String

    package init(channel: String, ts: String) {
        self.channel = channel
        self.ts = ts
    }
}

/// A message as listed by `history`.
package struct SlackListedMessage: Hashable, Sendable {
    package let ts: String
    package let text: String
    package let userID: String?
    package let botID: String?
    package let metadata: SlackMessage.Metadata?
}

extension SlackListedMessage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case ts, text, metadata
        case userID = "user"
        case botID = "bot_id"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        ts = try fields.decode(String.self, forKey: .ts)
        text = fields.text(.text) ?? ""
        userID = fields.text(.userID)
        botID = fields.text(.botID)
        metadata = fields.lenient(SlackMessage.Metadata.self, .metadata)
    }
}
