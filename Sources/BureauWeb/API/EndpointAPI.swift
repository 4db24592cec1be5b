import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Addresses outside that are told of changes, and what they were told.
struct EndpointAPI: Sendable {
    let house: WebHouse
    private static let tag = "endpoints"
    private static let nothing: APIShape = .object([], isOpen: false)
    private static let new: APIShape = .object(
        [
            .init(name: "url", shape: .line(8...2_000), meaning: "https, on the open internet."),
            .init(name: "topics", shape: .list(.choice(["runs", "approvals"]), most: 2), meaning: "One or both."),
            .optional("label", .line(0...120)), .optional("client", .slug, "Only what concerns this client."),
        ], isOpen: false)

    var routes: [Route] { endpoints + actions + announcements }

    private var endpoints: [Route] {
        [
            .operation(
                house, .get, "/endpoints", .engineer,
                as: .init(
                    name: "listEndpoints", tag: Self.tag, summary: "Every endpoint, newest first.",
                    answer: .list(.named("Endpoint")))
            ) { call in .list(try await house.endpoints.list(visible: call.visible).map(\.document), next: nil) },
            .operation(
                house, .post, "/endpoints", .engineer,
                as: .init(
                    name: "addEndpoint", tag: Self.tag, summary: "Add an endpoint. Its secret is told once.",
                    answer: .one(.named("EndpointWithSecret")), body: Self.new, status: .created)
            ) { try await add($0) },
            .operation(
                house, .get, "/endpoints/:id", .engineer,
                as: .init(
                    name: "getEndpoint", tag: Self.tag, summary: "One endpoint.", answer: .one(.named("Endpoint")))
            ) { .one(try await find($0).document) },
            .operation(
                house, .delete, "/endpoints/:id", .engineer,
                as: .init(name: "removeEndpoint", tag: Self.tag, summary: "Remove it, with its log.", answer: .nothing),
                current: { try await find($0).document }
            ) { call in
                try await house.endpoints.remove(try await find(call).id, by: call.web.actor())
                return .nothing
            },
        ]
    }

    private var actions: [Route] {
        [
            action("rotate", "rotateEndpoint", "A new secret; for a day both sign.", "EndpointWithSecret") {
                let (after, secret) = try await house.endpoints.rotate($0.id, by: $1)
                return Self.told(after, secret)
            },
            action("enable", "enableEndpoint", "Tell it again, from now on.", "Endpoint") {
                .one(try await house.endpoints.enable($0.id, by: $1).document)
            },
            action("disable", "disableEndpoint", "Tell it nothing; what waits is given up.", "Endpoint") {
                .one(try await house.endpoints.disable($0.id, by: $1).document)
            },
            action("test", "testEndpoint", "Tell it something that did not happen.", "Announcement") {
                .one(try await house.endpoints.test($0.id, by: $1).document)
            },
        ]
    }

    private var announcements: [Route] {
        [
            .operation(
                house, .get, "/endpoints/:id/announcements", .engineer,
                as: .init(
                    name: "listAnnouncements", tag: Self.tag, summary: "What it was told and will be, the newest 200.",
                    answer: .list(.named("Announcement")),
                    query: [.optional("status", .choice(AnnouncementRecord.State.allCases.map(\.rawValue)))])
            ) { call in
                let found = try await house.endpoints.announcements(
                    try await find(call).id, state: call.text("status").flatMap(AnnouncementRecord.State.init),
                    limit: EndpointDesk.logMax)
                return .list(found.map(\.document), next: nil)
            },
            .operation(
                house, .post, "/endpoints/:id/announcements/:event/again", .engineer,
                as: .init(
                    name: "repeatAnnouncement", tag: Self.tag, summary: "Tell it once more, as if it was never tried.",
                    answer: .one(.named("Outcome")), body: Self.nothing),
                current: { try await find($0).document }
            ) { try await again($0) },
        ]
    }

    private func again(_ call: APICall) async throws -> APIAnswer {
        let event = call.web.parameter("event")
        let isNew = try await house.endpoints.again(
            try await find(call).id, event: event, by: call.web.actor())
        house.wake()
        let sentence = isNew ? "it waits to be told once more" : "it is about to be told anyway"
        return .one(["id": .string(event), "ok": .bool(isNew), "sentence": .string(sentence)])
    }

    private func find(_ call: APICall) async throws -> EndpointRecord {
        try await house.endpoints.find(call.web.parameter("id"), visible: call.visible)
    }

    private func action(
        _ verb: String, _ name: String, _ summary: String, _ answer: String,
        _ act: @escaping @Sendable (EndpointRecord, Actor) async throws -> APIAnswer
    ) -> Route {
        .operation(
            house, .post, "/endpoints/:id/\(verb)", .engineer,
            as: .init(name: name, tag: Self.tag, summary: summary, answer: .one(.named(answer)), body: Self.nothing),
            current: { try await find($0).document }
        ) { call in try await act(try await find(call), try call.web.actor()) }
    }

    private func add(_ call: APICall) async throws -> APIAnswer {
        let topics = (call.body["topics"]?.array ?? []).compactMap(\.string), client = call.text("client")
        if let visible = call.visible, !(client.map(visible.contains) ?? false) {
            throw APIProblem(
                status: .forbidden, title: "Not of all clients",
                detail: "You see some clients, and an endpoint without one of them is told of all.",
                fix: "Send a client you see.")
        }
        let (made, secret) = try await house.endpoints.add(
            NewEndpoint(
                url: call.text("url") ?? "", label: call.text("label") ?? "", tellsRuns: topics.contains("runs"),
                tellsApprovals: topics.contains("approvals"), client: client), by: call.web.actor())
        return Self.told(made, secret)
    }

    private static func told(_ endpoint: EndpointRecord, _ secret: String) -> APIAnswer {
        var (now, later) = (endpoint.document.object ?? JSONObject(), endpoint.document.object ?? JSONObject())
        now["secret"] = .string(secret)
        later["secret"] = .null
        return .one(.object(now), kept: .object(later))
    }
}
