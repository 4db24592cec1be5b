extension ClickUpClient {
    package func task(_ id: String) async throws(VendorError) -> ClickUpTask {
        try await call(request("GET task", .get, ["task", id]), as: ClickUpTask.self, "task")
    }

    /// By the id that people read in a workspace: "ABC-123". Everything else goes by the task's own id, which it carries.
    package func task(named name: String, workspace: String) async throws(VendorError) -> ClickUpTask {
        try await call(
            request("GET task", .get, ["task", name], [("custom_task_ids", "true"), ("team_id", workspace)]),
            as: ClickUpTask.self, "task")
    }

    /// A List with the statuses its tasks may have.
    package func list(_ id: String) async throws(VendorError) -> ClickUpList {
        try await call(request("GET list", .get, ["list", id]), as: ClickUpList.self, "list")
    }

    /// The custom fields of a List, to turn names into ids; values are unset.
    package func fields(list id: String) async throws(VendorError) -> [ClickUpCustomField] {
        struct Answer: Decodable { let fields: [ClickUpCustomField] }
        return try await call(request("GET list fields", .get, ["list", id, "field"]), as: Answer.self, "fields").fields
    }

    /// Sets the status. A name the List does not have is `.rejected(400, "ITEM_114")`; setting the present status
    /// again changes nothing and raises no event.
    package func setStatus(_ task: String, _ status: String) async throws(VendorError) {
        try await tell(request("PUT task status", .put, ["task", task], json: ["status": status]))
    }

    /// Sets a custom field; `null` takes its value away, which ClickUp knows as a call of its own and not as a value.
    /// Options are written by their ids, though they are read by their order.
    package func setField(_ task: String, _ field: String, _ value: JSONValue) async throws(VendorError) {
        let path = ["task", task, "field", field]
        guard value != .null else {
            try await tell(request("DELETE task field", .delete, path))
            return
        }
        try await tell(request("POST task field", .post, path, json: ["value": value]))
    }

    /// Makes a task. There is no idempotency key: after a lost answer look for a marker of yours in the description.
    package func createTask(
        list: String, name: String, text: String, status: String?, assignee: Int64? = nil
    ) async throws(VendorError) -> ClickUpTask {
        struct Body: Encodable { let name: String, description: String, status: String?, assignees: [Int64]? }
        let body = Body(name: name, description: text, status: status, assignees: assignee.map { [$0] })
        let request = try request("POST task", .post, ["list", list, "task"], json: body)
        return try await call(request, as: ClickUpTask.self, "task")
    }

    /// Changes what is given and leaves the rest.
    package func updateTask(
        _ task: String, name: String? = nil, text: String? = nil, status: String? = nil
    ) async throws(VendorError) {
        let given = ["name": name, "description": text, "status": status].compactMapValues(\.self)
        guard !given.isEmpty else { return }
        try await tell(request("PUT task", .put, ["task", task], json: given))
    }

    /// Tasks of a List in these statuses, 100 a page, by time of update. `updatedAfter` is in Unix
    /// milliseconds. The first page is 0. Without statuses those that are closed come only with `withClosed`.
    package func tasks(
        list: String, statuses: [String], updatedAfter: Int64? = nil, withClosed: Bool = true, page: Int = 0
    ) async throws(VendorError) -> ClickUpTaskPage {
        // Without being asked for them ClickUp leaves subtasks out, whose changes its webhooks tell of.
        var query = [
            ("page", String(page)), ("order_by", "updated"), ("include_closed", String(withClosed)),
            ("subtasks", "true"),
        ]
        query += statuses.map { ("statuses[]", $0) }
        if let updatedAfter { query.append(("date_updated_gt", String(updatedAfter))) }
        let request = request("GET list tasks", .get, ["list", list, "task"], query)
        return try await call(request, as: ClickUpTaskPage.self, "tasks")
    }
}

package struct ClickUpList: Hashable, Sendable, Decodable {
    package let id: String
    package let name: String
    package let statuses: [String]
    /// The first status of finished work, if the List has one.
    package let finishedStatus: String?

    private struct Status: Decodable { let status: String, type: String? }
    private enum CodingKeys: String, CodingKey { case id, name, statuses }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = fields.text(.id) ?? ""
        name = fields.text(.name) ?? ""
        let found = try fields.decode([Status].self, forKey: .statuses)
        statuses = found.map(\.status)
        finishedStatus = (found.first { $0.type == "done" } ?? found.first { $0.type == "closed" })?.status
    }

    /// Whether the List has this status, whatever its case and outer white space.
    package func hasStatus(_ name: String) -> Bool {
        statuses.contains { ClickUpName.folded($0) == ClickUpName.folded(name) }
    }
}

package struct ClickUpTaskPage: Hashable, Sendable, Decodable {
    package let tasks: [ClickUpTask]
    package let isLastPage: Bool

    private enum CodingKeys: String, CodingKey {
        case tasks
        case lastPage = "last_page"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        tasks = try fields.decode([ClickUpTask].self, forKey: .tasks)
        // Without the flag an empty page is the only sign of the end.
        isLastPage = tasks.isEmpty || fields.flag(.lastPage) == true
    }
}
