import BureauDomain
import BureauEngine
import Hummingbird

/// The data of a page for programs, where somebody who reads the page would look for it: its address with `.json`, or
/// `data.json` below it. What the API tells is told there alone; these addresses lead to it.
struct DataTwins: Sendable {
    let house: WebHouse

    private static let lists: [(page: String, api: String, Role)] = [
        ("/agents", "agents", .viewer), ("/system/alerts", "alerts", .engineer), ("/system/queue", "queue", .engineer),
        ("/system/webhooks", "signals", .engineer), ("/system/endpoints", "endpoints", .engineer),
    ]

    /// Somebody writes `.json` where the name ends.
    private static let named: [(stem: String, name: String, api: String, Role, Route.Subject)] = [
        ("/runs", "id", "runs", .viewer, .run), ("/approvals", "id", "approvals", .viewer, .approval),
        ("/agents", "name", "agents", .viewer, .none), ("/clients", "slug", "clients", .viewer, .client),
        ("/reports", "id", "artifacts", .viewer, .report), ("/users", "name", "users", .admin, .none),
        ("/system/webhooks", "id", "signals", .engineer, .none),
        ("/system/endpoints", "id", "endpoints", .engineer, .none),
    ]

    /// Of these, pages whose `data.json` below them leads to the API as well.
    private static let below: Set = ["/agents", "/approvals"]

    var routes: [Route] { listed + detailed + [.page("/inbox.json", .viewer) { try await inbox($0) }] }

    private var listed: [Route] {
        Self.lists.map { page, api, role in
            .page(page + ".json", role) { web in .seeOther(Self.place(api, web)) }
        }
    }

    private var detailed: [Route] {
        Self.named.flatMap { stem, name, api, role, subject -> [Route] in
            let below = Self.below.contains(stem) ? ["\(stem)/:\(name)/data.json"] : []
            return (below + ["\(stem)/{\(name)}.json"]).map { path in
                Route.page(path, role, subject) { web in
                    .seeOther("/api/v1/\(api)/\(WebRequest.escaped(web.parameter(name)))")
                }
            }
        }
    }

    /// What the page was asked, in the API's words: a box that is ticked is true, and the id a page ended with is a cursor.
    /// The API refuses what it does not know by name.
    private static func place(_ list: String, _ web: WebRequest) -> String {
        var changes: [String: String?] = [:]
        if web.query("all") == "yes" { changes["all"] = "true" }
        // Programs order for themselves.
        if web.query("order") != nil { changes["order"] = .some(nil) }
        if let before = web.query("before") {
            (changes["before"], changes["cursor"]) = (.some(nil), APICursor.make(list, before))
        }
        return web.address("/api/v1/\(list)", changing: changes)
    }

    // MARK: The inbox

    private func inbox(_ web: WebRequest) async throws -> Response {
        let kind = try Self.kind(web), after = web.query("after")
        guard after == nil || kind != nil else {
            throw PageProblem.badRequest("Each kind goes on by itself: say kind= with after=.")
        }
        let person = try web.signedIn().person, people = try await InboxPeople(house, person)
        let question = Inbox.Question(
            person: person, client: web.query("client"), agent: web.query("agent"), assignee: try people.asked(web))
        return RunPages.json(try await InboxDocument(house: house).make(question, kind, after: after))
    }

    static func kind(_ web: WebRequest) throws -> Inbox.Kind? {
        guard let text = web.query("kind") else { return nil }
        guard let kind = Inbox.Kind(rawValue: text) else {
            throw PageProblem.badRequest("There is no kind called \"\(text.prefix(40))\".")
        }
        return kind
    }
}
