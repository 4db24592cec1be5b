import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("The timeline of a run")
struct TimelineTests {
    private static let run = "01KARVN0000000000000000001"
    private static let canaries = ["sk-ant-canary7f3a91", "xoxb-canary-19aa3e", "canary-payload-5b20"]

    /// A message, a call with its result, a long one, one that refuses, and a line nobody needs to see.
    private static func furnish(_ server: Served) async throws {
        try await ReportSeed(runState: "running").put(into: server)
        let long = String(repeating: "word ", count: 3_000) + "the very end"
        let lines = [
            #"{"id":"e1","type":"agent.message","content":[{"type":"text","text":"The key is sk-ant-canary7f3a91, I begin"}]}"#,
            #"{"id":"e2","type":"agent.tool_use","name":"web_fetch","input":{"url":"https://acme.example/?token=canary-payload-5b20"}}"#,
            #"{"id":"e3","type":"agent.tool_result","tool_use_id":"e2","content":[{"type":"text","text":"Opening hours: 9 to 5"}]}"#,
            #"{"id":"e4","type":"agent.tool_result","tool_use_id":"e2","is_error":true,"content":[{"type":"text","text":"403"}]}"#,
            #"{"id":"e5","type":"agent.message","content":[{"type":"text","text":"\#(long)"}]}"#,
            #"{"id":"e6","type":"session.status_running","api_token":"xoxb-canary-19aa3e"}"#,
        ]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(run).jsonl"))
        try await server.database.write { db in
            _ = try db.execute(
                "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 1, 1, 'running', 'Bearer canary-payload-5b20')",
                [run])
            _ = try db.execute(
                "UPDATE run SET payload = ?, last_event = 'said xoxb-canary-19aa3e to it' WHERE id = ?",
                [
                    #"{"business_name":"Acme","notes":"password=canary-payload-5b20","api_token":"anything at all"}"#,
                    run,
                ])
        }
    }

    private static let views: [(String, shown: [String], hidden: [String])] = [
        ("", ["I begin", "Opening hours", "The tool refused: 403", "Show all"], ["status_running", "the very end"]),
        ("?show=everything", ["Opening hours", "status_running", "/stream?from="], ["the very end"]),
        ("?text=opening", ["Opening hours"], ["I begin", "data-stream"]),
        ("?text=web_fetch", ["web_fetch"], ["Opening hours"]),
        ("?text=nowhere", ["Nothing matches"], ["I begin"]),
    ]

    @Test("It has what tools answered, is narrowed by text, and tells no credential", arguments: views)
    func view(query: String, shown: [String], hidden: [String]) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/\(query)").text
            for words in shown { #expect(page.contains(words), "\(words)") }
            for words in hidden + Self.canaries + ["anything at all"] { #expect(!page.contains(words), "\(words)") }
        }
    }

    @Test("Show all leads to one event uncut; the log is taken away whole; neither holds a credential")
    func whole() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let browser = try await Browser.signedIn(server, "vera", .viewer, clients: ["acme"])
            let page = try await browser.get("/runs/\(Self.run)/").text
            let link = try #require(page.firstMatch(of: /href="(\/runs\/[A-Z0-9]+\/events\/[0-9]+)"/)).1
            #expect(try await browser.get(String(link)).text.contains("the very end"))
            #expect(try await browser.get("/runs/\(Self.run)/events/0").text.contains("I begin"))
            for wrong in ["1", "x", "99999999"] {
                #expect(try await browser.get("/runs/\(Self.run)/events/\(wrong)").status == 422, "\(wrong)")
            }
            let log = try await browser.get("/runs/\(Self.run)/events.jsonl")
            #expect(log.headers["content-type"]?.hasPrefix("application/jsonl") == true)
            let lines = log.text.split(separator: "\n")
            #expect(lines.count == 6 && log.text.contains("the very end"))
            for line in lines { #expect(throws: Never.self) { try JSONValue.parse(Array(line.utf8)) } }
            let first = try await browser.get("/runs/\(Self.run)/events/0").text
            for canary in Self.canaries { #expect(!log.text.contains(canary) && !first.contains(canary)) }
            let other = try await Browser.signedIn(server, "olga", .operator, clients: ["plunkett"])
            for path in ["events.jsonl", "events/0"] {
                #expect(try await other.get("/runs/\(Self.run)/\(path)").status == 404, "\(path)")
            }
        }
    }

    @Test("Rows that come are not read out one by one: the page has one line for what is told")
    func quiet() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(
                page.contains("role=\"log\" aria-live=\"off\"") && page.contains("aria-live=\"polite\" id=\"announce\"")
            )
            #expect(try await !browser.get("/runs/\(Self.run)/?show=everything").text.contains("role=\"log\""))
        }
    }

    @Test("A page reloads itself only where somebody asked for it, and only while the run goes on")
    func reload() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await browser.get("/runs/\(Self.run)/").headers["refresh"] == nil)
            #expect(try await browser.get("/runs/\(Self.run)/?refresh=1").headers["refresh"] == nil)
            #expect(try await browser.get("/runs/\(Self.run)/?refresh=30").headers["refresh"] == "30")
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET state = 'done', ended_at = 1 WHERE id = ?", [Self.run])
            }
            #expect(try await browser.get("/runs/\(Self.run)/?refresh=30").headers["refresh"] == nil)
        }
    }

    @Test(
        "A stream ends when its reader is signed out, disabled or may not see the client any more; looking keeps nobody signed in"
    )
    func stream() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let desk = server.house.signIn, run = try await server.house.runs.find(Self.run)
            #expect(try await desk.stillSignedIn(session: ana.token)?.id == ana.person.id)
            func frames(_ mayListen: @escaping @Sendable (String?) async -> Bool) async -> String? {
                await Follower(
                    house: server.house, run: run, place: .init(seq: 0, offset: 0), state: run.state, show: .everything,
                    heartbeatMilliseconds: 0, mayListen: mayListen
                ).next()
            }
            let open = await frames { $0 == "acme" }
            #expect(open?.contains("status_running") == true && open?.contains("canary") == false)
            #expect(await frames { $0 == "plunkett" } == nil)
            _ = try await server.database.write {
                try $0.execute(
                    "UPDATE web_session SET seen_at = seen_at - 3600000 WHERE person_id = ?", [ana.person.id])
            }
            let before = try await server.database.query("SELECT seen_at FROM web_session", [])
            #expect(try await desk.stillSignedIn(session: ana.token) != nil)
            let after = try await server.database.query("SELECT seen_at FROM web_session", [])
            #expect(try before.map { try $0.integer("seen_at") } == after.map { try $0.integer("seen_at") })
            _ = try await ana.post("/logout")
            #expect(try await desk.stillSignedIn(session: ana.token) == nil)
        }
    }
}
