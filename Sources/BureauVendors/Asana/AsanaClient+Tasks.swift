import Foundation

extension AsanaClient {
    /// What is read of a task. Asana returns little unless it is asked by name, and what is not asked costs nothing.
    static let taskFields = [
        "name", "notes", "assignee.name", "created_by", "created_at", "completed", "completed_at", "due_on", "start_on",
        "modified_at", "permalink_url", "parent.gid", "memberships.project.name", "memberships.section.name",
        "tags.name",
        "custom_fields.name", "custom_fields.resource_subtype", "custom_fields.text_value",
        "custom_fields.number_value", "custom_fields.enum_value.name", "custom_fields.multi_enum_values.name",
        "custom_fields.date_value", "custom_fields.people_value.name", "custom_fields.display_value",
        "custom_fields.enum_options.name", "custom_fields.enum_options.enabled",
    ].joined(separator: ",")

    private static var taskQuery: [(String, String)] { [("opt_fields", taskFields)] }

    package func task(_ gid: String) async throws(VendorError) -> AsanaTask {
        try await one(request("GET task", .get, ["tasks", gid], Self.taskQuery), AsanaTask.self, "task")
    }

    /// Tasks of a project that are not completed, changed since (Unix milliseconds) when that is given, 100 a page.
    /// A story counts as a change of its task, a change of a subtask does not.
    package func tasks(
        project: String, modifiedSince: Int64? = nil, withCompleted: Bool = false, offset: String? = nil
    ) async throws(VendorError) -> AsanaPage<AsanaTask> {
        var query = Self.taskQuery + [("project", project)]
        if !withCompleted { query.append(("completed_since", "now")) }
        if let modifiedSince { query.append(("modified_since", AsanaTime.text(modifiedSince))) }
        return try await page("GET tasks", ["tasks"], query, offset: offset, of: AsanaTask.self, "tasks")
    }

    /// Makes a task in the first section of a project. There is no idempotency key: after a lost answer look for a
    /// marker of yours in the notes.
    package func createTask(
        project: String, name: String, notes: String, assignee: String? = nil
    ) async throws(VendorError) -> AsanaTask {
        struct Body: Encodable { let name, notes: String, projects: [String], assignee: String? }
        let body = Body(name: name, notes: notes, projects: [project], assignee: assignee)
        let request = try request("POST task", .post, ["tasks"], Self.taskQuery, data: body)
        return try await one(request, AsanaTask.self, "task")
    }

    /// Changes what is given and leaves the rest.
    package func updateTask(
        _ gid: String, name: String? = nil, notes: String? = nil, isCompleted: Bool? = nil
    ) async throws(VendorError) {
        struct Body: Encodable { let name, notes: String?, completed: Bool? }
        guard name != nil || notes != nil || isCompleted != nil else { return }
        let body = Body(name: name, notes: notes, completed: isCompleted)
        try await tell(try request("PUT task", .put, ["tasks", gid], data: body))
    }

    /// Sets custom fields by their gids; `null` clears one. A field that none of the task's projects has is a 400.
    package func setFields(_ task: String, _ values: [String: JSONValue]) async throws(VendorError) {
        try await tell(try request("PUT task fields", .put, ["tasks", task], data: ["custom_fields": values]))
    }

    /// Puts the task on top of a section and takes it out of the other sections of that project.
    package func addTask(_ task: String, toSection section: String) async throws(VendorError) {
        try await tell(
            try request("POST section task", .post, ["sections", section, "addTask"], data: ["task": task]))
    }
}
