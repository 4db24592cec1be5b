import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Who may sign in and what they may see: for admins.
struct PeopleAPI: Sendable {
    let house: WebHouse
    static let tag = "users", clientsMax = 1_000
    private static let nothing: APIShape = .object([], isOpen: false)
    private static let roleField = APIShape.Field(
        name: "role", shape: .choice(Role.allCases.map(\.rawValue)))

    private static let new: APIShape = .object(
        [
            .init(name: "name", shape: .plain(2...SignInName.charactersMax), meaning: SignInName.rule),
            roleField,
            .optional("display_name", .plain(1...PeopleDesk.displayNameCharactersMax), "As people write it."),
        ], isOpen: false)
    private static let clients: APIShape = .object(
        [
            .init(
                name: "clients", shape: .nullable(.list(.slug, most: clientsMax)),
                meaning: "Short names; null for every client, those added later too.")
        ], isOpen: false)
    private static let slack: APIShape = .object(
        [
            .init(
                name: "slack_id", shape: .nullable(.text(6...40, pattern: "^[UW][A-Z0-9]{5,39}$")),
                meaning: "Their member id in Slack; null takes it away.")
        ], isOpen: false)

    var routes: [Route] { people + changes + UserAccessAPI(house: house).routes }

    private var people: [Route] {
        [
            .operation(
                house, .get, "/users", .admin,
                as: .init(
                    name: "listUsers", tag: Self.tag, summary: "Everybody who may sign in, by name.",
                    answer: .list(.named("User")), query: APIOperation.paging)
            ) { call in
                let found = try await house.people.page(after: call.before("users"), limit: call.limit + 1)
                return .page(found, call, "users", id: \.name, \.listed)
            },
            .operation(
                house, .post, "/users", .admin,
                as: .init(
                    name: "addUser", tag: Self.tag, summary: "Add a user, who then needs a link to sign in.",
                    answer: .one(.named("User")), body: Self.new, status: .created)
            ) { call in
                let made = try await house.people.add(
                    call.text("name") ?? "", displayName: call.text("display_name"), role: Self.role(call),
                    by: call.web.actor())
                return .one(made.listed)
            },
            .operation(
                house, .get, "/users/:name", .admin,
                as: .init(name: "getUser", tag: Self.tag, summary: "One user.", answer: .one(.named("User")))
            ) { .one(try await house.person(of: $0).listed) },
        ]
    }

    private var changes: [Route] {
        [
            change(
                "role", "setUserRole", "What they may do.", .object([Self.roleField], isOpen: false)
            ) { try await house.people.setRole($1.id, Self.role($0), by: $2) },
            change("clients", "setUserClients", "Which clients they see, with the next request.", Self.clients) {
                let slugs = $0.body["clients"]?.array?.compactMap(\.string)
                return try await house.people.setClients($1.id, slugs.map { Set($0) }, by: $2)
            },
            change("slack", "setUserSlack", "Where messages of their own go.", Self.slack) {
                try await house.people.setSlackID($1.id, $0.text("slack_id") ?? "", by: $2)
            },
            change(
                "disable", "disableUser", "End every session, link and token of theirs, and let them in no more.",
                Self.nothing
            ) { try await house.people.disable($1.id, by: $2) },
            change("enable", "enableUser", "Let them in again, by a new link.", Self.nothing) {
                try await house.people.enable($1.id, by: $2)
            },
        ]
    }

    private static func role(_ call: APICall) throws -> Role {
        guard let role = call.text("role").flatMap(Role.init(rawValue:)) else {
            throw APIProblem.misshapen("role is none there is")
        }
        return role
    }

    private func change(
        _ verb: String, _ name: String, _ summary: String, _ body: APIShape,
        _ act: @escaping @Sendable (APICall, PersonRecord, Actor) async throws -> PersonRecord
    ) -> Route {
        .operation(
            house, .post, "/users/:name/\(verb)", .admin,
            as: .init(name: name, tag: Self.tag, summary: summary, answer: .one(.named("User")), body: body),
            current: { try await house.person(of: $0).listed }
        ) { call in
            let person = try await house.person(of: call)
            return .one(try await act(call, person, try call.web.actor()).listed)
        }
    }
}

extension WebHouse {
    /// Whom the path names.
    func person(of call: APICall) async throws -> PersonRecord {
        do { return try await people.find(call.web.parameter("name")) } catch is PeopleDesk.Refused {
            throw APIProblem.missing("such user")
        }
    }
}

extension PersonRecord {
    /// As the list of users has somebody, for programs.
    var listed: JSONValue {
        var members = document.object ?? JSONObject()
        members["seen_at"] = JSONValue.line(seenAt.map(PageClock.iso))
        return .object(members)
    }
}
