import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Lists turned around by their columns")
struct ListOrderTests {
    private static func ids(_ page: String, _ place: String) throws -> [String] {
        let links = try Regex("<a href=\"\(place)([^/\"?]+)/\">", as: (Substring, Substring).self)
        return (page.components(separatedBy: "<tbody>").dropFirst().first ?? "").matches(of: links)
            .map { String($0.output.1) }
    }

    /// What stands first in each line of a spreadsheet.
    private static func names(_ csv: String) -> [String] {
        csv.split(separator: "\r\n").dropFirst().compactMap { $0.split(separator: ",").first.map(String.init) }
    }

    private static func next(_ page: String) throws -> String {
        String(try #require(page.firstMatch(of: /rel="next" href="([^"]+)"/)).1).replacing("&amp;", with: "&")
    }

    @Test("Reports are turned around by the moment they were made, page by page, in their data too")
    func reports() async throws {
        try await Served.run { server in
            _ = try await ReportSeed.sixtyDone(on: server)
            let all = (10..<70).map { "01KAREP00000000000000000\($0)" }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let newest = try await browser.get("/reports/").text
            #expect(newest.contains("aria-sort=\"descending\"><a href=\"/reports/?order=oldest\">Created</a>"))
            #expect(try Self.ids(newest, "/reports/") == all.suffix(50).reversed())
            let oldest = try await browser.get("/reports/?order=oldest&agent=sentinel").text
            #expect(oldest.contains("aria-sort=\"ascending\"><a href=\"/reports/?agent=sentinel\">Created</a>"))
            let rest = try await browser.get(Self.next(oldest)).text
            #expect(try Self.ids(oldest, "/reports/") == Array(all.prefix(50)))
            #expect(try Self.ids(rest, "/reports/") == Array(all.suffix(10)) && rest.contains(">Oldest</a>"))
            let json = try JSONValue.parse(try await browser.get("/reports.json?order=oldest").body)
            #expect(json["next"]?.string == APICursor.make("artifacts", all[49]))
            #expect(oldest.contains("href=\"/reports.csv?order=oldest&amp;agent=sentinel\""))
            let csv = try await browser.get("/reports.csv?order=oldest&agent=sentinel").text
            #expect(Self.names(csv) == all, "the spreadsheet is in the page's order")
            let reusable = try await browser.get("/reports/?order=oldest&reusable=no").text
            #expect(try Self.ids(reusable, "/reports/").first == all[0])
        }
    }

    @Test("Clients are listed by their last run, those without one where they belong, each on one page only")
    func clients() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["ash", "birch", "cedar", "dill"] { try await server.openClient(slug) }
            for (number, slug) in [(1, "cedar"), (2, "ash"), (3, "cedar")] {
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(number)", run: "01KARVN000000000000000000\(number)", client: slug,
                    runState: "done"
                ).put(into: server)
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let usual = try await browser.get("/clients/").text
            #expect(usual.contains("<a href=\"/clients/?order=last-run\">Last run</a>") && !usual.contains("aria-sort"))
            for (order, slugs, sort) in [
                ("last-run", ["cedar", "ash", "dill", "birch"], "descending"),
                ("longest-ago", ["birch", "dill", "ash", "cedar"], "ascending"),
            ] {
                let page = try await browser.get("/clients/?order=\(order)").text
                #expect(try Self.ids(page, "/clients/") == slugs && page.contains("aria-sort=\"\(sort)\""))
                #expect(page.contains("<a href=\"/clients/\">Client</a>"), "the way back")
                #expect(page.contains("href=\"/clients.csv?order=\(order)\""))
                #expect(try await Self.names(browser.get("/clients.csv?order=\(order)").text) == slugs)
                var found: [String] = []
                var place: (run: String, slug: String)?
                for _ in 0..<6 {
                    guard
                        let one = try await server.house.clients.page(
                            byLastRun: order == "last-run", after: place, limit: 1
                        ).first?.record.slug
                    else { break }
                    found.append(one)
                    place = (try await server.house.runs.newest(ofClients: [one])[one]?.id ?? "", one)
                }
                #expect(found == slugs, "page by page")
                // A place goes with the order it was taken in; in another the list begins anew.
                let own = try await browser.get("/clients/?order=\(order)&after=\(order)~~dill").text
                #expect(try Self.ids(own, "/clients/") == (order == "last-run" ? ["birch"] : ["ash", "cedar"]))
                let other = try await browser.get("/clients/?order=\(order)&after=other~~dill").text
                #expect(try Self.ids(other, "/clients/") == slugs)
            }
        }
    }

    @Test("Clients are listed by how ready they are, and a place goes on where it was taken")
    func readiness() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("ash")
            try await server.openClient(
                "birch", ["website_url": "https://birch.example/", "business_phone": "614 555"])
            try await server.openClient("cedar")
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let ready = try await browser.get("/clients/?order=ready").text
            #expect(try Self.ids(ready, "/clients/") == ["birch", "ash", "cedar"])
            let link = "aria-sort=\"descending\"><a href=\"/clients/?order=least-ready\">Readiness</a>"
            #expect(ready.contains(link) && ready.contains("by how ready they are"))
            let least = try await browser.get("/clients/?order=least-ready").text
            #expect(try Self.ids(least, "/clients/") == ["cedar", "ash", "birch"])
            #expect(try await Self.names(browser.get("/clients.csv?order=ready").text) == ["birch", "ash", "cedar"])
            // Nobody lacks a thousand facts.
            let none = try await browser.get("/clients/?order=ready&after=ready~1000~ash").text
            let all = try await browser.get("/clients/?order=least-ready&after=least-ready~1000~ash").text
            #expect(try Self.ids(none, "/clients/").isEmpty && Self.ids(all, "/clients/").count == 3)
        }
    }

    @Test("Users are listed by when they were seen, and who was never seen counts as longest ago")
    func users() async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin)
            for name in ["ana", "ben", "cleo"] {
                _ = try await server.house.people.add(name, displayName: nil, role: .viewer, by: Browser.tester)
            }
            try await server.database.write { db in
                for (name, at) in [("ana", 5_000), ("ben", 9_000)] as [(String, Int64)] {
                    try db.execute("UPDATE person SET seen_at = ? WHERE name = ?", [at, name])
                }
            }
            let usual = try await boss.get("/users/").text
            #expect(usual.contains("<a href=\"/users/?order=seen\">Last seen</a>"))
            let seen = try await boss.get("/users/?order=seen").text
            #expect(try Self.ids(seen, "/users/") == ["boss", "ben", "ana", "cleo"])
            #expect(seen.contains("aria-sort=\"descending\"><a href=\"/users/?order=longest-ago\">Last seen</a>"))
            #expect(seen.contains("href=\"/users.csv?order=seen\""))
            let csv = try await boss.get("/users.csv?order=seen").text
            #expect(Self.names(csv) == ["boss", "ben", "ana", "cleo"])
            let ago = try await boss.get("/users/?order=longest-ago&after=longest-ago~5000~ana").text
            #expect(try Self.ids(ago, "/users/") == ["ben", "boss"])
            #expect(try await Self.ids(boss.get("/users/?order=longest-ago").text, "/users/").first == "cleo")
            let rest = try await server.house.people.page(bySeen: true, after: (5_000, "ana"), limit: 9)
            #expect(rest.map(\.name) == ["cleo"])
        }
    }

    private static let heads: [(String, String, String, csv: String)] = [
        (
            "/agents/", "<a href=\"/agents/?order=last-run\">Last run</a>", ">Agent</th>", "\"/agents.csv\""
        ),
        (
            "/agents/?order=last-run",
            "aria-sort=\"descending\"><a href=\"/agents/?order=longest-ago\">Last run</a>",
            "<a href=\"/agents/\">Agent</a>", "\"/agents.csv?order=last-run\""
        ),
        (
            "/costs/", "aria-sort=\"descending\"><a href=\"/costs/?order=least#by-client\">Spent</a>",
            "<a href=\"/costs/?order=spent#by-day\">Spent</a>", "\"/costs.csv?by=client&month="
        ),
        (
            "/costs/?month=2026-01&order=least",
            "aria-sort=\"ascending\"><a href=\"/costs/?month=2026-01#by-agent\">Spent</a>",
            "<a href=\"/costs/?month=2026-01#by-day\">Day</a>", "\"/costs.csv?order=least&by=day&month=2026-01\""
        ),
    ]

    @Test(
        "The head of a table says how it is sorted, and leads to the other ways and to the same as CSV",
        arguments: heads)
    func head(path: String, here: String, other: String, csv: String) async throws {
        try await Served.run(hasAgents: true) { server in
            for (month, number) in [("2026-01", "1"), (nil, "2")] as [(String?, String)] {
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(number)", run: "01KARVN000000000000000000\(number)",
                    runState: "done"
                ).put(into: server)
                guard let month, let first = SpendMonth(month)?.milliseconds.lowerBound else { continue }
                try await server.database.write {
                    _ = try $0.execute(
                        "UPDATE run SET accepted_at = ? WHERE id = '01KARVN0000000000000000001'", [first + 1])
                }
            }
            let page = try await Browser.signedIn(server, "olga", .operator).get(path).text
                .replacing("&amp;", with: "&")
            #expect(page.contains(here) && page.contains(other) && page.contains(csv))
        }
    }
}
