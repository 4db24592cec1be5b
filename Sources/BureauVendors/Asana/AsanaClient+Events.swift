extension AsanaClient {
    /// What happened in a project since a token, at most 100 events a call; asking again with the same token gives the
    /// same. Without a token, or with one that is older than a day, there are none and `isTokenLost` is true: look at
    /// the whole project, then go on with the token given.
    package func events(project: String, sync: String?) async throws(VendorError) -> AsanaEvents {
        let request = request(
            "GET events", .get, ["events"], [("resource", project)] + (sync.map { [("sync", $0)] } ?? []))
        let response = try await transport.send(request)
        guard response.isSuccess || response.status == 412 else {
            throw AsanaFailure.error(response, request, now: now())
        }
        guard let answer = response.decoded(AsanaEventsAnswer.self) else {
            throw request.failure(.unreadable(field: "sync"))
        }
        let isTokenLost = response.status == 412
        guard isTokenLost || answer.data != nil else { throw request.failure(.unreadable(field: "data")) }
        return AsanaEvents(
            events: isTokenLost ? [] : answer.data ?? [], sync: answer.sync, hasMore: answer.hasMore ?? false,
            isTokenLost: isTokenLost)
    }
}

private struct AsanaEventsAnswer: Decodable {
    let data: [AsanaEvent]?
    let sync: String
    let hasMore: Bool?

    enum CodingKeys: String, CodingKey {
        case data, sync
        case hasMore = "has_more"
    }
}

package struct AsanaEvents: Hashable, Sendable {
    package let events: [AsanaEvent]
    /// The token to ask with next.
    package let sync: String
    package let hasMore: Bool
    package let isTokenLost: Bool
}

/// One event of a webhook or of the event stream. It has no id and is a hint: fetch what it names.
package struct AsanaEvent: Hashable, Sendable, Decodable {
    package struct Resource: Hashable, Sendable, Decodable {
        package let gid: String
        package let type: String
        package let subtype: String?

        private enum CodingKeys: String, CodingKey {
            case gid
            case type = "resource_type"
            case subtype = "resource_subtype"
        }
    }

    package let action: String
    package let resource: Resource
    package let parent: Resource?
    /// Who did it; nil when Asana did.
    package let userID: String?
    /// Unix milliseconds.
    package let createdAt: Int64?
    package let changedField: String?

    private struct User: Decodable { let gid: String }
    private struct Change: Decodable { let field: String? }
    private enum CodingKeys: String, CodingKey {
        case action, resource, parent, user, change
        case createdAt = "created_at"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        action = try fields.decode(String.self, forKey: .action)
        resource = try fields.decode(Resource.self, forKey: .resource)
        parent = fields.lenient(Resource.self, .parent)
        userID = fields.lenient(User.self, .user)?.gid
        createdAt = AsanaTime.milliseconds(fields.text(.createdAt))
        changedField = fields.lenient(Change.self, .change)?.field
    }

    /// The task it is about: itself, or the one that a story or a file hangs on.
    package var taskID: String? {
        if resource.type == "task" { return resource.gid }
        return parent?.type == "task" ? parent?.gid : nil
    }
}
