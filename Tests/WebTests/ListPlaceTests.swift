import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Where in a list its pages are")
struct ListPlaceTests {
    @Test("A list says which of its rows it shows and of how many, and its next page goes on counting")
    func showing() async throws {
        try await Served.run { server in
            _ = try await ReportSeed.sixtyDone(on: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            func next(_ page: String) throws -> String {
                String(try #require(page.firstMatch(of: /rel="next" href="([^"]+)"/)).1).replacing("&amp;", with: "&")
            }
            let lists = [
                ("/runs/", "60"), ("/runs/?order=oldest", "60"), ("/runs/?trigger=cli", "more than 50"),
                ("/reports/", "more than 50"),
            ]
            for (list, total) in lists {
                let first = try await browser.get(list).text
                #expect(first.contains("Showing 1-50 of \(total)<"), "\(list)")
                let rest = try await browser.get(next(first)).text
                #expect(rest.contains("Showing 51-60 of 60<"), "\(list)")
                #expect(
                    !rest.contains("href=\"/runs/?row") && !rest.contains("&amp;row="), "no other link has the place")
            }
            #expect(try await browser.get("/runs/?row=50").text.contains("Showing 1-50 of 60<"))
            #expect(try await !browser.get("/runs/?client=nobody").text.contains("Showing "))
        }
    }

    @Test("The list's data is in the order of its page, and goes on where that does")
    func data() async throws {
        try await Served.run { server in
            let ids = try await ReportSeed.sixtyDone(on: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            func told(_ path: String) async throws -> (ids: [String], next: String?) {
                let json = try JSONValue.parse(try await browser.get(path).body)
                return (json["items"]?.array?.compactMap { $0["id"]?.string } ?? [], json["next"]?.string)
            }
            let first = try await told("/runs.json?order=oldest"), next = try #require(first.next)
            #expect(first.ids == Array(ids.prefix(50)) && next == APICursor.make("runs", ids[49]))
            let rest = try await told("/runs.json?order=oldest&cursor=\(next)")
            #expect(rest.ids == Array(ids.suffix(10)) && rest.next == nil)
            #expect(try await told("/runs.json").ids == ids.suffix(50).reversed())
        }
    }

    private static let narrowed: [(path: String, says: String, all: String)] = [
        ("/runs/?status=ignored", "No runs match.", "/runs/"),
        ("/reports/?status=dismissed", "No reports match.", "/reports/"),
        ("/clients/?text=zzz", "No clients match.", "/clients/"),
        ("/system/webhooks/?verdict=parked", "No webhooks match.", "/system/webhooks/"),
        ("/system/audit-log/?actor=nobody", "No change matches.", "/system/audit-log/"),
    ]

    @Test("A list that a filter has emptied keeps its head, says so and leads to all of it", arguments: narrowed)
    func emptied(path: String, says: String, all: String) async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "erin", .engineer)
            let page = try await browser.get(path).text
            #expect(page.contains("<caption>") && page.contains("<thead>"), "\(page)")
            #expect(page.contains(">\(says) <a href=\"\(all)\">Clear filters</a></td>"), "\(page)")
            let whole = try await browser.get(all).text
            #expect(!whole.contains(says) && !whole.contains("Clear filters"))
        }
    }

    private static let unused: [(path: String, says: String)] = [
        ("/system/alerts/", "No alert is open."), ("/system/alerts/?all=yes", "There has been no alert."),
        ("/system/webhooks/", "No webhook has arrived."),
    ]

    @Test("What there is nothing of yet has a sentence and no head", arguments: unused)
    func nothing(path: String, says: String) async throws {
        try await Served.run { server in
            let page = try await Browser.signedIn(server, "erin", .engineer).get(path).text
            #expect(page.contains("<p class=\"empty\">\(says)</p>") && !page.contains("<thead>"), "\(page)")
        }
    }

    private static let moments = ["/clients/", "/settings/"]

    @Test("Where a list says how long ago something was, the moment itself is beside it", arguments: moments)
    func moment(path: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await ReportSeed(runState: "done").put(into: server)
            let page = try await Browser.signedIn(server, "boss", .admin).get(path).text
            let told = page.matches(of: /<time datetime="[^"]+Z" title="[^"]+">(just now|[0-9]+ min ago)</)
            #expect(!told.isEmpty, "\(page)")
        }
    }

    private static let readers: [(Role, isLink: Bool)] = [(.viewer, false), (.engineer, true)]

    @Test("Every page says at its foot how the server is, and leads there whoever may look", arguments: readers)
    func pulse(role: Role, isLink: Bool) async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", role)
            let foot = try await browser.get("/runs/").text.components(separatedBy: "<footer>").last ?? ""
            #expect(foot.contains("System: "))
            #expect(foot.contains("<a href=\"/system/\">System: ") == isLink)
            #expect(try await !server.answer(.get, "/login").text.contains("System: "))
        }
    }

    private static let troubles = [("damage", 1), ("alert", 0)]

    @Test(
        "What is wrong is counted at the foot of every page, but for alerts, which not everybody may see",
        arguments: troubles)
    func problems(what: String, counted: Int) async throws {
        func count(_ server: Served) async throws -> Int {
            let page = try await Browser.signedIn(server, "ana", .engineer).get("/runs/").text
            return page.firstMatch(of: /System: ([0-9]+) problem/).flatMap { Int($0.1) } ?? 0
        }
        func head(_ server: Served) async throws -> Substring? {
            let page = try await Browser.signedIn(server, "erin", .engineer).get("/system/").text
            return page.firstMatch(of: /<h1>(.+)<\/h1>/)?.1
        }
        try await Served.run { calm in
            try await Served.run { troubled in
                let id = ULID.make(milliseconds: 1, randomness: (1, 0))
                try await troubled.database.write { db in
                    guard what == "alert" else {
                        return try CareBook(db: db).put(CareBook.Check(at: 1, complaint: "row 7 is missing"))
                    }
                    _ = try db.execute(
                        """
                        INSERT INTO alert (id, cause, subject, sentence, state, opened_at, last_at)
                        VALUES (?, 'login', 'slack', 'Slack refuses the key.', 'open', 1, 1)
                        """, [id])
                }
                let (few, more) = (try await count(calm), try await count(troubled))
                #expect(more == few + counted)
                guard counted == 0 else { return }
                #expect(try await head(calm) == head(troubled), "the System page says what every foot says")
            }
        }
    }
}
