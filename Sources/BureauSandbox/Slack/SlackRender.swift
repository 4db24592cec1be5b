/// Slack's JSON for the things of the workspace.
enum SlackRender {
    static func message(_ message: SlackMessage, withMetadata: Bool = true) -> JSON {
        .compact([
            "type": "message", "user": .string(message.userID), "text": .string(message.text),
            "ts": .string(message.ts), "team": .string(SlackWorkspace.teamID),
            "bot_id": message.userID == SlackWorkspace.botUserID ? .string(SlackWorkspace.botID) : nil,
            "app_id": message.userID == SlackWorkspace.botUserID ? .string(SlackWorkspace.appID) : nil,
            "blocks": message.blocks.isEmpty ? nil : .array(message.blocks),
            "attachments": message.attachments.isEmpty ? nil : .array(message.attachments),
            "metadata": withMetadata ? message.metadata : nil,
            "thread_ts": message.threadTS.map { .string($0) },
            "edited": message.edited.map { ["user": .string($0.userID), "ts": .string($0.ts)] },
            "files": message.fileIDs.isEmpty ? nil : .array(message.fileIDs.map { ["id": .string($0)] }),
        ])
    }

    static func channel(_ channel: SlackChannel) -> JSON {
        [
            "id": .string(channel.id), "name": .string(channel.name), "is_channel": .bool(channel.personID == nil),
            "is_im": .bool(channel.personID != nil), "is_private": .bool(channel.isPrivate),
            "is_archived": .bool(channel.isArchived), "is_member": .bool(channel.isMember),
            "is_general": .bool(channel.name == "general"),
            "topic": ["value": .string(channel.topic), "creator": "", "last_set": 0],
        ]
    }

    static func user(_ user: SlackUser) -> JSON {
        [
            "id": .string(user.id), "team_id": .string(SlackWorkspace.teamID), "name": .string(user.name),
            "real_name": .string(user.realName), "deleted": false, "is_bot": .bool(user.isBot),
            "tz": "America/New_York",
            "profile": [
                "real_name": .string(user.realName), "display_name": .string(user.name), "email": .string(user.email),
            ],
        ]
    }
}
