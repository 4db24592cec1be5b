import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Agents, clients, and whether the one may work for the other.
struct ClientAPI: Sendable {
    let house: WebHouse
    private static let tag = "clients"
    private static let change: APIShape = .object(
        [
            .init(
                name: "fields", shape: .object([], isOpen: true),
                meaning: "Facts to set, by payload field name; null takes one away. \"name\" renames the client.")
        ], isOpen: false)

    private static let contacts: APIShape = .object(
        [
            .init(
                name: ClientRecord.contactsKey,
                shape: .list(
                    .object(
                        [
                            .init(name: "name", shape: .plain(1...100)), .optional("email", .plain(1...254)),
                            .optional("slack", .plain(1...81), "Such as @ana or U0123ABCD."),
                        ], isOpen: false), most: ClientRecord.contactsMax),
                meaning: "All of them: they take the place of those that are there.")
        ], isOpen: false)

    var routes: [Route] { agents + clients }

    private var agents: [Route] {
        [
            .operation(
                house, .get, "/agents", .viewer,
                as: .init(
                    name: "listAgents", tag: "agents", summary: "Every agent, by name.", answer: .list(.named("Agent")))
            ) { _ in .list(house.catalog.agents.map { .object(JSONObject($0.fields)) }, next: nil) },
            .operation(
                house, .get, "/agents/:name", .viewer,
                as: .init(
                    name: "getAgent", tag: "agents", summary: "One agent, with its config.",
                    answer: .one(.named("AgentPage")))
            ) { call in
                guard let agent = house.catalog.agent(call.web.parameter("name")) else {
                    throw APIProblem.missing("such agent")
                }
                let config = (try? JSONValue.parse(Array(agent.canonical.utf8))) ?? .object(JSONObject())
                return .one(.object(JSONObject(agent.fields + [("config", config)])))
            },
        ]
    }

    private var clients: [Route] {
        [
            .operation(
                house, .get, "/clients", .viewer,
                as: .init(
                    name: "listClients", tag: Self.tag, summary: "Every client you see, by slug.",
                    answer: .list(.named("Client")), query: APIOperation.paging)
            ) { call in
                let found = try await house.clients.page(
                    after: call.before("clients"), visible: call.visible, limit: call.limit + 1)
                return .page(found, call, "clients", id: \.record.slug, \.record.json)
            },
            .operation(
                house, .get, "/clients/:slug", .viewer, .client,
                as: .init(name: "getClient", tag: Self.tag, summary: "One client.", answer: .one(.named("Client")))
            ) { .one(try Self.client($0).json) },
            .operation(
                house, .patch, "/clients/:slug", .admin, .client,
                as: .init(
                    name: "setClient", tag: Self.tag, summary: "Set facts about a client.",
                    answer: .one(.named("Client")), body: Self.change, problems: [.conflict]),
                current: { try Self.client($0).json }
            ) { .one(try await set($0)) },
            .operation(
                house, .put, "/clients/:slug/contacts", .admin, .client,
                as: .init(
                    name: "setClientContacts", tag: Self.tag, summary: "Whom to reach at a client.",
                    answer: .one(.named("Client")), body: Self.contacts, problems: [.conflict]),
                current: { try Self.client($0).json }
            ) { call in
                let contacts = (call.body[ClientRecord.contactsKey]?.array ?? []).map {
                    ClientRecord.Contact(
                        name: $0["name"]?.string ?? "", email: $0["email"]?.string, slack: $0["slack"]?.string)
                }
                let slug = try Self.client(call).slug
                return .one(
                    try await house.clients.setContacts(
                        slug, contacts, from: try await version(call), by: call.web.actor()
                    ).json)
            },
            .operation(
                house, .get, "/clients/:slug/readiness", .viewer, .client,
                as: .init(
                    name: "getClientReadiness", tag: Self.tag,
                    summary: "What agents still need to know about a client, from the records as they are.",
                    answer: .one(.named("ClientReadiness")))
            ) { call in
                guard let found = try await Self.readiness(try Self.client(call).slug, house) else {
                    throw APIProblem.missing("such client")
                }
                return .one(found)
            },
        ]
    }

    private static func client(_ call: APICall) throws -> ClientRecord {
        guard let client = call.web.client else { throw APIProblem.missing("such client") }
        return client
    }

    /// From the records as they are; nil when there is no such client.
    static func readiness(_ slug: String, _ house: WebHouse) async throws -> JSONValue? {
        guard let profile = try await house.clients.profile(slug) else { return nil }
        let found = ClientReadiness(
            profile.record, isArchived: profile.standing.isArchived, agents: house.catalog.agents.map(\.config))
        return [
            "client": .string(slug), "ready": .bool(found.isReady), "archived": .bool(profile.standing.isArchived),
            "agents": .array(
                found.agents.map { agent in
                    [
                        "agent": .string(agent.name), "ready": .bool(agent.readiness.isReady),
                        "missing": .array(agent.readiness.missing.map { .string($0) }),
                        "blockers": .array(agent.readiness.blockers.map { .string($0) }),
                    ]
                }),
            "missing": .array(
                found.lines.filter(\.isMissing).map { line in
                    [
                        "field": .string(line.fact.field), "needed_by": .array(line.neededBy.map { .string($0) }),
                    ]
                }),
        ]
    }

    private func set(_ call: APICall) async throws -> JSONValue {
        let before = try Self.client(call)
        let changes = (call.body["fields"]?.object?.members ?? []).map {
            (field: $0.key, value: $0.value == .null ? nil : $0.value)
        }
        guard !changes.isEmpty, changes.count <= 100 else {
            throw APIProblem.misshapen("fields has 1 to 100 members")
        }
        return try await house.clients.change(
            before.slug, changes, from: try await version(call), by: call.web.actor()
        ).json
    }

    /// What was found when the request was let in is what may be changed: nobody's change is lost.
    private func version(_ call: APICall) async throws -> String {
        let before = try Self.client(call)
        guard let standing = try await house.clients.profile(before.slug)?.standing, standing.record == before else {
            throw APIProblem(
                status: .conflict, title: "Changed meanwhile", detail: "Somebody changed the client just now.",
                fix: "Get it again, look at what is there now, and send the request once more.")
        }
        return standing.version
    }
}
