import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Running again, and what asks first")
struct RunAgainTests {
    private static let run = "01KARVN0000000000000000001"

    private static let asking: [(String, String, state: String, says: [String])] = [
        ("/runs/\(run)/again", "", "failed", ["Run this again?", "At most $3.50", "same input"]),
        ("/runs/\(run)/deliver", "", "done_with_problems", ["Deliver again?", "no session is opened"]),
        ("/agents/sentinel/test", "", "done", ["Start a test run?", "At most $", "does not exist"]),
        ("/runs/\(run)/stop", "/ask", "running", ["Stop this run?", "Keep running", "is spent already"]),
    ]

    @Test("One click leads to the page that asks, with effect and cost, and does nothing", arguments: asking)
    func asks(path: String, button: String, state: String, says: [String]) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: state).put(into: server)
            try await server.database.write {
                _ = try $0.execute("UPDATE run SET cost_max_micro_usd = 3500000 WHERE id = ?", [Self.run])
            }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let answer = try await browser.post(path + button)
            #expect(answer.status == 303 && answer.headers["location"] == path)
            let page = try await browser.get(path).text
            for words in says + ["What happens", "Taking it back", "name=\"reason\""] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1)
            #expect(try await server.house.runs.find(Self.run).state.rawValue == state)
            #expect(try await server.house.audit.list(subject: "run \(Self.run)").isEmpty)
        }
    }

    private static let refused: [(String, state: String, says: String)] = [
        ("stop", "done", "has ended already"), ("stop", "failed", "has ended already"),
        ("stop", "delivering", "delivering already, and finishes"),
        ("again", "running", "goes on still"), ("again", "ignored", "was ignored"),
        ("retry", "done", "cannot be taken up"), ("deliver", "running", "cannot be delivered again"),
        ("deliver", "queued", "cannot be delivered again"),
    ]

    @Test("Nobody is asked about what would be refused", arguments: refused)
    func late(verb: String, state: String, says: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: state).put(into: server)
            let answer = try await Browser.signedIn(server, "otto", .operator).get("/runs/\(Self.run)/\(verb)")
            #expect(answer.status == 409 && answer.text.contains(says) && !answer.text.contains("name=\"confirmed\""))
        }
    }

    @Test("Of a run that delivers and waits for others, those can be stopped, and that is what is said")
    func below() async throws {
        try await Served.run(hasAgents: true) { server in
            let child = "01KARVN0000000000000000002"
            try await ReportSeed(runState: "delivering").put(into: server)
            try await ReportSeed(id: "01KAREP0000000000000000002", run: child, runState: "running").put(into: server)
            try await server.database.write {
                _ = try $0.execute(
                    """
                    INSERT INTO run_child (child_id, parent_id, root_id, agent, client, depth, started_at)
                    VALUES (?, ?, ?, 'sentinel', 'acme', 1, 1)
                    """, [child, Self.run, Self.run])
            }
            let browser = try await Browser.signedIn(server, "otto", .operator), place = "/runs/\(Self.run)/stop"
            #expect(try await browser.get("/runs/\(Self.run)/").text.contains("Stop what follows…"))
            #expect(try await browser.get(place).text.contains("Stop what follows from this run?"))
            #expect(try await browser.post(place, "reason=enough").status == 303)
            #expect(try await browser.get("/runs/\(Self.run)/").text.contains(RunDesk.stopsChildren))
            #expect(try await server.house.runs.find(child).state == .stopping)
            #expect(try await server.house.runs.find(Self.run).state == .delivering)
            // They are asked already: a stop would do nothing more.
            #expect(try await browser.get(place).status == 409)
            #expect(try await !browser.get("/runs/\(Self.run)/").text.contains("/stop/ask"))
        }
    }

    @Test("A repeat keeps limit and place in the queue, both runs lead to each other, and the reason is kept")
    func again() async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "failed").put(into: server)
            try await server.database.write {
                _ = try $0.execute(
                    "UPDATE run SET cost_max_micro_usd = 3500000, priority = 7 WHERE id = ?", [Self.run])
            }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let begun = try await browser.post("/runs/\(Self.run)/again", "confirmed=yes&reason=better+key")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            let new = try await server.house.runs.find(id)
            #expect((new.costMax, new.priority, new.againOf) == (.cents(350), 7, Self.run))
            let old = try await browser.get("/runs/\(Self.run)/").text,
                page = try await browser.get("/runs/\(id)/").text
            #expect(old.contains("run again as \(id) by web otto") && old.contains("href=\"/runs/\(id)/\""))
            #expect(page.contains("again of \(Self.run)") && page.contains("href=\"/runs/\(Self.run)/\""))
            let noted = try await server.house.audit.list(subject: "run \(Self.run)").first
            #expect(noted?.after?.contains("better key") == true)
        }
    }

    @Test(
        "It runs again under the config of today, or under its own where somebody chooses it", arguments: [true, false])
    func config(isOwn: Bool) async throws {
        try await Served.run(hasAgents: true) { server in
            let old = try #require(server.house.catalog.agent("sentinel"))
            try await ReportSeed(runState: "failed").put(into: server)
            var object = try JSONValue.parse(Array(old.canonical.utf8)).object ?? JSONObject()
            object["description"] = .string("Another one")
            try JSONValue.object(object).pretty.write(
                to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
                atomically: true, encoding: .utf8)
            try await server.house.catalog.refresh()
            let today = try #require(server.house.catalog.agent("sentinel")?.hash)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let page = try await browser.get("/runs/\(Self.run)/again").text
            #expect(page.contains("name=\"config\"") && page.contains("the config chosen below"))
            let begun = try await browser.post(
                "/runs/\(Self.run)/again", "confirmed=yes&config=\(isOwn ? "run" : "today")")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            let hash = try await server.house.runs.find(id).configHash
            #expect(hash == (isOwn ? old.hash : today) && today != old.hash)
        }
    }

    @Test("Whoever sees some clients repeats no run without one, on its page, with others or over the API")
    func noClient() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await ReportSeed(client: nil, runState: "failed").put(into: server)
            let otto = try await Browser.signedIn(server, "otto", .operator, clients: ["acme"])
            let robot = try await Program.of(server, "robot", .operator, clients: ["acme"])
            for path in ["/runs/\(Self.run)/", "/inbox/?kind=failures"] {
                #expect(try await !otto.get(path).text.contains("Run again…"), "\(path)")
            }
            #expect(try await otto.get("/runs/\(Self.run)/again").status == 422)
            let form = "confirmed=yes"
            #expect(try await otto.post("/runs/\(Self.run)/again", form).status == 422)
            let together = try await otto.post("/runs/together", "do=again&pick.\(Self.run)=yes")
            #expect(together.status == 303)
            #expect(try await robot.send(.post, "/api/v1/runs/\(Self.run)/again", "{}").status == 422)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1)
        }
    }

    @Test("What becomes of the files is chosen while the session writes them, and said to the run")
    func discard() async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let page = try await browser.get("/runs/\(Self.run)/stop").text
            #expect(page.contains("name=\"files\"") && page.contains("value=\"discard\""))
            _ = try await browser.post("/runs/\(Self.run)/stop", "confirmed=yes&files=discard")
            let row = try #require(try await server.database.query("SELECT state, discards_files FROM run").first)
            #expect(try row.text("state") == "stopping")
            #expect(try row.flag("discards_files"))
        }
    }

    @Test("A waiting run is put first by one press")
    func startNow() async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "queued").put(into: server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await browser.get("/runs/\(Self.run)/").text.contains("Start now"))
            #expect(try await browser.post("/runs/\(Self.run)/start").status == 303)
            #expect(try await server.house.runs.find(Self.run).priority == 100)
            #expect(try await server.house.audit.list(subject: "run \(Self.run)").map(\.action) == ["run put first"])
        }
    }

    private static let ends: [(end: String, waits: Bool)] = [("done", false), ("failed", true)]

    @Test("A failure waits for nobody once a repeat, or a repeat of that, is done", arguments: ends)
    func doneLater(end: String, waits: Bool) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "failed").put(into: server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let desk = server.house.runs, agent = try #require(server.house.catalog.agent("sentinel"))
            let second = try await desk.again(Self.run, agent: agent, by: "test")
            let transitions = RunTransitions(doors: server.house.doors)
            try await server.database.write { db in
                _ = try transitions.apply(.broke(RunCause(.internalError, "No.")), to: second.id, lease: nil, in: db)
            }
            let third = try await desk.again(second.id, agent: agent, by: "test")
            let way: [RunMachine.Event] = [
                .taken, .sessionOpened(session: "sesn_3"), .turnEnded, .filesCollected(problem: nil),
                end == "done" ? .channelsSettled(problem: nil) : .broke(RunCause(.internalError, "No.")),
            ]
            try await server.database.write { db in
                for event in way { _ = try transitions.apply(event, to: third.id, lease: nil, in: db) }
            }
            let inbox = try await browser.get("/inbox/?kind=failures").text
            for id in [Self.run, second.id] { #expect(inbox.contains("/runs/\(id)/") == waits, "\(id)") }
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(page.contains("Failed, then done in \(third.id.prefix(10))") == !waits)
            #expect(page.contains("done in \(third.id)") == !waits, "its history says so")
            #expect(page.contains("Mark as seen") == waits)
            let list = try await browser.get("/runs/?view=attention").text
            #expect(list.contains(Self.run) == waits)
        }
    }

    private static let offered: [(String, String?, retry: Bool)] = [
        ("failed", "session_terminated", false), ("failed", "files_missing", true), ("stopped", "by_person", false),
        ("done", nil, false),
    ]

    @Test("Retry is offered where it can be done, and nowhere else", arguments: offered)
    func retry(state: String, cause: String?, retry: Bool) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: state == "stopped" ? "failed" : state).put(into: server)
            try await server.database.write {
                _ = try $0.execute("UPDATE run SET state = ?, cause = ? WHERE id = ?", [state, cause, Self.run])
            }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let page = try await browser.get("/runs/\(Self.run)/").text, ask = "/runs/\(Self.run)/retry"
            #expect(page.contains(ask) == retry && page.contains("Retry step…") == retry)
            let asked = try await browser.get(ask)
            #expect(asked.status == (retry ? 200 : 409) && asked.text.contains("Retry this step?") == retry)
            if state == "done" {
                let verbs = ["Deliver again…", "Run again…"].compactMap { page.range(of: $0)?.lowerBound }
                #expect(verbs.count == 2 && verbs == verbs.sorted())
            }
            #expect(try await browser.post(ask).headers["location"] == ask, "it is asked first")
            #expect(try await server.house.runs.find(Self.run).state.rawValue == state)
            #expect(try await browser.post(ask, "confirmed=yes").status == (retry ? 303 : 409))
        }
    }
}
