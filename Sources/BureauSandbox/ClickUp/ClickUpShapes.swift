/// What each write to ClickUp may carry, as the vendor's contract names it.
enum ClickUpShapes {
    static let taskUpdate = BodyShape(members: [
        "name": .string, "description": .string, "markdown_content": .string, "status": .string,
        "priority": .orNull(.integer), "due_date": .orNull(.integer), "due_date_time": .boolean, "parent": .string,
        "time_estimate": .integer, "start_date": .orNull(.integer), "start_date_time": .boolean, "points": .number,
        "archived": .boolean, "custom_item_id": .orNull(.number), "assignees": .object, "group_assignees": .object,
        "watchers": .object,
    ])

    static let taskCreate = BodyShape(
        members: [
            "name": .string, "description": .string, "markdown_content": .string, "markdown_description": .string,
            "assignees": .array, "group_assignees": .array, "tags": .array, "status": .string,
            "priority": .orNull(.integer), "due_date": .integer, "due_date_time": .boolean, "start_date": .integer,
            "start_date_time": .boolean, "time_estimate": .integer, "points": .number, "notify_all": .boolean,
            "parent": .orNull(.string), "links_to": .orNull(.string), "check_required_custom_fields": .boolean,
            "archived": .boolean, "custom_item_id": .orNull(.number), "custom_fields": .array,
        ], required: ["name"])

    static let comment = BodyShape(
        members: [
            "comment_text": .string, "comment": .array, "assignee": .orNull(.integer),
            "group_assignee": .orNull(.string), "notify_all": .boolean,
        ], required: ["notify_all"])

    static let fieldValue = BodyShape(members: ["value": .any, "value_options": .object], required: ["value"])

    static let webhookCreate = BodyShape(
        members: [
            "endpoint": .string, "events": .any, "space_id": .orNull(.integer), "folder_id": .orNull(.integer),
            "list_id": .orNull(.integer), "task_id": .orNull(.string),
        ], required: ["endpoint", "events"])

    static let webhookUpdate = BodyShape(
        members: ["endpoint": .string, "events": .any, "status": .string, "secret": .string])

    private static let partTypes: Set = [
        "tag", "emoticon", "attachment", "bookmark", "image", "frame", "task_mention", "link_mention",
    ]
    private static let partShape = BodyShape(members: [
        "text": .string, "type": .string, "user": .object, "emoticon": .object, "attributes": .object,
    ])

    /// The first thing wrong with the parts of a comment.
    static func problem(inParts parts: [JSON]) -> String? {
        guard !parts.isEmpty else { return "comment is empty" }
        for part in parts {
            if let problem = partShape.problem(in: part) { return "comment part: \(problem)" }
            if let type = part["type"]?.string {
                guard partTypes.contains(type) else { return "comment part: type is invalid" }
                if type == "tag", part["user"]?["id"]?.int == nil { return "comment part: user is required" }
            } else if part["text"] == nil {
                return "comment part: text is required"
            }
        }
        return nil
    }

    static func draft(_ body: JSON) throws(ClickUpRefusal) -> ClickUpTaskDraft {
        guard let name = body["name"]?.string, !name.allSatisfy(\.isWhitespace) else {
            throw ClickUpRefusal(status: 400, message: "Task name invalid", code: "INPUT_005")
        }
        let text = body["description"] ?? body["markdown_content"] ?? body["markdown_description"]
        var draft = ClickUpTaskDraft(name: name, text: text?.string ?? "", status: body["status"]?.string)
        draft.parentID = body["parent"]?.string
        for field in body["custom_fields"]?.array ?? [] {
            guard let id = field["id"]?.string, let value = field["value"] else {
                throw .invalid("custom_fields: id and value are required")
            }
            draft.values[id] = value
        }
        return draft
    }
}
