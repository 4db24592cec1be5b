import HTTPTypes
import Hummingbird

/// What people do at the board: by JSON at `/_control/asana/ACT`, and by the forms on a task's page.
extension AsanaStandIn {
    /// Each takes `task` (a gid) and `user` (the gid of a person of the demo agency); `act` says what else.
    func addControl(to router: Router<SandboxContext>) {
        router.post("/_control/asana/:act") { [self] request, context in
            let body = try await request.json(context)
            let fields = (body.object ?? [:]).compactMapValues { value -> String? in
                value.string ?? (value.isNull ? nil : value.text)
            }
            do {
                return Response.json(try await perform(try context.parameters.require("act"), fields))
            } catch let refusal as AsanaRefusal {
                return Response.json(refusal.json, status: .init(code: refusal.status))
            }
        }
        router.post("/asana/tasks/:id/:act") { [self] request, context in
            let task = try context.parameters.require("id")
            let form = FormFields(String(buffer: try await request.body.collect(upTo: 65_536)))
            var fields = Dictionary(form.pairs.map { ($0.name, $0.value) }) { first, _ in first }
            fields["task"] = task
            do {
                _ = try await perform(try context.parameters.require("act"), fields)
            } catch let refusal as AsanaRefusal {
                return BureauSandbox.page(
                    title: "Not done", body: "<p>\(refusal.message)</p>", status: .init(code: refusal.status))
            }
            return Response(status: .seeOther, headers: [.location: "/asana/tasks/\(task)"])
        }
    }

    private func perform(_ act: String, _ given: [String: String]) async throws -> JSON {
        if act == "heartbeat" {
            for hook in look().webhooks { await courier.beat(hook.gid, for: self) }
            return ["ok": true]
        }
        if act == "limits" {
            limit(given)
            return ["ok": true]
        }
        return try change { workspace, now in try Self.perform(act, given, &workspace, now) }
    }

    private static func perform(
        _ act: String, _ given: [String: String], _ workspace: inout AsanaWorkspace, _ now: Int
    ) throws(AsanaRefusal) -> JSON {
        let task = given["task"] ?? "", text = given["text"] ?? ""
        let user = try workspace.person(given["user"] ?? AsanaSeed.jake.gid).gid
        switch act {
        case "assign":
            let assignee = given["assignee"].flatMap { $0.isEmpty ? nil : $0 }
            let person = try assignee.map { name throws(AsanaRefusal) in try workspace.person(named: name).gid }
            try workspace.assign(task, to: person, by: user, now: now)
        case "comment":
            let story = try workspace.comment(on: task, text: text, by: user, now: now)
            return ["gid": .string(story.gid)]
        case "edit": _ = try workspace.edit(given["story"] ?? "", text: text, by: author(given, workspace), now: now)
        case "delete_comment":
            try workspace.deleteStory(given["story"] ?? "", by: author(given, workspace), now: now)
        case "move": try move(task, to: given["section"] ?? "", &workspace, by: user, now)
        case "field": try fillIn(given, &workspace, by: user, now)
        case "tag": try workspace.tag(task, given["tag"] ?? "", by: user, now: now)
        case "plan":
            let day = given["due"].flatMap { $0.isEmpty ? nil : $0 }
            try workspace.set(\.dueOn, "due_on", of: task, to: day, by: user, now: now)
        case "rename": try workspace.set(\.name, "name", of: task, to: text, by: user, now: now)
        case "complete": try workspace.complete(task, given["completed"] != "false", by: user, now: now)
        case "delete": try workspace.delete(task, by: user, now: now)
        case "create":
            var draft = AsanaWorkspace.Draft()
            (draft.name, draft.notes) = (given["name"] ?? "", text)
            draft.places = [(given["project"] ?? AsanaSeed.intake.gid, given["section"])]
            return ["gid": .string(try workspace.make(draft, by: user, now: now).gid)]
        case "add_section": return ["gid": .string(try addSection(given, &workspace, now))]
        case "lose_tokens": workspace.log.loseTokens()
        case "delete_webhooks": workspace.webhooks = []
        default: throw .unknown("act", act)
        }
        return ["ok": true]
    }

