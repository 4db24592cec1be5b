import HTTPTypes
import Hummingbird

extension AsanaStandIn {
    func addRoutes(to router: Router<SandboxContext>) {
        let api = router.group(.init(Self.base))
        addPeopleRoutes(to: api)
        addProjectRoutes(to: api)
        addSectionRoutes(to: api)
        addFieldRoute(to: api)
        addTaskRoutes(to: api)
        addStoryRoutes(to: api)
        addAttachmentRoutes(to: api)
        addWebhookRoutes(to: api)
        addTagRoutes(to: api)
        addBatchRoute(to: api)
        addPages(to: router)
        addControl(to: router)
        for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] {
            api.on("**", method: method) { request, _ in
                let refusal = AsanaRefusal(status: 404, message: "No matching route for request")
                return Response.json(refusal.json, status: .notFound)
            }
        }
    }

    private func addPeopleRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/users") { [self] request, context in
            try await call("user.list", request, context) { query in
                guard query["workspace"] == AsanaWorkspace.gid else {
                    throw AsanaRefusal.invalid("workspace: Must be given")
                }
                return query.list(look().people, .plain, AsanaRender.person)
            }
        }
        api.get("/users/:id") { [self] request, context in
            try await call("user.get", request, context) { query in
                let person = try look().person(named: try context.parameters.require("id"))
                return query.one(AsanaRender.person(person), .plain)
            }
        }
        api.get("/workspaces") { [self] request, context in
            try await call("workspace.list", request, context) { query in
                query.list([AsanaRender.workspaceJSON], .plain) { $0 }
            }
        }
        api.get("/workspaces/:id/projects") { [self] request, context in
            try await inWorkspace("project.list", request, context) { query in
                // There is none that is archived.
                let projects = query["archived"] == "true" ? [] : look().projects
                return query.list(projects, .plain, render.wholeProject)
            }
        }
        api.get("/workspaces/:id/tasks/search") { [self] request, context in
            try await inWorkspace("task.search", request, context) { _ in throw AsanaRefusal.paid }
        }
    }

    func inWorkspace(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        _ perform: (AsanaQuery) async throws -> AsanaAnswer
    ) async throws -> Response {
        try await call(operation, request, context) { query in
            let gid = try context.parameters.require("id")
            guard gid == AsanaWorkspace.gid else { throw AsanaRefusal.unknown("workspace", gid) }
            return try await perform(query)
        }
    }

    private func addProjectRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/projects/:id") { [self] request, context in
            try await onProject("project.get", request, context) { query, project in
                query.one(render.wholeProject(project), .plain)
            }
        }
        api.get("/projects/:id/sections") { [self] request, context in
            try await onProject("project.sections", request, context) { query, project in
                query.list(project.sections, .plain) { render.wholeSection($0, in: project) }
            }
        }
        api.get("/projects/:id/custom_field_settings") { [self] request, context in
            try await onProject("project.fields", request, context) { query, project in
                query.list(project.fields, .setting) { render.setting($0, in: project) }
            }
        }
        api.get("/projects/:id/tasks") { [self] request, context in
            try await onProject("project.tasks", request, context) { query, project in
                query.list(try sifted(look().tasks(in: project.gid), query), .task, render.task)
            }
        }
    }

    private func addSectionRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/sections/:id") { [self] request, context in
            try await onSection("section.get", request, context) { query, section, project in
                query.one(render.wholeSection(section, in: project), .plain)
            }
        }
        api.get("/sections/:id/tasks") { [self] request, context in
            try await onSection("section.tasks", request, context) { query, section, project in
                let tasks = look().tasks(in: project.gid, section: section.gid)
                return query.list(try sifted(tasks, query), .task, render.task)
            }
        }
        api.post("/sections/:id/addTask") { [self] request, context in
            try await onSection("section.add_task", request, context) { _, section, _ in
                let body = try await data(request, AsanaShapes.sectionTask)
                let task = body["task"]?.string ?? ""
                frame.log.note("\(task) to \(section.name)")
                try change { workspace, now in
                    try workspace.move(task, to: section.gid, by: AsanaSeed.jessie.gid, now: now)
                }
                return .empty
            }
        }
    }

    private func addFieldRoute(to api: RouterGroup<SandboxContext>) {
        api.get("/custom_fields/:id") { [self] request, context in
            try await call("field.get", request, context) { query in
                let gid = try context.parameters.require("id"), workspace = look()
                guard let field = workspace.projects.flatMap(\.fields).first(where: { $0.gid == gid }) else {
                    throw AsanaRefusal.unknown("custom_field", gid)
                }
                let json = AsanaFieldValue.json(field, value: nil, isOnTask: false, people: workspace.people)
                return query.one(json, .plain)
            }
        }
    }

    private func onProject(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        _ perform: (AsanaQuery, AsanaProject) async throws -> AsanaAnswer
    ) async throws -> Response {
        let gid = try context.parameters.require("id")
        return try await call(operation, request, context, subject: gid) { query in
            try await perform(query, try look().project(gid))
        }
    }

    private func onSection(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        _ perform: (AsanaQuery, AsanaSection, AsanaProject) async throws -> AsanaAnswer
    ) async throws -> Response {
        let gid = try context.parameters.require("id")
        return try await call(operation, request, context, subject: gid) { query in
            let (section, project) = try look().section(gid)
            return try await perform(query, section, project)
        }
    }

    /// The tasks that the call's times let through.
    func sifted(_ tasks: [AsanaTask], _ query: AsanaQuery) throws(AsanaRefusal) -> [AsanaTask] {
        let done = try time("completed_since", query), modified = try time("modified_since", query)
        return tasks.filter { task in
            (done.map { bound in task.completed.map { $0 >= bound } ?? true } ?? true)
                && (modified.map { task.modified >= $0 } ?? true)
        }
    }

    private func time(_ name: String, _ query: AsanaQuery) throws(AsanaRefusal) -> Int? {
        guard let text = query[name] else { return nil }
        if text == "now" { return now() }
        guard let time = AsanaTime.milliseconds(text) else { throw .invalid("\(name): Not a valid date") }
        return time
    }
}
