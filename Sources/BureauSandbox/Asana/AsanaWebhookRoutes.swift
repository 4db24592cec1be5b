import Hummingbird

extension AsanaStandIn {
    static let webhooksMax = 1_000

    func addWebhookRoutes(to api: RouterGroup<SandboxContext>) {
        addEventRoutes(to: api)
        api.get("/webhooks") { [self] request, context in
            try await call("webhook.list", request, context) { query in
                guard query["workspace"] == AsanaWorkspace.gid else {
                    throw AsanaRefusal.invalid("workspace: Required")
                }
                let hooks = look().webhooks.filter { hook in query["resource"].map { $0 == hook.resource.gid } ?? true }
                return query.list(hooks, .webhook, render.webhook)
            }
        }
        api.post("/webhooks") { [self] request, context in
            try await call("webhook.create", request, context) { query in try await createWebhook(request, query) }
        }
        api.get("/webhooks/:id") { [self] request, context in
            try await call("webhook.get", request, context) { query in
                query.one(render.webhook(try look().webhook(try context.parameters.require("id"))), .webhook)
            }
        }
        api.put("/webhooks/:id") { [self] request, context in
            try await call("webhook.update", request, context) { query in
                try await updateWebhook(try context.parameters.require("id"), request, query)
            }
        }
        api.delete("/webhooks/:id") { [self] request, context in
            try await call("webhook.delete", request, context) { _ in
                let gid = try context.parameters.require("id")
                try change { workspace, _ in try workspace.deleteWebhook(gid) }
                return .empty
            }
        }
    }

    private func addEventRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/events") { [self] request, context in
            try await call("event.list", request, context) { query in
                try events(query, of: try look().resource(query["resource"] ?? "").gid)
            }
        }
        api.get("/workspaces/:id/events") { [self] request, context in
            try await inWorkspace("event.workspace", request, context) { query in
                try events(query, of: AsanaWorkspace.gid, isWorkspace: true)
            }
        }
    }

    private func createWebhook(_ request: Request, _ query: AsanaQuery) async throws -> AsanaAnswer {
        let body = try await data(request, AsanaShapes.webhookCreate)
        let resource = try look().resource(body["resource"]?.string ?? "")
        let filters = try AsanaShapes.filters(body["filters"], for: resource)
        let target = body["target"]?.string ?? ""
        guard target.hasPrefix("https://") || target.hasPrefix("http://"), target.utf8.count <= 2_048 else {
            throw AsanaRefusal.invalid("target: Not a valid URI")
        }
        guard look().webhooks.count < Self.webhooksMax else {
            throw AsanaRefusal.forbidden("You have reached the number of webhooks on this resource")
        }
        frame.log.note(target)
        // The target answers while this call is still open; only then is there a webhook.
        let secret = Self.makeSecret()
        guard await courier.shakeHands(target, secret: secret) else {
            throw AsanaRefusal.invalid("The remote server did not respond with the handshake secret.")
        }
        let hook = try change { workspace, now in
            let hook = AsanaWebhook(
                gid: workspace.makeGid(now), resource: resource, target: target, secret: secret, created: now,
                filters: filters, lastSuccess: now)
            workspace.webhooks.append(hook)
            return hook
        }
        courier.startHeartbeats(hook.gid, for: self)
        var answer = query.one(render.webhook(hook), .webhook).json
        answer["X-Hook-Secret"] = .string(secret)
        return AsanaAnswer(json: answer, status: 201)
    }

    private func updateWebhook(_ gid: String, _ request: Request, _ query: AsanaQuery) async throws -> AsanaAnswer {
        let body = try await data(request, AsanaShapes.webhookUpdate)
        let hook = try change { workspace, _ in
            let filters = try AsanaShapes.filters(body["filters"], for: try workspace.webhook(gid).resource)
            for index in workspace.webhooks.indices where workspace.webhooks[index].gid == gid {
                workspace.webhooks[index].filters = filters
            }
            return try workspace.webhook(gid)
        }
        return query.one(render.webhook(hook), .webhook)
    }

    /// Without a token that is alive there are no events, only a token to go on with.
    private func events(
        _ query: AsanaQuery, of resource: String, isWorkspace: Bool = false
    ) throws(AsanaRefusal) -> AsanaAnswer {
        let workspace = look()
        guard let token = query["sync"],
            let page = workspace.log.page(token, of: resource, isWorkspace: isWorkspace, now: now())
        else {
            var json = AsanaRefusal(
                status: 412, message: "Sync token invalid or too old. Use the token in this answer to go on."
            ).json
            json["sync"] = .string(workspace.log.token(resource, now: now()))
            return AsanaAnswer(json: json, status: 412)
        }
        return AsanaAnswer(json: [
            "data": .array(page.events.map(\.streamJSON)), "sync": .string(page.sync), "has_more": .bool(page.hasMore),
        ])
    }

    private static func makeSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        return hex((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}
