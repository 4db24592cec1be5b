import Foundation

extension SlackStandIn {
    func listChannels(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let types = (arguments.string("types") ?? "public_channel").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard Set(types).isSubset(of: ["public_channel", "private_channel", "mpim", "im"]) else {
            throw "invalid_types"
        }
        let visible = try read { workspace throws(SlackRefusal) in workspace.channels }.filter { channel in
            let type = channel.personID != nil ? "im" : channel.isPrivate ? "private_channel" : "public_channel"
            return types.contains(type) && (channel.isMember || !channel.isPrivate)
                && !(arguments.flag("exclude_archived") && channel.isArchived)
        }
        let (page, next) = try Self.page(visible, arguments, usual: 100)
        return [
            "channels": .array(page.map(SlackRender.channel)), "response_metadata": ["next_cursor": .string(next)],
        ]
    }

    func channelInfo(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let channel = try read { workspace throws(SlackRefusal) in
            try workspace.channel(arguments.string("channel") ?? "")
        }
        return ["channel": SlackRender.channel(channel)]
    }

    func join(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let channel = try change { workspace, _ throws(SlackRefusal) in
            let channel = try workspace.channel(arguments.string("channel") ?? "")
            if channel.isArchived { throw "is_archived" }
            if channel.isPrivate { throw "method_not_supported_for_channel_type" }
            for index in workspace.channels.indices where workspace.channels[index].id == channel.id {
                workspace.channels[index].isMember = true
            }
            return try workspace.channel(channel.id)
        }
        return ["channel": SlackRender.channel(channel)]
    }

    func openDirect(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        guard let id = arguments.string("users") else { throw "users_list_not_supplied" }
        let channel = try change { workspace, _ throws(SlackRefusal) in
            guard let user = workspace.users.first(where: { $0.id == id }) else { throw "user_not_found" }
            return workspace.directMessage(to: user)
        }
        return ["channel": ["id": .string(channel.id)]]
    }

    /// Newest first, without replies that were not broadcast. Metadata comes only when asked for.
    func history(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        try messages(arguments) { $0.threadTS == nil || $0.threadTS == $0.ts || $0.isBroadcast }
    }

    /// The parent and its replies, oldest first.
    func replies(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let ts = arguments.string("ts") ?? ""
        guard
            try read({ workspace throws(SlackRefusal) in
                workspace.message(arguments.string("channel") ?? "", ts)
            }) != nil
        else { throw "thread_not_found" }
        return try messages(arguments, newestFirst: false) { $0.ts == ts || $0.threadTS == ts }
    }

    private func messages(
        _ arguments: SlackArguments, newestFirst: Bool = true, _ belongs: (SlackMessage) -> Bool
    ) throws(SlackRefusal) -> JSON {
        let found = try read { workspace throws(SlackRefusal) in
            let channel = try workspace.channel(arguments.string("channel") ?? "")
            guard channel.isMember else { throw "not_in_channel" }
            return workspace.messages.filter { $0.channelID == channel.id && $0.onlyFor == nil && belongs($0) }
        }
        let isInclusive = arguments.flag("inclusive")
        // Timestamps of equal length compare as text; fewer digits never occur again this century.
        let within = found.filter { message in
            (arguments.string("oldest").map { message.ts > $0 || (isInclusive && message.ts == $0) } ?? true)
                && (arguments.string("latest").map { message.ts < $0 || (isInclusive && message.ts == $0) } ?? true)
        }
        let (page, next) = try Self.page(newestFirst ? within.reversed() : within, arguments, usual: 100)
        let withMetadata = arguments.flag("include_all_metadata")
        return [
            "messages": .array(page.map { SlackRender.message($0, withMetadata: withMetadata) }),
            "has_more": .bool(!next.isEmpty), "response_metadata": ["next_cursor": .string(next)],
        ]
    }

    /// One page and the cursor of the next, empty at the end. A cursor is the number of items passed, in Base64.
    private static func page<Item>(
        _ items: [Item], _ arguments: SlackArguments, usual: Int
    ) throws(SlackRefusal) -> ([Item], String) {
        let limit = arguments["limit"]?.int ?? usual
        guard (1...1000).contains(limit) else { throw "invalid_limit" }
        var passed = 0
        if let cursor = arguments.string("cursor"), !cursor.isEmpty {
            let text = Data(base64Encoded: cursor).map { String(decoding: $0, as: UTF8.self) } ?? ""
            guard text.hasPrefix("next:"), let number = Int(text.dropFirst(5)), number >= 0 else {
                throw "invalid_cursor"
            }
            passed = number
        }
        let page = Array(items.dropFirst(passed).prefix(limit))
        let reached = passed + page.count
        return (page, reached < items.count ? Data("next:\(reached)".utf8).base64EncodedString() : "")
    }

    func userInfo(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let users = try read { workspace throws(SlackRefusal) in workspace.users }
        guard let user = users.first(where: { $0.id == arguments.string("user") }) else { throw "user_not_found" }
        return ["user": SlackRender.user(user)]
    }

    func lookup(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let email = arguments.string("email")?.lowercased()
        let users = try read { workspace throws(SlackRefusal) in workspace.users }
        guard let user = users.first(where: { $0.email == email && !$0.isBot }) else { throw "users_not_found" }
        return ["user": SlackRender.user(user)]
    }
}
