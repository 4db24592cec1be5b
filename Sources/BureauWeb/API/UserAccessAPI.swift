import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// How somebody gets in: one-time links, tokens, sessions. What opens a door is told once and kept nowhere.
struct UserAccessAPI: Sendable {
    let house: WebHouse
    static let daysMax = 3_650, sessionsToldMax = 1_000
    private static let token: APIShape = .object(
        [
            .init(name: "label", shape: .plain(1...120), meaning: "What it is for."),
            .init(name: "scope", shape: .choice(TokenRecord.Scope.allCases.map(\.rawValue))),
            .optional("days", .whole(1...daysMax), "How long it works; without end otherwise."),
        ], isOpen: false)

    var routes: [Route] { [link] + tokens + sessions }

    private var link: Route {
        .operation(
            house, .post, "/users/:name/link", .admin,
            as: .init(
                name: "makeUserLink", tag: PeopleAPI.tag,
                summary: "A link that signs them in once. Links made before stop working.",
                answer: .one(.named("UserLink")), body: .object([], isOpen: false), status: .created)
        ) { call in
            let person = try await house.person(of: call)
            let token = try await house.people.makeLink(person.id, by: call.web.actor())
            return Self.told(
                "link", PeoplePages(house: house).link(token, call.web),
                [("hours", .whole64(Int64(PeopleDesk.linkHours)))])
        }
    }

    private var tokens: [Route] {
        [
            .operation(
                house, .get, "/users/:name/tokens", .admin,
                as: .init(
                    name: "listUserTokens", tag: PeopleAPI.tag, summary: "Their tokens, none of which can be read.",
                    answer: .list(.named("UserToken")))
            ) { call in
                let found = try await house.people.tokens(try await house.person(of: call).id)
                return .list(found.prefix(Self.sessionsToldMax).map(\.listed), next: nil)
            },
            .operation(
                house, .post, "/users/:name/tokens", .admin,
                as: .init(
                    name: "makeUserToken", tag: PeopleAPI.tag, summary: "A token that acts as them. It is told once.",
                    answer: .one(.named("NewUserToken")), body: Self.token, status: .created)
            ) { call in
                let person = try await house.person(of: call)
                let label = call.text("label") ?? "", days = call.body["days"]?.int
                let scope = call.text("scope").flatMap(TokenRecord.Scope.init(rawValue:)) ?? .read
                let token = try await house.people.makeToken(
                    person.id, label: label, scope: scope, days: days, by: call.web.actor())
                return Self.told(
                    "token", token, [("label", .string(label)), ("scope", .string(scope.rawValue))])
            },
            .operation(
                house, .delete, "/users/:name/tokens/:token", .admin,
                as: .init(
                    name: "revokeUserToken", tag: PeopleAPI.tag, summary: "It no longer works.", answer: .nothing)
            ) { call in
                let person = try await house.person(of: call), actor = try call.web.actor()
                do {
                    try await house.people.revoke(token: call.web.parameter("token"), of: person.id, by: actor)
                } catch is PeopleDesk.Refused { throw APIProblem.missing("such token in use") }
                return .nothing
            },
        ]
    }

    private var sessions: [Route] {
        [
            .operation(
                house, .get, "/users/:name/sessions", .admin,
                as: .init(
                    name: "listUserSessions", tag: PeopleAPI.tag, summary: "Where they are signed in.",
                    answer: .list(.named("UserSession")))
            ) { call in
                let found = try await house.people.sessions(try await house.person(of: call).id)
                return .list(found.prefix(Self.sessionsToldMax).map(\.listed), next: nil)
            },
            .operation(
                house, .delete, "/users/:name/sessions/:session", .admin,
                as: .init(
                    name: "endUserSession", tag: PeopleAPI.tag, summary: "Sign it out.", answer: .nothing)
            ) { call in
                let person = try await house.person(of: call), id = call.web.parameter("session")
                guard try await house.people.sessions(person.id).contains(where: { $0.id == id }) else {
                    throw APIProblem.missing("such session")
                }
                try await house.people.end(session: id, of: person.id, by: call.web.actor())
                return .nothing
            },
        ]
    }

    private static func told(_ name: String, _ secret: String, _ rest: [(String, JSONValue)]) -> APIAnswer {
        .one(
            .object(JSONObject([(name, .string(secret))] + rest)),
            kept: .object(JSONObject([(name, .null)] + rest)))
    }
}

extension TokenRecord {
    fileprivate var listed: JSONValue {
        [
            "id": .string(id), "label": .string(label), "scope": .string(scope.rawValue),
            "created_at": .instant(createdAt), "expires_at": .instant(expiresAt), "used_at": .instant(usedAt),
            "revoked_at": .instant(revokedAt),
        ]
    }
}

extension SessionRecord {
    fileprivate var listed: JSONValue {
        [
            "id": .string(id), "created_at": .instant(createdAt), "seen_at": .instant(seenAt),
            "remote_address": .string(remoteAddress), "user_agent": .string(userAgent),
        ]
    }
}
