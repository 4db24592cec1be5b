import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What admins do with a client beside its facts: add it, put it away, look after who works for it.
struct ClientCareAPI: Sendable {
    let house: WebHouse
    private static let tag = "clients"

    private static let new: APIShape = .object(
        [
            .init(name: "slug", shape: .slug, meaning: "Its short name, which stays."),
            .init(name: "name", shape: .plain(1...200)),
        ], isOpen: false)
    private static let reason: APIShape = .object(
        [.optional("reason", .plain(1...300), "Kept in the client's activity.")], isOpen: false)
    private static let field: APIShape = .object(
        [.init(name: "field", shape: .plain(1...100), meaning: "As agents are given it.")], isOpen: false)
    private static let duty: APIShape = .object(
        [
            .init(name: "name", shape: .plain(1...100), meaning: "The user's."),
            .init(
                name: "duty", shape: .nullable(.choice(StaffDuty.allCases.map(\.rawValue))),
                meaning: "Null takes it away."),
        ], isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .post, "/clients", .admin,
                as: .init(
                    name: "addClient", tag: Self.tag,
                    summary: "Add a client; its readiness tells what agents still want.",
                    answer: .one(.named("Client")), body: Self.new, status: .created)
            ) { call in
                .one(
                    try await house.clients.create(
                        call.text("slug") ?? "", name: call.text("name") ?? "", by: call.web.actor()
                    ).json)
            },
            .operation(
                house, .get, "/clients/:slug/standing", .viewer, .client,
                as: .init(
                    name: "getClientStanding", tag: Self.tag,
                    summary: "Whether it is archived, what of it was verified, and who works for it.",
                    answer: .one(.named("ClientStanding")))
            ) { .one(try await standing($0)) },
            change(
                "archive", "archiveClient", "No agent begins work for it any more. Nothing is deleted.", Self.reason
            ) { try await house.clients.archive($1, true, reason: $0.text("reason"), by: $2) },
            change("restore", "restoreClient", "Agents may work for it again.", .object([], isOpen: false)) {
                try await house.clients.archive($1, false, reason: nil, by: $2)
                house.wake()
            },
            change("verify", "verifyClientFact", "A fact is right as it stands.", Self.field) {
                try await house.clients.check($1, $0.text("field") ?? "", by: $2)
            },
            change("staff", "setClientStaff", "What somebody is to the client.", Self.duty) {
                try await house.clients.assign(
                    $1, $0.text("name") ?? "", $0.text("duty").flatMap(StaffDuty.init(rawValue:)), by: $2)
            },
        ]
    }

    private func change(
        _ verb: String, _ name: String, _ summary: String, _ body: APIShape,
        _ act: @escaping @Sendable (APICall, String, Actor) async throws -> Void
    ) -> Route {
        .operation(
            house, .post, "/clients/:slug/\(verb)", .admin, .client,
            as: .init(
                name: name, tag: Self.tag, summary: summary, answer: .one(.named("ClientStanding")), body: body),
            current: { try await standing($0) }
        ) { call in
            try await act(call, try call.web.theClient().slug, try call.web.actor())
            return .one(try await standing(call))
        }
    }

    private func standing(_ call: APICall) async throws -> JSONValue {
        let slug = try call.web.theClient().slug
        guard let profile = try await house.clients.profile(slug) else { throw APIProblem.missing("such client") }
        let facts = profile.record.payload(), standing = profile.standing
        let verified = profile.checks.values.sorted { $0.field < $1.field }.map { check -> JSONValue in
            [
                "field": .string(check.field), "by": .string(check.by), "at": .instant(check.at),
                "holds": .bool(check.holds(for: facts[check.field])),
            ]
        }
        let staff = profile.staff.map { member -> JSONValue in
            [
                "name": .string(member.person.name), "display_name": .string(member.person.displayName),
                "duty": .string(member.duty.rawValue), "since": .instant(member.since),
            ]
        }
        return [
            "client": .string(slug), "archived": .bool(standing.isArchived),
            "archived_at": .instant(standing.archivedAt), "archived_by": .line(standing.archivedBy),
            "verified": .array(verified), "staff": .array(staff),
        ]
    }
}
