import Foundation
import HTTPTypes
import Hummingbird

/// What people do on a task besides moving it: they comment, change their words, take them back, fill in fields.
extension ClickUpStandIn {
    /// Steered by JSON at `/_control/clickup/…`, and by the form on a task's page.
    func addPeople(to router: Router<SandboxContext>) {
        addComments(to: router)
        addFieldsAndPlans(to: router)
        router.post("/board/:id/comment") { [self] request, context in
            let id = try context.parameters.require("id")
            let form = FormFields(String(buffer: try await request.body.collect(upTo: 65_536)))
            guard let text = form["text"], !text.isEmpty else { throw HTTPError(.badRequest) }
            _ = try? comment(id, text, by: form["user"].flatMap { Int($0) })
            return Response(status: .seeOther, headers: [.location: "/board/\(id)"])
        }
    }

    private func addComments(to router: Router<SandboxContext>) {
        router.post("/_control/clickup/comment") { [self] request, context in
            let body = try await request.json(context)
            return answered {
                let id = try comment(body["task"]?.string ?? "", body["text"]?.string ?? "", by: body["user"]?.int)
                return ["id": .string(id)]
            }
        }
        router.post("/_control/clickup/comment/edit") { [self] request, context in
            let body = try await request.json(context)
            return answered {
                let (task, id) = (body["task"]?.string ?? "", body["comment"]?.string ?? "")
                try change { workspace, now throws(ClickUpRefusal) in
                    ((), try workspace.editComment(id, of: task, to: body["text"]?.string ?? "", now: now))
                }
                return ["ok": true]
            }
        }
        router.post("/_control/clickup/comment/delete") { [self] request, context in
            let body = try await request.json(context)
            return answered {
                let (task, id) = (body["task"]?.string ?? "", body["comment"]?.string ?? "")
                try change { workspace, now throws(ClickUpRefusal) in
                    try workspace.deleteComment(id, of: task, now: now)
                    return ((), [])
                }
                return ["ok": true]
            }
        }
    }

    private func addFieldsAndPlans(to router: Router<SandboxContext>) {
        router.post("/_control/clickup/field") { [self] request, context in
            let body = try await request.json(context)
            return answered {
                let (task, name) = (body["task"]?.string ?? "", body["field"]?.string ?? "")
                try change { workspace, now throws(ClickUpRefusal) in
                    ((), try workspace.fillIn(name, of: task, with: body["value"] ?? .null, now: now))
                }
                return ["ok": true]
            }
        }
        // What a person plans: `tags`, and `due` and `start` in Unix milliseconds or null.
        router.post("/_control/clickup/plan") { [self] request, context in
            let body = try await request.json(context)
            return answered {
                try change { workspace, now throws(ClickUpRefusal) in
                    ((), try workspace.plan(body, now: now))
                }
                return ["ok": true]
            }
        }
    }

    /// Returns the new comment's id.
    private func comment(_ task: String, _ text: String, by userID: Int?) throws(ClickUpRefusal) -> String {
        let user = ClickUpUser.all.first { $0.id == userID } ?? .boardUser
        guard !text.isEmpty else { throw .invalid("text is required") }
        return try change { workspace, now throws(ClickUpRefusal) in
            let (comment, sent) = try workspace.addComment(
                to: task, parts: [["text": .string(text)]], by: user, now: now)
            return (comment.id, sent)
        }
    }

    private func answered(_ perform: () throws -> JSON) -> Response {
        do { return .json(try perform()) } catch {
            guard let refusal = error as? ClickUpRefusal else { return .json(["error": "failed"], status: .badRequest) }
            return Self.answer(refusal)
        }
    }

    func commentForm(_ task: ClickUpTask) -> HTML {
        let people = ClickUpUser.all.filter { $0.id != ClickUpUser.tokenOwner.id }.map { user -> HTML in
            "<option value=\"\(user.id)\">\(user.username)</option>"
        }
        return """
            <form method="post" action="/board/\(task.id)/comment">
            <label for="user">As</label> <select id="user" name="user">\(HTML(joining: people))</select>
            <label for="text">Comment</label> <textarea id="text" name="text" rows="3" required></textarea>
            <button type="submit">Comment</button></form>
            """
    }
}

extension ClickUpWorkspace {
    /// An edit raises its event under the history id of the posting, as at the vendor, and the list shows no time of it.
    mutating func editComment(
        _ commentID: String, of id: String, to text: String, now: Int
    ) throws(ClickUpRefusal) -> [ClickUpDelivery] {
        var task = try task(id)
        let list = try list(task.listID)
        guard let index = task.comments.firstIndex(where: { $0.id == commentID }) else {
            throw ClickUpRefusal(status: 404, message: "Comment not found", code: "COMM_001")
        }
        (task.comments[index].parts, task.comments[index].text) = ([["text": .string(text)]], text)
        task.updated = max(now, task.updated + 1)
        replace(task)
        let item = ClickUpEvents.commentItem(task.comments[index], task: task)
        return deliveries(of: task, in: list, events: [("taskCommentUpdated", [item]), ("taskUpdated", [item])])
    }

    /// Raises no event.
    mutating func deleteComment(_ commentID: String, of id: String, now: Int) throws(ClickUpRefusal) {
        var task = try task(id)
        task.comments.removeAll { $0.id == commentID }
        task.updated = max(now, task.updated + 1)
        replace(task)
    }

    /// A person fills in a field by its name.
    mutating func fillIn(
        _ name: String, of id: String, with value: JSON, now: Int
    ) throws(ClickUpRefusal) -> [ClickUpDelivery] {
        let list = try list(try task(id).listID)
        guard let field = list.fields.first(where: { $0.name == name }) else {
            throw ClickUpRefusal(status: 404, message: "Custom field not found", code: "FIELD_001")
        }
        try setField(field.id, of: id, to: value, now: now)
        let task = try task(id)
        let item = ClickUpEvents.fieldItem(
            id: makeSnowflake(now), field: field.id, task: task, user: .boardUser, now: now)
        return deliveries(of: task, in: list, events: [("taskUpdated", [item])])
    }

    /// Only what is named changes.
    mutating func plan(_ words: JSON, now: Int) throws(ClickUpRefusal) -> [ClickUpDelivery] {
        var task = try task(words["task"]?.string ?? "")
        let list = try list(task.listID)
        if let tags = words["tags"]?.array { task.tags = tags.compactMap(\.string) }
        if let due = words["due"] { task.due = due.int }
        if let start = words["start"] { task.start = start.int }
        task.updated = max(now, task.updated + 1)
        replace(task)
        let item = ClickUpEvents.dueItem(id: makeSnowflake(now), task: task, user: .boardUser, now: now)
        return deliveries(of: task, in: list, events: [("taskUpdated", [item])])
    }
}
