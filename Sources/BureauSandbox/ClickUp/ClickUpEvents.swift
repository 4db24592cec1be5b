/// The history items inside webhook bodies, as ClickUp writes them: ids and dates are strings, `parent_id` is the List.
enum ClickUpEvents {
    static func statusItem(
        id: String, task: ClickUpTask, before: ClickUpStatus?, after: ClickUpStatus, user: ClickUpUser, now: Int
    ) -> JSON {
        var item = shared(id: id, field: "status", task: task, user: user, date: now)
        item["data"] = ["status_type": .string(after.type)]
        item["before"] =
            before.map(ClickUpRender.status)
            ?? ["status": nil, "color": "#000000", "type": "removed", "orderindex": -1]
        item["after"] = ClickUpRender.status(after)
        return .object(item)
    }

    static func creationItem(id: String, task: ClickUpTask, user: ClickUpUser, now: Int) -> JSON {
        var item = shared(id: id, field: "task_creation", task: task, user: user, date: now)
        item["before"] = nil as JSON
        item["after"] = nil as JSON
        return .object(item)
    }

    static func commentItem(_ comment: ClickUpComment, task: ClickUpTask) -> JSON {
        var item = shared(
            id: comment.historyID, field: "comment", task: task, user: comment.user, date: comment.date)
        item["before"] = nil as JSON
        item["after"] = .string(comment.id)
        item["comment"] = [
            "id": .string(comment.id), "date": .string(String(comment.date)), "parent": .string(task.id), "type": 1,
            "comment": .array(comment.parts), "text_content": .string(comment.text),
            "user": ClickUpRender.user(comment.user),
        ]
        return .object(item)
    }

    static func fieldItem(id: String, field: String, task: ClickUpTask, user: ClickUpUser, now: Int) -> JSON {
        var item = shared(id: id, field: "custom_field", task: task, user: user, date: now)
        item["custom_field"] = ["id": .string(field)]
        return .object(item)
    }

    static func dueItem(id: String, task: ClickUpTask, user: ClickUpUser, now: Int) -> JSON {
        .object(shared(id: id, field: "due_date", task: task, user: user, date: now))
    }

    private static func shared(
        id: String, field: String, task: ClickUpTask, user: ClickUpUser, date: Int
    ) -> [String: JSON] {
        [
            "id": .string(id), "type": 1, "date": .string(String(date)), "field": .string(field),
            "parent_id": .string(task.listID), "data": [:], "source": nil, "user": ClickUpRender.user(user),
        ]
    }

    /// The text a person reads in one part of a comment.
    static func plainText(_ part: JSON) -> String {
        if let text = part["text"]?.string { return text }
        guard part["type"]?.string == "tag", let id = part["user"]?["id"]?.int else { return "" }
        return "@" + (ClickUpUser.all.first { $0.id == Int(id) }?.username ?? "user \(id)")
    }
}