    private static func author(_ given: [String: String], _ workspace: AsanaWorkspace) -> String {
        given["user"] ?? (try? workspace.story(given["story"] ?? "").story.authorID) ?? AsanaSeed.jake.gid
    }

    /// A section of the project the task is in, by its gid or its name.
    private static func move(
        _ task: String, to name: String, _ workspace: inout AsanaWorkspace, by user: String, _ now: Int
    ) throws(AsanaRefusal) {
        let place = try workspace.task(task).places.first
        let section = workspace.projects.first { $0.gid == place?.projectID }?.sections
            .first { $0.gid == name || $0.name.lowercased() == name.lowercased() }
        guard let section else { throw .unknown("section", name) }
        try workspace.move(task, to: section.gid, by: user, now: now)
    }

    /// Returns the new section's gid.
    private static func addSection(
        _ given: [String: String], _ workspace: inout AsanaWorkspace, _ now: Int
    ) throws(AsanaRefusal) -> String {
        let project = try workspace.project(given["project"] ?? AsanaSeed.intake.gid).gid
        let section = AsanaSection(gid: workspace.makeGid(now), name: given["name"] ?? "")
        for index in workspace.projects.indices where workspace.projects[index].gid == project {
            workspace.projects[index].sections.append(section)
        }
        return section.gid
    }

    /// A person fills in a field by its name, an option by its own.
    private static func fillIn(
        _ given: [String: String], _ workspace: inout AsanaWorkspace, by user: String, _ now: Int
    ) throws(AsanaRefusal) {
        let task = try workspace.task(given["task"] ?? ""), name = given["field"] ?? ""
        guard let field = workspace.fields(of: task).first(where: { $0.name == name || $0.gid == name }) else {
            throw .unknown("custom_field", name)
        }
        let words = given["value"] ?? ""
        let option = field.options.first { $0.name == words || $0.gid == words }?.gid
        let value: JSON =
            words.isEmpty
            ? .null : field.type == "date" ? ["date": .string(words)] : .string(option ?? words)
        try workspace.setFields([field.gid: value], of: task.gid, by: user, now: now)
    }

    // MARK: Forms

    func forms(_ task: AsanaTask, _ workspace: AsanaWorkspace) -> HTML {
        let people = [("", "Nobody")] + workspace.people.map { ($0.gid, $0.name) }
        let place = task.places.first
        let sections = workspace.projects.first { $0.gid == place?.projectID }?.sections ?? []
        return """
            <form method="post" action="/asana/tasks/\(task.gid)/assign">
            <label for="assignee">Assignee</label>
            <select id="assignee" name="assignee">\(options(people, task.assigneeID ?? ""))</select>
            <button type="submit">Assign</button></form>
            <form method="post" action="/asana/tasks/\(task.gid)/move">
            <label for="section">Section</label>
            <select id="section" name="section">\(options(sections.map { ($0.gid, $0.name) }, place?.sectionID ?? ""))</select>
            <button type="submit">Move task</button></form>
            """
    }

    func commentForm(_ task: AsanaTask, _ workspace: AsanaWorkspace) -> HTML {
        let people = workspace.people.filter { $0.gid != AsanaSeed.jessie.gid }.map { ($0.gid, $0.name) }
        return """
            <form method="post" action="/asana/tasks/\(task.gid)/comment">
            <label for="user">As</label> <select id="user" name="user">\(options(people, AsanaSeed.jake.gid))</select>
            <label for="text">Comment</label> <textarea id="text" name="text" rows="3" required></textarea>
            <button type="submit">Comment</button></form>
            """
    }

    private func options(_ entries: [(String, String)], _ chosen: String) -> HTML {
        HTML(
            joining: entries.map { gid, name -> HTML in
                gid == chosen
                    ? "<option value=\"\(gid)\" selected>\(name)</option>" : "<option value=\"\(gid)\">\(name)</option>"
            })
    }
}
