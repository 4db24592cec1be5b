extension AsanaClient {
    private static var webhookQuery: [(String, String)] {
        [("opt_fields", "active,target,resource.name,last_success_at,last_failure_at,failure_deletion_timestamp")]
    }

    /// Subscribes to a project, its tasks and what is on them. While this call is still open, Asana posts an
    /// `X-Hook-Secret` to the target, which has to answer with the same header: whoever calls must be listening.
    package func createWebhook(
        project: String, target: String, filters: [AsanaWebhookFilter]
    ) async throws(VendorError) -> AsanaCreatedWebhook {
        struct Body: Encodable { let resource, target: String, filters: [AsanaWebhookFilter] }
        let body = Body(resource: project, target: target, filters: filters)
        let request = try request("POST webhook", .post, ["webhooks"], Self.webhookQuery, data: body)
        guard let made = try await call(request).decoded(AsanaCreatedWebhook.self) else {
            throw request.failure(.unreadable(field: "webhook"))
        }
        return made
    }

    /// The webhooks this token made on a project, 100 a page. Asana deletes one silently after a day of failures.
    package func webhooks(workspace: String, project: String, offset: String? = nil)
        async throws(VendorError) -> AsanaPage<AsanaWebhook>
    {
        try await page(
            "GET webhooks", ["webhooks"], Self.webhookQuery + [("workspace", workspace), ("resource", project)],
            offset: offset, of: AsanaWebhook.self, "webhooks")
    }

    package func webhook(_ gid: String) async throws(VendorError) -> AsanaWebhook {
        try await one(request("GET webhook", .get, ["webhooks", gid], Self.webhookQuery), AsanaWebhook.self, "webhook")
    }

    /// One more delivery may still arrive afterwards.
    package func deleteWebhook(_ gid: String) async throws(VendorError) {
        try await call(request("DELETE webhook", .delete, ["webhooks", gid]))
    }
}

/// Which events are wanted: all keys given must match. `fields` goes only with "changed".
package struct AsanaWebhookFilter: Hashable, Sendable, Encodable {
    package var resourceType: String
    package var resourceSubtype: String?
    package var action: String
    package var fields: [String]?

    package init(resourceType: String, resourceSubtype: String? = nil, action: String, fields: [String]? = nil) {
        self.resourceType = resourceType
        self.resourceSubtype = resourceSubtype
        self.action = action
        self.fields = fields
    }

    private enum CodingKeys: String, CodingKey {
        case action, fields
        case resourceType = "resource_type"
        case resourceSubtype = "resource_subtype"
    }
}

package struct AsanaWebhook: Hashable, Sendable, Decodable {
    package let gid: String
    package let isActive: Bool
    package let target: String
    package let project: AsanaNamed?
    /// Unix milliseconds, like the other times.
    package let lastSuccessAt: Int64?
    package let lastFailureAt: Int64?
    /// When Asana will delete it unless a delivery succeeds before.
    package let deletedAt: Int64?

    private enum CodingKeys: String, CodingKey {
        case gid, active, target, resource
        case lastSuccessAt = "last_success_at"
        case lastFailureAt = "last_failure_at"
        case deletedAt = "failure_deletion_timestamp"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        isActive = fields.flag(.active) ?? false
        target = fields.text(.target) ?? ""
        project = fields.lenient(AsanaNamed.self, .resource)
        lastSuccessAt = AsanaTime.milliseconds(fields.text(.lastSuccessAt))
        lastFailureAt = AsanaTime.milliseconds(fields.text(.lastFailureAt))
        deletedAt = AsanaTime.milliseconds(fields.text(.deletedAt))
    }
}

/// A webhook just made, with the secret of its handshake: shown here and never again.
package struct AsanaCreatedWebhook: Sendable, Decodable {
    package let webhook: AsanaWebhook
    package let secret: Secret?

    private enum CodingKeys: String, CodingKey {
        case data
        case secret = "X-Hook-Secret"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        webhook = try fields.decode(AsanaWebhook.self, forKey: .data)
        secret = fields.text(.secret).flatMap { $0.isEmpty ? nil : Secret($0) }
    }
}
