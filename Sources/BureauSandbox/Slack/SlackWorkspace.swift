/// The state of the stand-in workspace and the rules Slack keeps over it. A value; `now` is Unix microseconds.
struct SlackWorkspace: Sendable {
    static let teamID = "T0DEMO", appID = "A0DEMO", botID = "B0DEMO", botUserID = "U0BUREAU"
    static let textCharactersMax = 40_000, updateBytesMax = 4_000

    var users: [SlackUser]
    var channels: [SlackChannel]
    /// Oldest first, over all channels.
    var messages: [SlackMessage] = []
    var files: [String: SlackFile] = [:]
    private var lastMicroseconds = 0
    private var lastNumber = 0

    init(users: [SlackUser], channels: [SlackChannel]) { (self.users, self.channels) = (users, channels) }

    /// A timestamp no other message has: Slack identifies a message by its channel and this text.
    mutating func makeTS(_ now: Int) -> String {
        lastMicroseconds = max(lastMicroseconds + 1, now)
        let fraction = String(lastMicroseconds % 1_000_000)
        return "\(lastMicroseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    mutating func makeID(_ letter: String, _ now: Int) -> String {
        lastNumber = max(lastNumber + 1, now)
        return letter + String(lastNumber, radix: 36).uppercased()
    }

    // MARK: Finding

    /// A channel the bot can see, by id. Private channels without the bot do not exist for it.
    func channel(_ id: String) throws(SlackRefusal) -> SlackChannel {
        guard let channel = channels.first(where: { $0.id == id }), channel.isMember || !channel.isPrivate else {
            throw "channel_not_found"
        }
        return channel
    }

    /// Where a new message goes: an id, a public channel's name with or without "#", or a person.
    mutating func destination(_ text: String) throws(SlackRefusal) -> SlackChannel {
        if text.hasPrefix("U"), let user = users.first(where: { $0.id == text }) { return directMessage(to: user) }
        let name = text.hasPrefix("#") ? String(text.dropFirst()) : text
        let byName = channels.first { $0.name == name && !$0.isPrivate && $0.personID == nil }
        let found = if let byName { byName } else { try channel(text) }
        if found.isArchived { throw "is_archived" }
        guard found.isMember else { throw "not_in_channel" }
        return found
    }

    /// The direct channel with a person; opened when it is not there yet.
    mutating func directMessage(to user: SlackUser) -> SlackChannel {
        if let open = channels.first(where: { $0.personID == user.id }) { return open }
        let channel = SlackChannel(
            id: "D0" + user.id.dropFirst(2), name: user.name, topic: "", isPrivate: true, personID: user.id)
        channels.append(channel)
        return channel
    }

    func message(_ channelID: String, _ ts: String) -> SlackMessage? {
        messages.first { $0.channelID == channelID && $0.ts == ts }
    }

    // MARK: Writing

    mutating func post(_ draft: SlackDraft, as userID: String, now: Int) throws(SlackRefusal) -> SlackMessage {
        let channel = try destination(draft.channel)
        if let parentTS = draft.threadTS {
            guard let parent = message(channel.id, parentTS) else { throw "thread_not_found" }
            // A reply hangs from the parent, never from another reply.
            guard parent.threadTS == nil || parent.threadTS == parent.ts else { throw "cannot_reply_to_message" }
        }
        var message = SlackMessage(
            channelID: channel.id, ts: makeTS(now), userID: userID,
            text: String(draft.text.prefix(Self.textCharactersMax)))
        message.blocks = withBlockIDs(draft.blocks)
        message.attachments = draft.attachments
        message.metadata = draft.metadata
        message.threadTS = draft.threadTS
        message.isBroadcast = draft.isBroadcast
        message.onlyFor = draft.onlyFor
        message.fileIDs = draft.fileIDs
        messages.append(message)
        return message
    }

    /// Text without blocks takes the blocks away; attachments and metadata that are not mentioned stay.
    mutating func update(
        _ channelID: String, _ ts: String, _ change: SlackChange, now: Int
    ) throws(SlackRefusal) -> SlackMessage {
        let channel = try channel(channelID)
        guard let index = messages.firstIndex(where: { $0.channelID == channel.id && $0.ts == ts }),
            messages[index].onlyFor == nil
        else { throw "message_not_found" }
        guard messages[index].userID == Self.botUserID else { throw "cant_update_message" }
        if let blocks = change.blocks {
            messages[index].blocks = withBlockIDs(blocks)
            messages[index].text = change.text ?? messages[index].text
        } else if let text = change.text {
            messages[index].text = text
            messages[index].blocks = []
        }
        if let attachments = change.attachments { messages[index].attachments = attachments }
        if let metadata = change.metadata { messages[index].metadata = metadata }
        messages[index].edited = (Self.botUserID, makeTS(now))
        return messages[index]
    }

    mutating func delete(_ channelID: String, _ ts: String) throws(SlackRefusal) {
        let channel = try channel(channelID)
        guard let index = messages.firstIndex(where: { $0.channelID == channel.id && $0.ts == ts }) else {
            throw "message_not_found"
        }
        guard messages[index].userID == Self.botUserID else { throw "cant_delete_message" }
        messages.remove(at: index)
    }

    private func withBlockIDs(_ blocks: [JSON]) -> [JSON] {
        blocks.enumerated().map { index, block in
            var block = block
            if block["block_id"] == nil { block["block_id"] = .string("b\(messages.count)x\(index)") }
            return block
        }
    }

    // MARK: Files

    mutating func promiseFile(name: String, byteCount: Int, ticket: String, now: Int) -> SlackFile {
        let file = SlackFile(
            id: makeID("F", now), name: name, byteCount: byteCount, ticket: ticket, title: name)
        files[file.id] = file
        return file
    }

    /// True when the bytes are exactly as many as were announced for this ticket.
    mutating func storeFile(ticket: String, bytes: [UInt8]) -> Bool {
        guard let file = files.values.first(where: { $0.ticket == ticket }), case .promised = file.stage,
            file.byteCount == bytes.count
        else { return false }
        files[file.id]?.stage = .stored(bytes)
        return true
    }

    /// Makes stored files visible. Not repeatable: a file that was shared is not waiting any more.
    mutating func completeFiles(_ wanted: [(id: String, title: String?)]) throws(SlackRefusal) -> [SlackFile] {
        for entry in wanted {
            guard case .stored? = files[entry.id]?.stage else { throw "file_not_found" }
        }
        return wanted.compactMap { entry in
            guard var file = files[entry.id], let bytes = file.bytes else { return nil }
            file.stage = .shared(bytes)
            file.title = entry.title ?? file.title
            files[file.id] = file
            return file
        }
    }
}

/// A message to be posted.
struct SlackDraft: Sendable {
    var channel: String, text = ""
    var blocks: [JSON] = [], attachments: [JSON] = []
    var metadata: JSON?
    var threadTS: String?
    var isBroadcast = false
    var onlyFor: String?
    var fileIDs: [String] = []
}

/// What a `chat.update` changes; nil leaves it.
struct SlackChange: Sendable {
    var text: String?
    var blocks: [JSON]?, attachments: [JSON]?
    var metadata: JSON?
}
