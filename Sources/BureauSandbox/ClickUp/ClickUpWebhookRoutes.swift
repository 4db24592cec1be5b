import Foundation
import Hummingbird

extension ClickUpStandIn {
    static let eventNames: Set = [
        "taskCreated", "taskUpdated", "taskDeleted", "taskPriorityUpdated", "taskStatusUpdated", "taskAssigneeUpdated",
        "taskDueDateUpdated", "taskTagUpdated", "taskMoved", "taskCommentPosted", "taskCommentUpdated",
        "taskTimeEstimateUpdated", "taskTimeTrackedUpdated", "listCreated", "listUpdated", "listDeleted",
        "folderCreated", "folderUpdated", "folderDeleted", "spaceCreated", "spaceUpdated", "spaceDeleted",
        "goalCreated", "goalUpdated", "goalDeleted", "keyResultCreated", "keyResultUpdated", "keyResultDeleted",
    ]

    func addWebhookRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/team/:team/webhook") { [self] request, context in
            try await call("webhook.list", request, context) {
                try checkTeam(context)
                let hooks = try read { workspace throws(ClickUpRefusal) in workspace.webhooks }
                return [
                    "webhooks": .array(hooks.map { ClickUpRender.webhook($0, endpoint: endpoint(of: $0)) })
                ]
            }
        }
        api.post("/team/:team/webhook") { [self] request, context in
            try await call("webhook.create", request, context) {
                try checkTeam(context)
                return try await createWebhook(request)
            }
        }
        api.put("/webhook/:id") { [self] request, context in
            let id = try context.parameters.require("id")
            return try await call("webhook.update", request, context, subject: id) {
                try await updateWebhook(id, request)
            }
        }
        api.delete("/webhook/:id") { [self] request, context in
            let id = try context.parameters.require("id")
            return try await call("webhook.delete", request, context, subject: id) {
                try change { workspace, _ throws(ClickUpRefusal) in
                    guard let index = workspace.webhooks.firstIndex(where: { $0.id == id }) else { throw .noWebhook }
                    workspace.webhooks.remove(at: index)
                    return ((), [])
                }
                return [:]
            }
        }
    }

    /// The default webhook points at wherever the product listens now.
    func endpoint(of hook: ClickUpWebhook) -> String {
        hook.endpoint.hasPrefix("/") ? (frame.productURL ?? "") + hook.endpoint : hook.endpoint
    }

    private func checkTeam(_ context: SandboxContext) throws {
        guard try context.parameters.require("team") == ClickUpWorkspace.id else { throw ClickUpRefusal.foreign }
    }

    private func createWebhook(_ request: Request) async throws -> JSON {
        let body = try await body(request, shape: ClickUpShapes.webhookCreate)
        let hook = ClickUpWebhook(
            id: UUID().uuidString.lowercased(), secret: Self.makeSecret(),
            endpoint: Self.withScheme(body["endpoint"]?.string ?? ""), events: try Self.events(body["events"]),
            place: try place(body))
        try change { workspace, _ throws(ClickUpRefusal) in
            try workspace.addWebhook(hook)
            return ((), [])
        }
        return ["id": .string(hook.id), "webhook": ClickUpRender.webhook(hook, endpoint: endpoint(of: hook))]
    }

    private func updateWebhook(_ id: String, _ request: Request) async throws -> JSON {
        let body = try await body(request, shape: ClickUpShapes.webhookUpdate)
        let events = try body["events"].map { try Self.events($0) }
        let status = body["status"]?.string
        if let status, status != "active", status != "inactive" {
            throw ClickUpRefusal.invalid("status is invalid")
        }
        let hook = try change { workspace, _ throws(ClickUpRefusal) in
            guard let index = workspace.webhooks.firstIndex(where: { $0.id == id }) else { throw .noWebhook }
            if let endpoint = body["endpoint"]?.string {
                workspace.webhooks[index].endpoint = Self.withScheme(endpoint)
            }
            if let events { workspace.webhooks[index].events = events }
            if let status { workspace.webhooks[index].status = status == "active" ? .active : .inactive }
            if status == "active" { workspace.webhooks[index].failCount = 0 }
            return (workspace.webhooks[index], [])
        }
        return ["id": .string(id), "webhook": ClickUpRender.webhook(hook, endpoint: endpoint(of: hook))]
    }

    /// The most specific place wins; a place of another workspace is refused.
    private func place(_ body: JSON) throws -> ClickUpWebhook.Place {
        let lists = try read { workspace throws(ClickUpRefusal) in workspace.lists }
        if let task = body["task_id"]?.string {
            return .task(try read { workspace throws(ClickUpRefusal) in try workspace.task(task).id })
        }
        if let list = body["list_id"]?.int {
            return .list(try read { workspace throws(ClickUpRefusal) in try workspace.list(String(list)).id })
        }
        if let folder = body["folder_id"]?.int {
            guard lists.contains(where: { $0.folderID == String(folder) }) else { throw ClickUpRefusal.foreign }
            return .folder(String(folder))
        }
        if let space = body["space_id"]?.int {
            guard lists.contains(where: { $0.spaceID == String(space) }) else { throw ClickUpRefusal.foreign }
            return .space(String(space))
        }
        return .workspace
    }

    private static func events(_ value: JSON?) throws -> [String] {
        if value?.string == "*" { return ["*"] }
        let names = (value?.array ?? []).compactMap(\.string)
        guard !names.isEmpty, names.count == value?.array?.count,
            names.allSatisfy({ $0 == "*" || eventNames.contains($0) })
        else { throw ClickUpRefusal.invalid("events is invalid") }
        return names
    }

    /// An endpoint without a scheme is taken as https.
    private static func withScheme(_ endpoint: String) -> String {
        endpoint.contains("://") ? endpoint : "https://" + endpoint
    }

    /// 64 capital letters and digits, the alphabet of the vendor's secrets.
    private static func makeSecret() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return String((0..<64).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}

/// What the courier asks and tells.
extension ClickUpStandIn {
    /// Where to send, if the webhook still exists, is switched on, and leads anywhere.
    func deliverable(_ id: String) -> (endpoint: String, secret: String)? {
        let hook = try? read { workspace throws(ClickUpRefusal) in workspace.webhooks.first { $0.id == id } }
        guard let hook, hook.status == .active || hook.status == .failing else { return nil }
        let endpoint = endpoint(of: hook)
        return endpoint.hasPrefix("http") ? (endpoint, hook.secret) : nil
    }

    func settle(_ id: String, _ outcome: ClickUpOutcome) {
        // Health has no refusals: an unknown webhook is simply gone by now.
        try? change { workspace, _ in
            workspace.settle(webhook: id, outcome: outcome)
            return ((), [])
        }
    }
}
