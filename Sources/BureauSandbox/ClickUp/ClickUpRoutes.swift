import HTTPTypes
import Hummingbird

extension ClickUpStandIn {
    func addRoutes(to router: Router<SandboxContext>) {
        let api = router.group("/clickup/api/v2")
        addTaskRoutes(to: api)
        addListRoutes(to: api)
        addWebhookRoutes(to: api)
        addPages(to: router)
        addPeople(to: router)
        api.get("/user") { [self] request, context in
            try await call("user", request, context) { ["user": ClickUpRender.user(.tokenOwner)] }
        }
        api.get("/team") { [self] request, context in
            try await call("team", request, context) {
                let members = ClickUpUser.all.map { user -> JSON in ["user": ClickUpRender.user(user)] }
                return [
                    "teams": [
                        [
                            "id": .string(ClickUpWorkspace.id), "name": "Agency (demo)", "color": "#536cfe",
                            "avatar": nil, "members": .array(members),
                        ]
                    ]
                ]
            }
        }
        // A path that does not exist is answered in HTML, as at the vendor.
        for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] {
            api.on("**", method: method) { request, _ in
                Response.bytes(
                    HTML("<!DOCTYPE html>\n<pre>Cannot \(method.rawValue) \(request.uri.path)</pre>\n").text,
                    status: .notFound, type: "text/html; charset=utf-8")
            }
        }
    }

    private func addTaskRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/task/:id") { [self] request, context in
            try await onTask("task.get", request, context) { id in
                try read { workspace throws(ClickUpRefusal) in
                    let task = try workspace.task(id)
                    return render.task(task, in: try workspace.list(task.listID))
                }
            }
        }
        api.put("/task/:id") { [self] request, context in
            try await onTask("task.update", request, context) { id in try await update(id, request) }
        }
        api.get("/task/:id/comment") { [self] request, context in
            try await onTask("comment.list", request, context) { id in
                let query = FormFields(request.uri.query ?? "")
                let found = try read { workspace throws(ClickUpRefusal) in
                    try workspace.comments(
                        of: id, start: query["start"].flatMap { Int($0) }, startID: query["start_id"])
                }
                return ["comments": .array(found.map(ClickUpRender.comment))]
            }
        }
        api.post("/task/:id/comment") { [self] request, context in
            try await onTask("comment.create", request, context) { id in try await comment(id, request) }
        }
        api.post("/task/:id/attachment") { [self] request, context in
            try await onTask("attachment.create", request, context) { id in try await attach(id, request) }
        }
        api.post("/task/:id/field/:field") { [self] request, context in
            try await onTask("field.set", request, context) { id in
                let field = try context.parameters.require("field")
                let body = try await body(request, shape: ClickUpShapes.fieldValue)
                guard let value = body["value"], !value.isNull else {
                    throw ClickUpRefusal.invalid("value is required")
                }
                try fill(field, of: id, with: value)
                return [:]
            }
        }
        api.delete("/task/:id/field/:field") { [self] request, context in
            try await onTask("field.clear", request, context) { id in
                try fill(try context.parameters.require("field"), of: id, with: .null)
                return [:]
            }
        }
    }

    private func fill(_ field: String, of task: String, with value: JSON) throws {
        try change { workspace, now throws(ClickUpRefusal) in
            try workspace.setField(field, of: task, to: value, now: now)
            return ((), [])
        }
    }

    /// A call on one task, named by its id or, when asked for, by its custom id.
    private func onTask(
        _ operation: String, _ request: Request, _ context: SandboxContext, _ perform: (String) async throws -> JSON
    ) async throws -> Response {
        let name = try context.parameters.require("id")
        return try await call(operation, request, context, subject: name) {
            let query = FormFields(request.uri.query ?? "")
            let isCustom = query["custom_task_ids"] == "true"
            if isCustom, query["team_id"] != ClickUpWorkspace.id { throw ClickUpRefusal.foreign }
            let task = try read { workspace throws(ClickUpRefusal) in try workspace.task(name, custom: isCustom) }
            return try await perform(task.id)
        }
    }

    private func update(_ id: String, _ request: Request) async throws -> JSON {
        let body = try await body(request, shape: ClickUpShapes.taskUpdate)
        guard body.object?.isEmpty == false else { throw ClickUpRefusal.invalid("nothing to update") }
        let task = try change { workspace, now throws(ClickUpRefusal) in
            var deliveries: [ClickUpDelivery] = []
            if let status = body["status"]?.string {
                deliveries = try workspace.setStatus(of: id, to: status, by: .tokenOwner, now: now)
            }
            try workspace.rename(id, to: body["name"]?.string, text: body["description"]?.string, now: now)
            return (try workspace.task(id), deliveries)
        }
        return try read { workspace throws(ClickUpRefusal) in
            render.task(task, in: try workspace.list(task.listID))
        }
    }

    private func comment(_ id: String, _ request: Request) async throws -> JSON {
        let body = try await body(request, shape: ClickUpShapes.comment)
        let parts: [JSON]
        if let given = body["comment"]?.array {
            if let problem = ClickUpShapes.problem(inParts: given) { throw ClickUpRefusal.invalid(problem) }
            parts = given
        } else if let text = body["comment_text"]?.string, !text.isEmpty {
            parts = [["text": .string(text)]]
        } else {
            throw ClickUpRefusal.invalid("comment_text or comment is required")
        }
        let comment = try change { workspace, now throws(ClickUpRefusal) in
            try workspace.addComment(to: id, parts: parts, by: .tokenOwner, now: now)
        }
        return ["id": .string(comment.id), "hist_id": .string(comment.historyID), "date": .int(comment.date)]
    }

    private func addListRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/list/:id") { [self] request, context in
            try await onList("list.get", request, context) { list in ClickUpRender.list(list) }
        }
        api.get("/list/:id/field") { [self] request, context in
            try await onList("list.fields", request, context) { list in
                ["fields": .array(list.fields.map { ClickUpRender.field($0) })]
            }
        }
        api.get("/list/:id/task") { [self] request, context in
            try await onList("list.tasks", request, context) { list in
                let query = FormFields(request.uri.query ?? "")
                guard let number = Int(query["page"] ?? "0"), number >= 0 else {
                    throw ClickUpRefusal.invalid("page is invalid")
                }
                let page = try read { workspace throws(ClickUpRefusal) in
                    try workspace.page(
                        of: list.id, statuses: query.all("statuses[]"),
                        updatedAfter: query["date_updated_gt"].flatMap { Int($0) },
                        includeClosed: query["include_closed"] == "true",
                        includeSubtasks: query["subtasks"] == "true", page: number)
                }
                let tasks = page.tasks.map { render.task($0, in: list) }
                return ["tasks": .array(tasks), "last_page": .bool(page.isLast)]
            }
        }
        api.post("/list/:id/task") { [self] request, context in
            try await onList("task.create", request, context) { list in
                let body = try await body(request, shape: ClickUpShapes.taskCreate)
                let draft = try ClickUpShapes.draft(body)
                let task = try change { workspace, now throws(ClickUpRefusal) in
                    try workspace.addTask(draft, to: list.id, by: .tokenOwner, now: now)
                }
                return render.task(task, in: list)
            }
        }
    }

    private func onList(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        _ perform: (ClickUpList) async throws -> JSON
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await call(operation, request, context, subject: id) {
            try await perform(try read { workspace throws(ClickUpRefusal) in try workspace.list(id) })
        }
    }
}
