extension SlackStandIn {
    static let metadataBytesMax = 8_000

    func authTest() -> JSON {
        [
            "url": .string("\(frame.baseURL)/channels"), "team": "Agency (demo)", "user": "bureau",
            "team_id": .string(SlackWorkspace.teamID), "user_id": .string(SlackWorkspace.botUserID),
            "bot_id": .string(SlackWorkspace.botID), "is_enterprise_install": false,
        ]
    }

    func postMessage(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        var draft = try content(of: arguments)
        draft.metadata = try metadata(arguments)
        draft.isBroadcast = arguments.flag("reply_broadcast")
        let posted = try change { workspace, now throws(SlackRefusal) in
            try workspace.post(draft, as: SlackWorkspace.botUserID, now: now)
        }
        return [
            "channel": .string(posted.channelID), "ts": .string(posted.ts), "message": SlackRender.message(posted),
        ]
    }

    func postEphemeral(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        var draft = try content(of: arguments)
        let user = arguments.string("user") ?? ""
        draft.onlyFor = user
        let posted = try change { workspace, now throws(SlackRefusal) in
            guard workspace.users.contains(where: { $0.id == user }) else { throw "user_not_in_channel" }
            return try workspace.post(draft, as: SlackWorkspace.botUserID, now: now)
        }
        return ["message_ts": .string(posted.ts)]
    }

    func update(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        var change = SlackChange(text: arguments.string("text"), blocks: arguments["blocks"]?.array)
        change.attachments = arguments["attachments"]?.array
        change.metadata = try metadata(arguments)
        if let markdown = arguments.string("markdown_text") {
            guard change.text == nil, change.blocks == nil else { throw "markdown_text_conflict" }
            change.text = markdown
        }
        guard change.text != nil || change.blocks != nil || change.attachments != nil else { throw "no_text" }
        guard (change.text?.utf8.count ?? 0) <= SlackWorkspace.updateBytesMax else { throw "msg_too_long" }
        if let blocks = change.blocks { try SlackBlocks.check(blocks) }
        let message = try self.change { workspace, now throws(SlackRefusal) in
            try workspace.update(arguments.string("channel") ?? "", arguments.string("ts") ?? "", change, now: now)
        }
        return [
            "channel": .string(message.channelID), "ts": .string(message.ts), "text": .string(message.text),
            "message": SlackRender.message(message),
        ]
    }

    func delete(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let (channel, ts) = (arguments.string("channel") ?? "", arguments.string("ts") ?? "")
        try change { workspace, _ throws(SlackRefusal) in try workspace.delete(channel, ts) }
        return ["channel": .string(channel), "ts": .string(ts)]
    }

    /// Text, blocks, attachments and thread, checked as Slack checks them before it looks at the channel's state.
    func content(of arguments: SlackArguments) throws(SlackRefusal) -> SlackDraft {
        var draft = SlackDraft(channel: arguments.string("channel") ?? "", text: arguments.string("text") ?? "")
        draft.blocks = arguments["blocks"]?.array ?? []
        draft.attachments = arguments["attachments"]?.array ?? []
        draft.threadTS = arguments.string("thread_ts")
        if let markdown = arguments.string("markdown_text") {
            guard draft.text.isEmpty, draft.blocks.isEmpty else { throw "markdown_text_conflict" }
            guard markdown.unicodeScalars.count <= SlackBlocks.markdownMax else { throw "msg_too_long" }
            draft.text = markdown
        }
        guard !draft.text.isEmpty || !draft.blocks.isEmpty || !draft.attachments.isEmpty else { throw "no_text" }
        guard draft.attachments.count <= 100 else { throw "too_many_attachments" }
        try SlackBlocks.check(draft.blocks)
        return draft
    }

    private func metadata(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON? {
        guard let metadata = arguments["metadata"] else { return nil }
        guard metadata["event_type"]?.string?.isEmpty == false, metadata["event_payload"]?.object != nil else {
            throw "invalid_metadata_format"
        }
        guard metadata.bytes.count <= Self.metadataBytesMax else { throw "metadata_too_large" }
        return metadata
    }
}
