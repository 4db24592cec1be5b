import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Today")
struct TodayTests {
    private static func run(_ number: Int) -> String { String(format: "01KARVN%019d", number) }

    /// Runs that began two days ago, of two clients in turn, and ended a moment ago. Each cost a cent.
    private static func furnish(_ server: Served, _ count: Int, ended: String = "done") async throws {
        _ = try await server.addRun(client: "acme")
        let now = server.house.doors.now()
        try await server.database.write { db in
            for number in 0..<count {
                try db.execute(
                    """
                    INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                        client_slug, state, cause, cause_sentence, spent_micro_usd, spent_method, accepted_at, ended_at,
                        due_at)
                    SELECT ?, 'sentinel', '1', sha256, 'cli', 'test', ?, ?, ?, 'internal_error', 'It broke.', 10000,
                        'computed', ?, ?, 1 FROM agent_config LIMIT 1
                    """,
                    [
                        run(number), "key\(number)", number % 2 == 0 ? "acme" : "plunkett",
                        number % 5 == 0 ? "failed" : ended, now - 2 * 86_400_000, now,
                    ])
            }
        }
    }

    @Test("What ended today counts, whenever it began and however many they are")
    func ended() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            try await Self.furnish(server, 250)
            let page = try await Browser.signedIn(server, "ana", .viewer).get("/").text
            #expect(page.contains("Finished today (250)") && page.contains("The last 20 of 250 to end are below."))
            #expect(page.contains("<p class=\"value\">200</p>") && page.contains("<p class=\"value\">50</p>"))
            #expect(page.contains("<p class=\"value\">$2.50</p>") && page.contains("/runs/\(Self.run(249))/"))
            let narrow = try await Browser.signedIn(server, "nina", .operator, clients: ["acme"]).get("/").text
            #expect(narrow.contains("Finished today (125)") && !narrow.contains("/runs/\(Self.run(249))/"))
            #expect(!narrow.contains("daily limit"))
        }
    }

    @Test("A sum in which a run has no price says that something is missing")
    func unpriced() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await Self.furnish(server, 4)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            #expect(try await browser.get("/").text.contains("<p class=\"value\">$0.04</p>"))
            try await server.database.write {
                _ = try $0.execute(
                    "UPDATE run SET spent_method = 'no_price', spent_micro_usd = 0 WHERE id = ?", [Self.run(1)])
            }
            #expect(try await browser.get("/").text.contains("<p class=\"value\">$0.03 +?</p>"))
            #expect(try await browser.get("/runs/").text.contains("5 runs, $0.03 +?"))
        }
    }

    @Test("What is ignored is nobody's work, and what ended yesterday is yesterday's")
    func others() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await Self.furnish(server, 4, ended: "ignored")
            try await server.database.write {
                _ = try $0.execute("UPDATE run SET ended_at = ended_at - 90000000 WHERE state = 'failed'", [])
            }
            let page = try await Browser.signedIn(server, "ana", .viewer).get("/").text
            #expect(page.contains("Finished today (0)") && page.contains("No run has ended today."))
        }
    }

    @Test("The daily limit is told to those who see the costs of all clients", arguments: Role.allCases)
    func limit(role: Role) async throws {
        try await Served.run(hasAgents: true) { server in
            _ = try await server.house.budgets.set(.agency, .day, to: .usd(30), by: "test")
            let page = try await Browser.signedIn(server, "ana", role).get("/").text
            #expect(page.contains("$0.00 of $30.00") == (role >= .operator))
        }
    }

    @Test("What runs stands beside its limit; what waits for a review says since when it has been ready")
    func limits() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let (now, other) = (server.house.doors.now(), "01KARVN0000000000000000002")
            try await ReportSeed(runState: "running").put(into: server)
            try await ReportSeed(id: "01KAREP0000000000000000002", run: other).put(into: server)
            try await server.database.write { db in
                try db.execute("UPDATE run SET spent_micro_usd = 1120000, spent_method = 'computed'", [])
                try db.execute("UPDATE run SET accepted_at = ? WHERE id = ?", [now - 20 * 3_600_000, other])
                for (seq, minutes) in [(1, 300), (2, 40)] as [(Int64, Int64)] {
                    try db.execute(
                        "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, ?, ?, 'in_review', 'ready')",
                        [other, 1_000 + seq, now - minutes * 60_000])
                }
            }
            let asked = try await server.ask(Self.run(1))
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let today = try await browser.get("/").text
            #expect(
                today.contains("$1.12 of $5.00")
                    && today.contains(/ready <time datetime="[^"]+Z" title="[^"]+">4[0-9] min ago</))
            let card = try await browser.get("/approvals/\(asked)/").text
            #expect(card.contains("cost so far $1.12 of $5.00"))
            #expect(
                card.contains(/asked <time datetime="[^"]+Z" title="[^"]+">just now<\/time> · expires <time datetime/))
            let page = try await browser.get("/runs/\(Self.run(1))/").text
            #expect(page.contains(/<dt>Started by<\/dt><dd>[^\n]*, <time datetime="[^"]+Z" title="/))
            #expect(page.contains("$1.12 of $5.00 (alert at $3.00)"))
        }
    }

    @Test("What is in line or waits for somebody does not run: on Today, in the list, and while they are open")
    func atWork() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            for (number, state) in ["running", "delivering", "queued", "waiting_approval"].enumerated() {
                let report = String(format: "01KAREP%019d", number)
                try await ReportSeed(id: report, run: Self.run(number), runState: state).put(into: server)
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let today = try await browser.get("/").text
            #expect(today.contains("<h2 data-count=\"runs.running\">Running now <span class=\"count\">2</span></h2>"))
            #expect(today.contains("<h2 data-count=\"inbox.all\">Needs you <span class=\"count\">0</span></h2>"))
            #expect(today.contains("<li class=\"item\" data-run=\"\(Self.run(0))\">"))
            let list = try await browser.get("/runs/?view=running").text
            #expect(list.contains("data-count=\"runs.running\">Running <span class=\"count\">2</span>"))
            let shown = (0..<4).filter { list.contains("data-run=\"\(Self.run($0))\"") }
            #expect(shown == [0, 1])
            #expect(try await browser.get("/stream?once=yes").text.contains("\"runs.running\":\"2\""))
        }
    }

    @Test("A page that is not there has a search of its own, for whoever is signed in")
    func lost() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer),
                answer = try await browser.get("/nowhere/")
            #expect(answer.status == 404 && answer.text.contains("<input id=\"f-q\""))
            #expect(answer.text.contains("<form class=\"filters\" method=\"get\" action=\"/search\">"))
            let outside = try await server.answer(.get, "/nowhere/")
            #expect(outside.status == 404 && !outside.text.contains("/search"))
        }
    }

    @Test("Each first step leads to where it is done")
    func steps() async throws {
        try await Served.run { server in
            let page = try await Browser.signedIn(server, "boss", .admin).get("/").text
            for place in ["/system/connections/", "/agents/", "/clients/#create", "/runs/new"] {
                #expect(page.contains("<a href=\"\(place)\">"), "\(place)")
            }
            #expect(page.contains("Connect the provider") && page.contains("To do"))
        }
    }

    private static let searches: [(String, String?)] = [
        ("SEO+Sentinel", "/agents/sentinel/"), ("sentinel", "/agents/sentinel/"), ("seo+sent", nil),
        ("acme", "/clients/acme/"),
    ]

    @Test("Agents are found by what pages call them", arguments: searches)
    func search(text: String, place: String?) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let answer = try await Browser.signedIn(server, "ana", .viewer).get("/search?q=\(text)")
            #expect(answer.headers["location"] == place, "\(answer.status)")
            if place == nil { #expect(answer.text.contains("<a href=\"/agents/sentinel/\">SEO Sentinel</a>")) }
        }
    }
}
