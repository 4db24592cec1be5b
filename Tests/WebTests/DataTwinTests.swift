import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The data behind a page")
struct DataTwinTests {
    private static let places = [
        ("/agents.json", "items"), ("/agents/sentinel/data.json", "name"), ("/system/alerts.json", "items"),
        ("/system/queue.json", "lines"),
        ("/system/webhooks.json?limit=5", "items"), ("/system/endpoints.json", "items"),
        ("/system/alerts.json?all=yes", "items"), ("/system/alerts.json?before=01KAALERT00000000000000001", "items"),
        ("/system/webhooks.json?before=01KAS1G0000000000000000001&verdict=run", "items"),
    ]

    @Test("Leads to what the API tells, which whoever is signed in may read", arguments: places)
    func leads(path: String, member: String) async throws {
        try await Served.run(hasAgents: true) { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            let answer = try await browser.get(path)
            let place = try #require(answer.headers["location"], "\(path): \(answer.status)")
            #expect(answer.status == 303 && place.hasPrefix("/api/v1/"))
            let data = try await browser.get(place)
            #expect(data.status == 200, "\(place): \(data.text)")
            #expect(try JSONValue.parse(data.body)[member] != nil, "\(place): \(data.text.prefix(300))")
        }
    }

    @Test("The inbox is the same over the API, whole and of one kind")
    func sameOverAPI() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await ReportSeed().put(into: server)
            let boss = try await Browser.signedIn(server, "boss", .admin)
            for query in ["", "?kind=reviews", "?kind=reviews&client=acme", "?client=plunkett"] {
                let page = try await boss.get("/inbox.json" + query), api = try await boss.get("/api/v1/inbox" + query)
                #expect(api.status == 200 && page.text == api.text, "\(query): \(api.text)")
                let data = try JSONValue.parse(api.body), isNobodys = query.hasSuffix("plunkett")
                #expect(data["counts"]?["reviews"]?.int == (isNobodys ? 0 : 1), "\(query)")
            }
            #expect(try await boss.get("/api/v1/inbox?after=\(Self.run)").status == 400)
            #expect(try await boss.get("/api/v1/inbox?kind=approvals&after=\(Self.run)").status == 200)
        }
    }

    private static let run = "01KARVN0000000000000000001", report = "01KAREP0000000000000000001"
    private static let beside = [
        ("/runs/\(run)", "agent"), ("/reports/\(report)", "kind"), ("/agents/sentinel", "config"),
        ("/clients/acme", "slug"), ("/users/boss", "role"),
    ]

    @Test("One thing's address with .json leads to the same, for those who see it", arguments: beside)
    func besideName(path: String, member: String) async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            try await ReportSeed().put(into: server)
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let place = try #require(try await boss.get(path + ".json").headers["location"], "\(path)")
            let data = try await boss.get(place)
            #expect(data.status == 200 && place.hasPrefix("/api/v1/"), "\(place): \(data.text)")
            #expect(try JSONValue.parse(data.body)[member] != nil, "\(place)")
            let nina = try await Browser.signedIn(server, "nina", .admin, clients: ["plunkett"])
            let isShared = path.hasPrefix("/agents") || path.hasPrefix("/users")
            #expect(try await nina.get(path + ".json").status == (isShared ? 303 : 404), "\(path)")
            let vera = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await vera.get(path + ".json").status == (path.hasPrefix("/users") ? 403 : 303), "\(path)")
        }
    }

    @Test("A delivery's and an endpoint's address with .json leads to them, for engineers")
    func systemBesideName() async throws {
        try await Served.run { server in
            _ = try await server.send(.post, "/webhook/sentinel", ["X-Signature": "wrong"], body: "{}")
            let erin = try await Browser.signedIn(server, "erin", .engineer)
            let signal = try #require(try await server.signals().first?.id)
            let (endpoint, _) = try await server.house.endpoints.add(
                NewEndpoint(
                    url: "https://tools.example.com/", label: "", tellsRuns: true, tellsApprovals: false, client: nil),
                by: Browser.tester)
            for path in ["/system/webhooks/\(signal)", "/system/endpoints/\(endpoint.id)"] {
                let place = try #require(try await erin.get(path + ".json").headers["location"], "\(path)")
                #expect(try await erin.get(place).status == 200, "\(place)")
                let otto = try await Browser.again(
                    server,
                    try await server.house.people.add(
                        "otto-\(path.count)", displayName: nil, role: .operator, by: Browser.tester))
                #expect(try await otto.get(path + ".json").status == 403, "\(path)")
            }
        }
    }

    private static let own: [(String, Role, says: String)] = [
        ("/users.json", .admin, "\"display_name\": \"boss\""), ("/users.csv", .admin, "boss,boss,admin,all,"),
        ("/system/settings.json", .engineer, "\"items\": ["),
        ("/system/webhooks.csv", .engineer, "delivery,received_at,"),
        ("/system/audit-log.json", .engineer, "\"action\": \"user added\""),
        ("/system/audit-log.csv", .engineer, "user added"), ("/clients.csv", .viewer, "acme,Acme,no,"),
        ("/agents.csv", .viewer, "agent,name,version,"), ("/inbox.csv", .viewer, "kind,since,expires_at,"),
        ("/clients/acme/activity.csv", .viewer, "at,actor,surface,"),
        ("/system/queue.csv", .engineer, "client,agent,waiting,"),
        ("/system/queue/set-aside.csv", .engineer, "kind,id,cause,"),
        ("/system/alerts.csv", .engineer, "alert,status,cause,"),
        ("/system/endpoints.csv", .engineer, "endpoint,status,address,"),
    ]

    @Test("What the API does not tell is told beside the page, to whoever may read that", arguments: own)
    func told(path: String, role: Role, says: String) async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let answer = try await boss.get(path)
            #expect(answer.status == 200 && answer.text.contains(says), "\(answer.text)")
            for other in Role.allCases where other < role {
                let refused = try await Browser.signedIn(server, "a-\(other.rawValue)", other).get(path)
                #expect(refused.status == 403, "\(other)")
            }
        }
    }

    @Test("The inbox goes on, kind by kind, and has each once")
    func inboxPages() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let all = Inbox.listedMax + 30
            try await ReportSeed.inReview(all, of: "acme", on: server)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            func page(_ query: String) async throws -> (ids: [String], next: String?, keys: Set<String>) {
                let json = try JSONValue.parse(try await ana.get("/inbox.json?\(query)").body)
                let ids = (json["reviews"]?.array ?? []).compactMap { $0["id"]?.string }
                return (ids, json["next"]?["reviews"]?.string, Set(json.object?.keys ?? []))
            }
            let first = try await page(""), next = try #require(first.next)
            #expect(first.ids.count == Inbox.listedMax && first.keys.contains("failures"))
            let second = try await page("kind=reviews&after=\(next)")
            #expect(second.ids.count == 30 && second.next == nil && second.keys == ["counts", "reviews", "next"])
            #expect(Set(first.ids + second.ids).count == all)
            #expect(try await ana.get("/inbox.json?after=\(next)").status == 400)
            #expect(try await ana.get("/inbox.json?kind=moods").status == 400)
        }
    }

    @Test("The inbox tells what it counts and lists, narrowed as the page is")
    func inbox() async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed().put(into: server)
            _ = try await server.ask("01KARVN0000000000000000001", text: "Offer")
            let browser = try await Browser.signedIn(server, "boss", .admin)
            let all = try JSONValue.parse(try await browser.get("/inbox.json").body)
            #expect(all["counts"]?["reviews"]?.int == 1 && all["reviews"]?.array?.count == 1)
            #expect(all["approvals"]?.array?.count == 1)
            let none = try JSONValue.parse(try await browser.get("/inbox.json?client=nobody").body)
            #expect(none["counts"]?["reviews"]?.int == 0 && none["approvals"]?.array?.isEmpty == true)
            _ = try await Browser.signedIn(server, "otto", .consultant)
            try await server.openClient("acme")
            for (duty, reviews) in [(false, 0), (true, 1)] {
                if duty { try await server.house.clients.assign("acme", "otto", .owner, by: Browser.tester) }
                let json = try JSONValue.parse(try await browser.get("/inbox.json?assignee=otto").body)
                #expect(json["counts"]?["reviews"]?.int == reviews && json["reviews"]?.array?.count == reviews)
            }
            #expect(try await browser.get("/inbox.json?assignee=nobody").status == 400)
        }
    }
}
