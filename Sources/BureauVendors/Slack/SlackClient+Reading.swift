extension SlackClient {
    /// Who the token acts as.
    package func authTest() async throws(VendorError) -> SlackIdentity {
        try await read("auth.test", [], as: SlackIdentity.self, "user_id")
    }

    /// Messages of a channel from `oldest` (a timestamp) on, newest first, with the metadata of our own app.
    package func history(
        _ channel: String, oldest: String? = nil, cursor: String? = nil, limit: Int = 100
    ) async throws(VendorError) -> SlackHistoryPage {
        var fields = [
            ("channel", channel), ("include_all_metadata", "true"), ("limit", String(min(max(limit, 1), 999))),
        ]
        if let oldest { fields += [("oldest", oldest), ("inclusive", "true")] }
        if let cursor { fields.append(("cursor", cursor)) }
        let answer = try await read("conversations.history", fields, as: HistoryAnswer.self, "messages")
        return SlackHistoryPage(messages: answer.messages, nextCursor: answer.metadata?.cursor)
    }

    /// Replies of one thread, its first message among them, oldest first, with the metadata of our own app.
    package func replies(
        _ channel: String, thread ts: String, cursor: String? = nil, limit: Int = 200
    ) async throws(VendorError) -> SlackHistoryPage {
        var fields = [
            ("channel", channel), ("ts", ts), ("include_all_metadata", "true"),
            ("limit", String(min(max(limit, 1), 999))),
        ]
        if let cursor { fields.append(("cursor", cursor)) }
        let answer = try await read("conversations.replies", fields, as: HistoryAnswer.self, "messages")
        return SlackHistoryPage(messages: answer.messages, nextCursor: answer.metadata?.cursor)
    }

    /// One channel by id.
    package func conversation(_ id: String) async throws(VendorError) -> SlackConversation {
        struct Answer: Decodable { let channel: SlackConversation }
        return try await read("conversations.info", [("channel", id)], as: Answer.self, "channel").channel
    }

    /// Public and private channels that are not archived, 200 a page, to turn a name into an id.
    package func conversations(cursor: String? = nil) async throws(VendorError) -> SlackConversationPage {
        struct Answer: Decodable {
            let channels: [SlackConversation]
            let metadata: CursorWire?
            enum CodingKeys: String, CodingKey {
                case channels
                case metadata = "response_metadata"
            }
        }
        var fields = [("types", "public_channel,private_channel"), ("exclude_archived", "true"), ("limit", "200")]
        if let cursor { fields.append(("cursor", cursor)) }
        let answer = try await read("conversations.list", fields, as: Answer.self, "channels")
        return SlackConversationPage(conversations: answer.channels, nextCursor: answer.metadata?.cursor)
    }

    /// The channel in which this app and one user write to each other (`conversations.open`, scope `im:write`). Opening it
    /// again gives the same one.
    package func openDirect(with user: String) async throws(VendorError) -> String {
        struct Body: Encodable { let users: String }
        struct Answer: Decodable {
            struct Channel: Decodable { let id: String }
            let channel: Channel
        }
        return try await send("conversations.open", Body(users: user), as: Answer.self).channel.id
    }

    /// The user with this e-mail address, or nil when there is none. A plain `@name` in a message notifies nobody.
    package func userByEmail(_ email: String) async throws(VendorError) -> SlackUser? {
        struct Answer: Decodable { let user: SlackUser }
        do throws(VendorError) {
            return try await read("users.lookupByEmail", [("email", email)], as: Answer.self, "user").user
        } catch {
            if case .rejected(_, "users_not_found") = error.kind { return nil }
            throw error
        }
    }
}

package struct SlackIdentity: Hashable, Sendable, Decodable {
    package let userID: String
    package let botID: String?
    package let teamID: String?
    package let team: String?

    private enum CodingKeys: String, CodingKey {
        case team
        case userID = "user_id"
        case botID = "bot_id"
        case teamID = "team_id"
    }
}

package struct SlackHistoryPage: Hashable, Sendable {
    package let messages: [SlackListedMessage]
    package let nextCursor: String?
}

package struct SlackConversationPage: Hashable, Sendable {
    package let conversations: [SlackConversation]
    package let nextCursor: String?
}

package struct SlackConversation: Hashable, Sendable {
    package let id: String
    package let name: String?
    package let isMember: Bool
    package let isArchived: Bool
}

extension SlackConversation: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name
        case isMember = "is_member"
        case isArchived = "is_archived"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        name = fields.text(.name)
        isMember = fields.flag(.isMember) ?? false
        isArchived = fields.flag(.isArchived) ?? false
    }
}

package struct SlackUser: Hashable, Sendable, Decodable {
    package let id: String
    package let name: String?

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        name = fields.text(.realName) ?? fields.text(.name)
    }

    private enum CodingKeys: String, CodingKey {
        case id, name
        case realName = "real_name"
    }
}

private struct HistoryAnswer: Decodable {
    let messages: [SlackListedMessage]
    let metadata: CursorWire?
    enum CodingKeys: String, CodingKey {
        case messages
        case metadata = "response_metadata"
    }
}

/// Slack ends a list with an empty cursor.
struct CursorWire: Decodable {
    let cursor: String?
    enum CodingKeys: String, CodingKey { case cursor = "next_cursor" }

    init(from decoder: any Decoder) throws {
        let text = try decoder.container(keyedBy: CodingKeys.self).text(.cursor)
        cursor = text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
