/// The arguments each Slack method knows.
enum SlackShapes {
    private static let posting: [String: BodyShape.Kind] = [
        "channel": .string, "text": .string, "blocks": .array, "attachments": .array, "thread_ts": .string,
        "parse": .string, "link_names": .boolean, "username": .string, "icon_emoji": .string, "icon_url": .string,
        "markdown_text": .string,
    ]
    private static let paging: [String: BodyShape.Kind] = [
        "channel": .string, "latest": .string, "oldest": .string, "inclusive": .boolean, "limit": .integer,
        "cursor": .string, "include_all_metadata": .boolean,
    ]

    static let all: [String: BodyShape] = [
        "auth.test": BodyShape(members: [:]),
        "chat.postMessage": BodyShape(
            members: posting.merging([
                "reply_broadcast": .boolean, "unfurl_links": .boolean, "unfurl_media": .boolean, "mrkdwn": .boolean,
                "metadata": .object,
            ]) { first, _ in first }, required: ["channel"]),
        "chat.postEphemeral": BodyShape(
            members: posting.merging(["user": .string]) { first, _ in first }, required: ["channel", "user"]),
        "chat.update": BodyShape(
            members: [
                "channel": .string, "ts": .string, "as_user": .boolean, "file_ids": .array, "text": .string,
                "blocks": .array, "attachments": .array, "reply_broadcast": .boolean, "parse": .string,
                "link_names": .boolean, "markdown_text": .string, "metadata": .object,
            ], required: ["channel", "ts"]),
        "chat.delete": BodyShape(members: ["channel": .string, "ts": .string], required: ["channel", "ts"]),
        "conversations.list": BodyShape(members: [
            "cursor": .string, "limit": .integer, "types": .string, "exclude_archived": .boolean, "team_id": .string,
        ]),
        "conversations.info": BodyShape(
            members: ["channel": .string, "include_num_members": .boolean], required: ["channel"]),
        "conversations.join": BodyShape(members: ["channel": .string], required: ["channel"]),
        "conversations.open": BodyShape(members: ["users": .string, "channel": .string, "return_im": .boolean]),
        "conversations.history": BodyShape(members: paging, required: ["channel"]),
        "conversations.replies": BodyShape(
            members: paging.merging(["ts": .string]) { first, _ in first }, required: ["channel", "ts"]),
        "users.info": BodyShape(members: ["user": .string, "include_locale": .boolean], required: ["user"]),
        "users.lookupByEmail": BodyShape(members: ["email": .string], required: ["email"]),
        "files.getUploadURLExternal": BodyShape(
            members: ["filename": .string, "length": .integer, "alt_txt": .string, "snippet_type": .string],
            required: ["filename", "length"]),
        "files.completeUploadExternal": BodyShape(
            members: [
                "files": .array, "channel_id": .string, "channels": .string, "thread_ts": .string,
                "initial_comment": .string, "blocks": .array,
            ], required: ["files"]),
        "files.info": BodyShape(
            members: ["file": .string, "count": .integer, "page": .integer], required: ["file"]),
        "views.open": BodyShape(
            members: ["trigger_id": .string, "interactivity_pointer": .string, "view": .object], required: ["view"]),
    ]
}
