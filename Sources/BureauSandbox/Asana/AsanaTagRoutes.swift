import Hummingbird

extension AsanaStandIn {
    static let tagsMax = 1_000

    func addTagRoutes(to api: RouterGroup<SandboxContext>) {
        addOwnTagRoutes(to: api)
        addTaggedTaskRoutes(to: api)
    }

    private func addOwnTagRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/workspaces/:id/tags") { [self] request, context in
            try await inWorkspace("tag.list", request, context) { query in
                query.list(look().tags, .plain, AsanaRender.tag)
            }
        }
        api.get("/tags/:id") { [self] request, context in
            try await call("tag.get", request, context) { query in
                let gid = try context.parameters.require("id")
                return query.one(AsanaRender.tag(try look().tag(gid)), .plain)
            }
        }
        api.post("/tags") { [self] request, context in
            try await call("tag.create", request, context) { query in
                let body = try await data(request, AsanaShapes.tagCreate)
                guard body["workspace"]?.string == AsanaWorkspace.gid else {
                    throw AsanaRefusal.invalid("workspace: Required")
                }
                return try makeTag(body, query)
            }
        }
        api.post("/workspaces/:id/tags") { [self] request, context in
            try await inWorkspace("tag.create", request, context) { query in
                try makeTag(try await data(request, AsanaShapes.tagCreate), query)
            }
        }
    }

    /// Which tasks have a tag, and which tags a task has.
    private func addTaggedTaskRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/tags/:id/tasks") { [self] request, context in
            try await call("tag.tasks", request, context) { query in
                let workspace = look(), tag = try workspace.tag(try context.parameters.require("id"))
                let tasks = workspace.taskOrder.compactMap { workspace.tasks[$0] }
                return query.list(tasks.filter { $0.tagIDs.contains(tag.gid) }, .task, render.task)
            }
        }
        api.get("/tasks/:id/tags") { [self] request, context in
            try await onTask("task.tags", request, context) { query, task in
                let tags = look().tags.filter { task.tagIDs.contains($0.gid) }
                return query.list(tags, .plain, AsanaRender.tag)
            }
        }
        for (act, isAdded) in [("addTag", true), ("removeTag", false)] {
            api.post("/tasks/:id/\(act)") { [self] request, context in
                try await onTask(isAdded ? "task.add_tag" : "task.remove_tag", request, context) { _, task in
                    let tag = try await data(request, AsanaShapes.taskTag)["tag"]?.string ?? ""
                    try change { workspace, now in
                        try isAdded
                            ? workspace.tag(task.gid, tag, by: AsanaSeed.jessie.gid, now: now)
                            : workspace.untag(task.gid, tag, by: AsanaSeed.jessie.gid, now: now)
                    }
                    return .empty
                }
            }
        }
    }

    private func makeTag(_ body: JSON, _ query: AsanaQuery) throws -> AsanaAnswer {
        let name = body["name"]?.string ?? ""
        guard !name.isEmpty else { throw AsanaRefusal.invalid("name: Required") }
        let tag = try change { workspace, now in
            guard workspace.tags.count < Self.tagsMax else { throw AsanaRefusal.forbidden("Too many tags") }
            let tag = AsanaTag(gid: workspace.makeGid(now), name: name)
            workspace.tags.append(tag)
            return tag
        }
        return query.one(AsanaRender.tag(tag), .plain, status: 201)
    }
}

extension AsanaRender {
    static func tag(_ tag: AsanaTag) -> JSON { named(tag.gid, "tag", tag.name) }
}

extension AsanaWorkspace {
    func tag(_ gid: String) throws(AsanaRefusal) -> AsanaTag {
        guard let tag = tags.first(where: { $0.gid == gid }) else { throw .unknown("tag", gid) }
        return tag
    }

    mutating func untag(_ gid: String, _ tagID: String, by user: String, now: Int) throws(AsanaRefusal) {
        var task = try task(gid)
        let tag = try tag(tagID)
        guard task.tagIDs.contains(tagID) else { return }
        task.tagIDs.removeAll { $0 == tagID }
        raise(
            "changed", task.ref, of: task,
            change: .init(field: "tags", value: AsanaRef(gid: tagID, type: "tag"), action: "removed"), by: user,
            now: now)
        keep(task, story: ("removed_from_tag", "removed the tag \(tag.name)"), by: user, now: now)
    }
}
