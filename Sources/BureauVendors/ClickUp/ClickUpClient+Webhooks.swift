extension ClickUpClient {
    /// The webhooks this token made in a Workspace; other people's are not shown.
    package func webhooks(workspace: String) async throws(VendorError) -> [ClickUpWebhook] {
        struct Answer: Decodable { let webhooks: [ClickUpWebhook] }
        let request = request("GET webhooks", .get, ["team", workspace, "webhook"])
        return try await call(request, as: Answer.self, "webhooks").webhooks
    }

    /// Subscribes to events of one List, or of the whole Workspace when `list` is nil. One that exists already for the
    /// same place and events is `.rejected(400, "OAUTH_171")`: list and adopt it.
    package func createWebhook(
        workspace: String, endpoint: String, events: [String], list: String? = nil
    ) async throws(VendorError) -> ClickUpWebhook {
        struct Body: Encodable {
            let endpoint: String, events: [String], listID: Int64?
            enum CodingKeys: String, CodingKey {
                case endpoint, events
                case listID = "list_id"
            }
        }
        struct Answer: Decodable { let webhook: ClickUpWebhook }
        let path = ["team", workspace, "webhook"]
        let listID = list.flatMap { Int64($0) }
        // A List that is not a number would silently widen the subscription to the whole Workspace.
        guard list == nil || listID != nil else {
            throw request("POST webhook", .post, path).failure(
                .rejected(status: 0, code: "list_id"), "a List id is a number")
        }
        let body = Body(endpoint: endpoint, events: events, listID: listID)
        let request = try request("POST webhook", .post, path, json: body)
        return try await call(request, as: Answer.self, "webhook").webhook
    }

    /// Replaces endpoint, events and status together; `isActive` re-arms a suspended webhook.
    package func updateWebhook(
        _ id: String, endpoint: String, events: [String], isActive: Bool = true
    ) async throws(VendorError) {
        struct Body: Encodable { let endpoint: String, events: [String], status: String }
        let body = Body(endpoint: endpoint, events: events, status: isActive ? "active" : "inactive")
        try await call(request("PUT webhook", .put, ["webhook", id], json: body))
    }

    package func deleteWebhook(_ id: String) async throws(VendorError) {
        try await call(request("DELETE webhook", .delete, ["webhook", id]))
    }
}

package struct ClickUpWebhook: Sendable, Decodable {
    package enum Health: Hashable, Sendable {
        case active
        /// Deliveries fail; events are being lost.
        case failing
        /// Nothing is delivered until the webhook is updated to active.
        case suspended
        case unknown(String)
    }

    package let id: String
    package let endpoint: String
    package let events: [String]
    package let listID: String?
    package let health: Health
    package let failCount: Int64
    /// Made by ClickUp, one per webhook; nil when the answer does not carry it.
    package let secret: Secret?

    private struct HealthWire: Decodable {
        let status: String?, failCount: Int64?
        enum CodingKeys: String, CodingKey {
            case status
            case failCount = "fail_count"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, endpoint, events, health, secret
        case listID = "list_id"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        endpoint = fields.text(.endpoint) ?? ""
        events = fields.list(String.self, .events) ?? fields.text(.events).map { [$0] } ?? []
        listID = fields.text(.listID)
        let wire = fields.lenient(HealthWire.self, .health)
        health =
            switch wire?.status {
            case "active"?: .active
            case "failing"?: .failing
            case "suspended"?: .suspended
            case let other: .unknown(other ?? "")
            }
        failCount = wire?.failCount ?? 0
        secret = fields.text(.secret).flatMap { $0.isEmpty ? nil : Secret($0) }
    }
}
