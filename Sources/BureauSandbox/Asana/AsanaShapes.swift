/// What request bodies may carry inside `data`, by call. What is not named here is refused.
enum AsanaShapes {
    private static let task: [String: BodyShape.Kind] = [
        "name": .string, "notes": .string, "html_notes": .string, "assignee": .orNull(.string),
        "completed": .boolean, "due_on": .orNull(.string), "start_on": .orNull(.string), "custom_fields": .object,
        "approval_status": .string,
    ]
    static let taskUpdate = BodyShape(members: task)
    static let taskCreate = BodyShape(
        members: task.merging([
            "workspace": .string, "projects": .array, "parent": .orNull(.string), "memberships": .array,
            "tags": .array, "followers": .array, "resource_subtype": .string,
        ]) { $1 }, required: ["name"])
    static let sectionTask = BodyShape(members: ["task": .string], required: ["task"])
    static let addProject = BodyShape(
        members: ["project": .string, "section": .orNull(.string)], required: ["project"])
    static let removeProject = BodyShape(members: ["project": .string], required: ["project"])
    static let addFollowers = BodyShape(members: ["followers": .array], required: ["followers"])
    static let story = BodyShape(members: ["text": .string, "html_text": .string, "is_pinned": .boolean])
    static let webhookCreate = BodyShape(
        members: ["resource": .string, "target": .string, "filters": .array], required: ["resource", "target"])
    static let webhookUpdate = BodyShape(members: ["filters": .array], required: ["filters"])
    static let tagCreate = BodyShape(
        members: ["name": .string, "workspace": .string, "color": .string, "notes": .string], required: ["name"])
    static let taskTag = BodyShape(members: ["tag": .string], required: ["tag"])
    static let batch = BodyShape(members: ["actions": .array], required: ["actions"])
    static let batchAction = BodyShape(
        members: ["method": .string, "relative_path": .string, "data": .object, "options": .object],
        required: ["method", "relative_path"])
    private static let filter = BodyShape(members: [
        "resource_type": .string, "resource_subtype": .string, "action": .string, "fields": .array,
    ])
    private static let actions: Set = ["added", "changed", "deleted", "removed", "undeleted"]

    static func gids(_ value: JSON?, _ name: String) throws(AsanaRefusal) -> [String] {
        let gids = (value?.array ?? []).map(\.string)
        guard gids.allSatisfy({ $0 != nil }) else { throw .invalid("\(name): Not an array of gids") }
        return gids.compactMap(\.self)
    }

    /// Null clears the day.
    static func day(_ value: JSON) throws(AsanaRefusal) -> String? {
        guard let text = value.string else { return nil }
        guard AsanaTime.isDay(text) else { throw .invalid("due_on: Not a valid date") }
        return text
    }

    static func notes(_ body: JSON, _ workspace: AsanaWorkspace) throws(AsanaRefusal) -> String? {
        guard let html = body["html_notes"]?.string else { return body["notes"]?.string }
        guard body["notes"] == nil else { throw .invalid("Specify either notes or html_notes, not both") }
        return try AsanaMarkup(html, in: .notes).text { gid in workspace.people.first { $0.gid == gid }?.name }
    }

    static func draft(
        _ body: JSON, under parent: String?, _ workspace: AsanaWorkspace
    ) throws(AsanaRefusal) -> AsanaWorkspace.Draft {
        var draft = AsanaWorkspace.Draft()
        draft.name = body["name"]?.string ?? ""
        draft.notes = try notes(body, workspace) ?? ""
        draft.subtype = body["resource_subtype"]?.string ?? "default_task"
        guard ["default_task", "milestone", "approval"].contains(draft.subtype) else {
            throw .invalid("resource_subtype: Not a recognized value")
        }
        draft.parentID = parent ?? body["parent"]?.string
        draft.places = try gids(body["projects"], "projects").map { ($0, nil) }
        for entry in body["memberships"]?.array ?? [] {
            guard let project = entry["project"]?.string else { throw .invalid("memberships: project is required") }
            draft.places.append((project, entry["section"]?.string))
        }
        if let workspace = body["workspace"]?.string, workspace != AsanaWorkspace.gid {
            throw .unknown("workspace", workspace)
        }
        guard body["workspace"] != nil || draft.parentID != nil || !draft.places.isEmpty else {
            throw .invalid("You should specify one of workspace, parent, projects")
        }
        draft.dueOn = try body["due_on"].flatMap { value throws(AsanaRefusal) in try day(value) }
        draft.startOn = try body["start_on"].flatMap { value throws(AsanaRefusal) in try day(value) }
        draft.tagIDs = try gids(body["tags"], "tags")
        draft.followerIDs = try gids(body["followers"], "followers")
        draft.values = body["custom_fields"]?.object ?? [:]
        if let assignee = body["assignee"]?.string { draft.assigneeID = try workspace.person(named: assignee).gid }
        return draft
    }

    /// - Parameter resource: what the webhook is about; above a project there have to be filters, and none for fields.
    static func filters(_ value: JSON?, for resource: AsanaRef) throws(AsanaRefusal) -> [AsanaWebhook.Filter] {
        let isHigh = resource.type == "workspace"
        var found: [AsanaWebhook.Filter] = []
        for entry in value?.array ?? [] {
            if let problem = filter.problem(in: entry) { throw .invalid("filters: \(problem)") }
            let action = entry["action"]?.string, type = entry["resource_type"]?.string
            guard action.map(actions.contains) ?? true else { throw .invalid("filters: action is not known") }
            guard entry["fields"] == nil || action == "changed" && !isHigh else {
                throw .invalid("filters: fields goes only with action changed")
            }
            guard !isHigh || !["task", "story", "attachment"].contains(type ?? "task") else {
                throw .invalid("filters: \(type ?? "tasks") cannot be watched on a \(resource.type)")
            }
            let fields = try entry["fields"].map { value throws(AsanaRefusal) in try gids(value, "filters: fields") }
            found.append(
                .init(
                    resourceType: type, subtype: entry["resource_subtype"]?.string, action: action, fields: fields))
        }
        guard !isHigh || !found.isEmpty else { throw .invalid("filters: Required on a \(resource.type)") }
        return found
    }
}
