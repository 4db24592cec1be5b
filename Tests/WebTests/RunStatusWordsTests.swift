import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("A run's status in words")
struct RunStatusWordsTests {
    private static let run = "01KARVN0000000000000000001"

    private static let ends: [(String, String, String, String)] = [
        ("stopped", "over_budget", "It had cost $5.03 of at most $5.00.", "Stopped: budget"),
        ("stopped", "over_time", "It had run for its limit of 40m.", "Stopped: time limit"),
        ("stopped", "by_person", "Stopped by Ana Silva: no longer wanted: really.", "Stopped by Ana Silva"),
        ("stopped", "by_person", "Stopped by ana.", "Stopped by ana"),
        ("stopped", "by_person", "Taken out of the queue by ana.", "Stopped by a person"),
        ("stopped", "dismissed", "Nobody wants it.", "Stopped: dismissed"),
        ("ignored", "not_eligible", "The task is done.", "Ignored: not eligible"),
        ("queued", "budget_exhausted", "Acme has nothing left.", "Queued: no budget left"),
        ("failed", "session_terminated", "It broke.", "Failed"),
    ]

    @Test("It says why the run ended, as far as that fits", arguments: ends)
    func end(state: String, cause: String, sentence: String, shown: String) async throws {
        try await Served.run { server in
            // What has ended needs a cause from the beginning.
            try await ReportSeed(runState: state == "queued" ? state : "failed").put(into: server)
            _ = try await server.database.write {
                try $0.execute(
                    "UPDATE run SET state = ?, cause = ?, cause_sentence = ? WHERE id = ?",
                    [state, cause, sentence, Self.run])
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            for path in ["/runs/", "/runs/\(Self.run)/"] {
                #expect(try await browser.get(path).text.contains("</span> \(shown)</span>"), "\(path)")
            }
        }
    }

    @Test("What became of a stopped run's files is told as whoever stopped it chose", arguments: [true, false])
    func discarded(isDiscarded: Bool) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "failed").put(into: server)
            _ = try await server.database.write {
                try $0.execute(
                    """
                    UPDATE run SET state = 'stopped', cause = 'by_person', cause_sentence = 'Stopped by ana.',
                        stop_cause = 'by_person: Stopped by ana.', discards_files = ? WHERE id = ?
                    """, [isDiscarded, Self.run])
            }
            let page = try await Browser.signedIn(server, "vera", .viewer).get("/runs/\(Self.run)/").text
            #expect(page.contains("Its files were not fetched, as whoever stopped it chose.") == isDiscarded)
            #expect(page.contains("Files so far are kept.") != isDiscarded)
            #expect(!isDiscarded || !page.contains("The session left no file."))
        }
    }

    @Test("A run that got no more money says that its files are kept, and offers nothing it cannot do")
    func noMoreMoney() throws {
        let fix = try #require(RunCause.Code.budgetDenied.fix)
        #expect(fix.contains("Files so far are kept") && !fix.contains("lower limit"))
    }

    private static let readers: [(String, Role, [String], String)] = [
        ("otto", .operator, [], "Waiting for you"), ("cora", .consultant, [], "Waiting for a decision"),
        ("vera", .viewer, [], "Waiting for a decision"), ("cora", .consultant, ["cora"], "Waiting for you"),
        ("otto", .operator, ["cora"], "Waiting for cora"),
        ("otto", .operator, ["cora", "dina"], "Waiting for a decision"),
    ]

    @Test("It waits for you only where you decide, else for whoever alone does", arguments: readers)
    func waits(name: String, role: Role, named: [String], shown: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.name(named, server)
            try await ReportSeed(runState: "waiting_approval").put(into: server)
            let browser = try await Browser.signedIn(server, name, role)
            for path in ["/runs/", "/runs/\(Self.run)/"] {
                #expect(try await browser.get(path).text.contains("</span> \(shown)</span>"), "\(path)")
            }
        }
    }

    /// The agent's file names these people from now on.
    private static func name(_ people: [String], _ server: Served) async throws {
        let agent = try #require(server.house.catalog.agent("sentinel"))
        var object = try JSONValue.parse(Array(agent.canonical.utf8)).object ?? JSONObject()
        object["approvals"] = .object(
            JSONObject(people.isEmpty ? [] : [("people", .array(people.map { .string($0) }))]))
        try JSONValue.object(object).pretty.write(
            to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
            atomically: true, encoding: .utf8)
        try await server.house.catalog.refresh()
        #expect(server.house.catalog.agent("sentinel")?.config.approvals.people == people)
    }

    @Test("It waits for whom the config named that the run started with, whatever the file says today")
    func ownConfig() async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.name(["cora"], server)
            try await ReportSeed(runState: "waiting_approval").put(into: server)
            try await Self.name(["otto", "dina"], server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            for path in ["/runs/", "/runs/\(Self.run)/"] {
                #expect(try await browser.get(path).text.contains("</span> Waiting for cora</span>"), "\(path)")
            }
        }
    }

    @Test("What has not begun is dropped, what has is stopped")
    func drop() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "queued").put(into: server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await browser.get("/runs/\(Self.run)/").text.contains("Drop run…"))
            let page = try await browser.get("/runs/\(Self.run)/stop").text
            #expect(page.contains("Drop this run?") && page.contains("Nothing has been spent."))
            #expect(!page.contains("The agent stops at once"))
            _ = try await browser.post("/runs/\(Self.run)/stop", "confirmed=yes&reason=twice")
            #expect(try await server.house.runs.find(Self.run).state == .stopped)
        }
    }

    @Test("The list is turned around by its column, page by page, and says how it is sorted")
    func order() async throws {
        try await Served.run { server in
            let ids = try await ReportSeed.sixtyDone(on: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            func shown(_ page: String) -> [String] {
                page.matches(of: /data-run="([0-9A-Z]+)"/).map { String($0.1) }
            }
            let newest = try await browser.get("/runs/").text
            #expect(newest.contains("aria-sort=\"descending\"><a href=\"/runs/?order=oldest\">"))
            #expect(shown(newest) == ids.suffix(50).reversed())
            let oldest = try await browser.get("/runs/?order=oldest").text
            #expect(oldest.contains("aria-sort=\"ascending\"><a href=\"/runs/\">"))
            let link = try #require(oldest.firstMatch(of: /rel="next" href="([^"]+)"/)).1
            let next = String(link).replacing("&amp;", with: "&")
            let rest = try await browser.get(next).text
            #expect(shown(oldest) == Array(ids.prefix(50)) && shown(rest) == Array(ids.suffix(10)))
            #expect(rest.contains("href=\"/runs/?order=oldest\">Oldest</a>"))
        }
    }

    private static let triggers: [(String, [String])] = [
        ("clickup", ["1", "3"]), ("asana", ["2"]), ("webhook", ["1", "2", "3"]), ("cli", ["4"]), ("slack", []),
    ]

    @Test("The trigger filter tells the tools apart, as the column does", arguments: triggers)
    func trigger(given: String, expected: [String]) async throws {
        try await Served.run { server in
            let tools: [(String, String, String?)] = [
                ("1", "webhook", "clickup"), ("2", "webhook", "asana"), ("3", "webhook", nil), ("4", "cli", nil),
            ]
            for (number, source, tool) in tools {
                let id = "01KARVN000000000000000000\(number)"
                try await ReportSeed(id: "01KAREP000000000000000000\(number)", run: id, runState: "done").put(
                    into: server)
                _ = try await server.database.write {
                    try $0.execute(
                        "UPDATE run SET trigger_source = ?, task_tool = ?, task_id = ? WHERE id = ?",
                        [source, tool, tool == nil ? nil : "t\(number)", id])
                }
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/runs/?trigger=\(given)").text
            let shown = page.matches(of: /data-run="01KARVN000000000000000000([0-9])"/).map { String($0.1) }
            #expect(shown.sorted() == expected)
        }
    }
}
