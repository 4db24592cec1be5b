import BureauDomain
import BureauEngine
import Hummingbird

/// The data of a page for programs, where somebody who reads the page would look for it: its address with `.json`, or
/// `data.json` below it. What the API tells is told there alone; these addresses lead to it.
struct DataTwins: Sendable {
    let house: WebHouse

    private static let lists: [(page: String, api: String, Role)] = [
        ("/agents.json", "/agents", .viewer), ("/system/alerts.json", "/alerts", .engineer),
        ("/system/queue.json", "/queue", .engineer), ("/system/webhooks.json", "/signals", .engineer),
        ("/system/endpoints.json", "/endpoints", .engineer),
    ]

    private static let details: [(stem: String, name: String, api: String, Role, Route.Subject)] = [
        ("/agents", "name", "/agents", .viewer, .none), ("/approvals", "id", "/approvals", .viewer, .approval),
    ]

    var routes: [Route] {
        Self.lists.map { page, api, role in
            .page(page, role) { web in Self.leading(to: "/api/v1\(api)", web) }
        }
            + Self.details.map { stem, name, api, role, subject in
                .page("\(stem)/:\(name)/data.json", role, subject) { web in
                    Self.leading(to: "/api/v1\(api)/\(WebRequest.escaped(web.parameter(name)))", web)
                }
            } + [.page("/inbox.json", .viewer) { try await inbox($0) }]
    }

    /// With what the page was asked: the API refuses what it does not know by name.
    private static func leading(to place: String, _ web: WebRequest) -> Response {
        .seeOther(place + (web.head.uri.query.map { "?\($0)" } ?? ""))
    }

    private func inbox(_ web: WebRequest) async throws -> Response {
        let waiting = try await Inbox(house: house).waiting(
            .init(
                person: try web.signedIn().person, client: web.query("client"), agent: web.query("agent"),
                isMine: web.query("mine") == "yes"))
        let counts = Inbox.Kind.allCases.map { ($0.rawValue, JSONValue.number(JSONNumber(waiting.counts[$0] ?? 0))) }
        let runs = Inbox.Kind.allCases.filter { $0 != .approvals }.map { kind in
            (kind.rawValue, JSONValue.array(waiting.runs(kind).map(\.document)))
        }
        return RunPages.json(
            .object(
                JSONObject(
                    [
                        ("counts", .object(JSONObject(counts))),
                        ("approvals", .array(waiting.approvals.map(\.approval.document))),
                    ] + runs)))
    }
}
