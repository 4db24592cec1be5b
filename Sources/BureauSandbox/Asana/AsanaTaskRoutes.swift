import Hummingbird

extension AsanaStandIn {
    func addTaskRoutes(to api: RouterGroup<SandboxContext>) {
        addWholeTaskRoutes(to: api)
        addTaskPartRoutes(to: api)
    }

    private func addWholeTaskRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/tasks") { [self] request, context in
            try await call("task.list", request, context) { query in
                query.list(try sifted(try asked(query), query), .task, render.task)
            }
        }
        api.post("/tasks") { [self] request, context in
            try await call("task.create", request, context) { query in try await create(request, query) }
        }
        api.get("/tasks/:id") { [self] request, context in
            try await onTask("task.get", request, context) { query, task in query.one(render.task(task), .task) }
        }
        api.put("/tasks/:id") { [self] request, context in
            try await onTask("task.update", request, context) { query, task in
                try await update(task.gid, request)
                return query.one(render.task(try look().task(task.gid)), .task)
            }
        }
        api.get("/tasks/:id/subtasks") { [self] request, context in
            try await onTask("task.subtasks", request, context) { query, task in
                let workspace = look()
                let found = workspace.taskOrder.compactMap { workspace.tasks[$0] }.filter { $0.parentID == task.gid }
                return query.list(found, .task, render.task)
            }
        }
        api.post("/tasks/:id/subtasks") { [self] request, context in
            try await onTask("subtask.create", request, context) { query, task in
                try await create(request, query, under: task.gid)
            }
        }
    }

    /// The projects a task is in, and who follows it.
    private func addTaskPartRoutes(to api: RouterGroup<SandboxContext>) {
        api.post("/tasks/:id/addProject") { [self] request, context in
            try await onTask("task.add_project", request, context) { _, task in
                let body = try await data(request, AsanaShapes.addProject)
                try change { workspace, now in
                    try workspace.add(
                        task.gid, to: body["project"]?.string ?? "", section: body["section"]?.string,
                        by: AsanaSeed.jessie.gid, now: now)
                }
                return .empty
            }
        }
        api.post("/tasks/:id/removeProject") { [self] request, context in
            try await onTask("task.remove_project", request, context) { _, task in
                let body = try await data(request, AsanaShapes.removeProject)
                try change { workspace, now in
                    try workspace.remove(
                        task.gid, from: body["project"]?.string ?? "", by: AsanaSeed.jessie.gid, now: now)
                }
                return .empty
            }
        }
        api.post("/tasks/:id/addFollowers") { [self] request, context in
            try await onTask("task.add_followers", request, context) { query, task in
                let body = try await data(request, AsanaShapes.addFollowers)
                try change { workspace, now in
                    let people = try AsanaShapes.gids(body["followers"], "followers")
                        .map { try workspace.person(named: $0).gid }
                    try workspace.follow(task.gid, people, now: now)
                }
                return query.one(render.task(try look().task(task.gid)), .task)
            }
        }
    }

    func onTask(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        _ perform: (AsanaQuery, AsanaTask) async throws -> AsanaAnswer
    ) async throws -> Response {
        let gid = try context.parameters.require("id")
        return try await call(operation, request, context, subject: gid) { query in
            try await perform(query, try look().task(gid))
        }
    }

    /// A list of tasks is of one project, one section, or one person in one workspace: never of everything.
    private func asked(_ query: AsanaQuery) throws(AsanaRefusal) -> [AsanaTask] {
        let workspace = look()
        switch (query["project"], query["section"], query["assignee"], query["workspace"]) {
        case (let project?, nil, nil, nil): return workspace.tasks(in: try workspace.project(project).gid)
        case (nil, let section?, nil, nil):
            return workspace.tasks(in: try workspace.section(section).project.gid, section: section)
        case (nil, nil, let assignee?, AsanaWorkspace.gid?):
            let person = try workspace.person(named: assignee)
            return workspace.taskOrder.compactMap { workspace.tasks[$0] }.filter { $0.assigneeID == person.gid }
        default:
            throw .invalid("You must specify exactly one of project, section, or assignee and workspace")
        }
    }

    private func create(_ request: Request, _ query: AsanaQuery, under parent: String? = nil) async throws
        -> AsanaAnswer
    {
        let body = try await data(request, AsanaShapes.taskCreate)
        frame.log.note(body["name"]?.string ?? "")
        let task = try change { workspace, now in
            let draft = try AsanaShapes.draft(body, under: parent, workspace)
            return try workspace.make(draft, by: AsanaSeed.jessie.gid, now: now)
        }
        return query.one(render.task(task), .task, status: 201)
    }

    /// Only what is given changes, and all of it or none.
    private func update(_ gid: String, _ request: Request) async throws {
        let body = try await data(request, AsanaShapes.taskUpdate), user = AsanaSeed.jessie.gid
        try change { workspace, now in
            if let name = body["name"]?.string {
                try workspace.set(\.name, "name", of: gid, to: name, by: user, now: now)
            }
            if let notes = try AsanaShapes.notes(body, workspace) {
                try workspace.set(\.notes, "notes", of: gid, to: notes, by: user, now: now)
            }
            if let day = body["due_on"] {
                try workspace.set(\.dueOn, "due_on", of: gid, to: try AsanaShapes.day(day), by: user, now: now)
            }
            if let day = body["start_on"] {
                try workspace.set(\.startOn, "start_on", of: gid, to: try AsanaShapes.day(day), by: user, now: now)
            }
            if let fields = body["custom_fields"]?.object {
                try workspace.setFields(fields, of: gid, by: user, now: now)
            }
            if let status = body["approval_status"]?.string {
                try workspace.approve(gid, status, by: user, now: now)
            }
            if let assignee = body["assignee"] {
                let person = try assignee.string.map { try workspace.person(named: $0).gid }
                try workspace.assign(gid, to: person, by: user, now: now)
            }
            if let isCompleted = body["completed"]?.bool {
                try workspace.complete(gid, isCompleted, by: user, now: now)
            }
        }
    }
}
