import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The agents' pages")
struct AgentPageTests {
    @Test("The list says how an agent has done lately, and a start what it is likely to take")
    func figures() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let clock = server.house.doors.now()
            // Ended in 10, 20 and 50 seconds, for 1, 2 and 3 dollars; one failed, another client's.
            let runs: [(String, String, Int64, Int64)] = [
                ("acme", "done", 10, 1), ("acme", "done", 20, 2), ("acme", "done", 50, 3), ("plunkett", "failed", 5, 1),
            ]
            for (index, (client, state, seconds, dollars)) in runs.enumerated() {
                let id = ULID.make(milliseconds: clock - Int64(index) * 1_000, randomness: (UInt64(index), 0))
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(index)", run: id, client: client, state: "draft", runState: state
                ).put(into: server)
                try await server.database.write {
                    _ = try $0.execute(
                        "UPDATE run SET started_at = ?, ended_at = ?, spent_micro_usd = ? WHERE id = ?",
                        [clock - seconds * 1_000, clock, dollars * 1_000_000, id])
                }
            }
            let all = try await Browser.signedIn(server, "otto", .operator)
            let list = try await all.get("/agents/").text
            for words in ["75 % of 4", "20s", "$2.00", "1 failed"] { #expect(list.contains(words), "\(words)") }
            let start = try await all.get("/runs/new?agent=sentinel").text
            #expect(start.contains("likely to take 20s and to cost $2.00: the middle of the last 3 runs"))
            let ana = try await Browser.signedIn(server, "ana", .operator, clients: ["acme"])
            let own = try await ana.get("/agents/").text
            #expect(own.contains("100 % of 3") && !own.contains("1 failed"))
        }
    }

    @Test("Its configuration is there to copy, with the schema that says what it may be, for everybody's editor")
    func schema() async throws {
        try await Served.run(hasAgents: true) { server in
            let page = try await Browser.signedIn(server, "vera", .viewer).get("/agents/sentinel/").text
            #expect(page.contains("href=\"/schemas/agent-1.schema.json\""))
            #expect(page.contains("data-copy=\"\" hidden>Copy</button>"), "it copies what stands below it")
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let written = try Data(contentsOf: root.appending(path: "schemas/agent-1.schema.json"))
            let answer = try await server.answer(.get, AssetRoutes.agentSchema.path)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/schema+json")
            #expect(
                Data(answer.body) == written,
                "run: cp schemas/agent-1.schema.json Sources/BureauWeb/Assets/agent-1.schema.json")
        }
    }

    @Test("A test run is a real run for the client that does not exist; only who may start runs may start one")
    func testRun() async throws {
        try await Served.run(hasAgents: true) { server in
            let otto = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await otto.get("/agents/sentinel/").text.contains(SyntheticClient.name))
            let begun = try await otto.post("/agents/sentinel/test", "confirmed=yes")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            let run = try await server.house.runs.find(id)
            #expect((run.agent, run.clientName, run.clientSlug) == ("sentinel", SyntheticClient.name, nil))
            #expect(run.payload?.contains(#""client_id":"northlake-detailing-test""#) == true)
            #expect(run.requestedBy == "web otto, a test")
            #expect(try await otto.post("/agents/nobody/test").status == 404)
            // Its client is nobody's, so that seeing some clients alone is no reason to refuse it.
            try await server.openClient("acme")
            let oona = try await Browser.signedIn(server, "oona", .operator, clients: ["acme"])
            #expect(try await oona.post("/agents/sentinel/test", "confirmed=yes").status == 303)
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await viewer.post("/agents/sentinel/test").status == 403)
            #expect(try await !viewer.get("/agents/sentinel/").text.contains("/agents/sentinel/test"))
        }
    }

    @Test("It says of each way to start the agent whether it is on, and what has to be pasted where")
    func triggers() async throws {
        try await Served.run(site: .init(publicURL: "http://bureau.test", version: "1"), hasAgents: true) { server in
            let agent = try #require(server.house.catalog.agent("sentinel"))
            var object = try JSONValue.parse(Array(agent.canonical.utf8)).object ?? JSONObject()
            object["triggers"] = try JSONValue.parse(Array(Self.ways.utf8))
            try await Self.put(object, server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/agents/sentinel/").text
            let rows = page.components(separatedBy: "<tr").filter { $0.contains("data-label=\"Trigger\"") }
            let states = rows.map { $0.contains("</span> On</span>") ? "on" : "off" }
            #expect(states == ["off", "on", "on", "on", "on", "off"])
            #expect(rows.last?.contains("night") == true)
            for pasted in [
                "http://bureau.test/slack/commands", "http://bureau.test/slack/interactions",
                "bureau webhooks register asana --project 1208000000000100",
            ] {
                #expect(page.contains(pasted), "\(pasted)")
            }
            #expect(!page.contains("http://bureau.test/webhook/sentinel"), "that trigger is off")
            #expect(try await browser.get("/agents/").text.contains("</span> On</span>"))
            object["triggers"] = .object(JSONObject([]))
            try await Self.put(object, server)
            #expect(try await browser.get("/agents/").text.contains("</span> Off</span>"))
        }
    }

    private static let ways = #"""
        {"manual_cli": {"enabled": true}, "slack_command": {"enabled": true, "allowed_users": ["U0001"], "verb": "audit"},
         "clickup_webhook": {"enabled": false},
         "asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1207000000000001", "sections": ["New"]},
         "cron": [{"enabled": true, "name": "day", "when": "daily at 06:00", "clients": "all_ready"},
                  {"enabled": false, "name": "night", "when": "daily at 23:00", "clients": "all_ready"}]}
        """#

    private static func put(_ object: JSONObject, _ server: Served) async throws {
        try JSONValue.object(object).pretty.write(
            to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
            atomically: true, encoding: .utf8)
        try await server.house.catalog.refresh()
        #expect(server.house.catalog.problems.filter { $0.severity == .error }.isEmpty)
    }

    @Test("Of a broken file the pages say what runs: its last valid version, or nothing where there never was one")
    func broken() async throws {
        try await Served.run(hasAgents: true) { server in
            let version = try #require(server.house.catalog.agent("sentinel")).config.version
            for name in ["sentinel", "newcomer"] {
                let file = URL(filePath: server.database.path).deletingLastPathComponent()
                    .appending(path: "\(name).json")
                try "{\"agent_name\": ".write(to: file, atomically: true, encoding: .utf8)
            }
            try await server.house.catalog.refresh()
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let list = try await browser.get("/agents/").text
            let kept = "The last valid version, \(version), keeps running."
            #expect(list.contains(kept) && list.contains("no valid version of it, so nothing of it runs."))
            let rows = list.components(separatedBy: "<tr").filter { $0.contains("data-label=\"Agent\"") }
            #expect(rows.count == 2 && rows.first?.contains("its last valid version runs") == true)
            #expect(rows.last?.contains("newcomer") == true && rows.last?.contains("Not valid") == true)
            let page = try await browser.get("/agents/sentinel/").text
            #expect(page.contains(kept) && !page.contains("newcomer"))
        }
    }

    @Test("What makes a file unusable is told before any warning, and how many more there are")
    func manyWarnings() async throws {
        try await Served.run(hasAgents: true) { server in
            let folder = URL(filePath: server.database.path).deletingLastPathComponent()
            for number in 0...AgentProblems.shownMax {
                let name = "agent-\(100 + number)"
                try AgentBody.sentinel.replacing("\"small\"", with: "\"\(name)\"").write(
                    to: folder.appending(path: "\(name).json"), atomically: true, encoding: .utf8)
            }
            try "{\"agent_name\": ".write(
                to: folder.appending(path: "zz-broken.json"), atomically: true, encoding: .utf8)
            try await server.house.catalog.refresh()
            let problems = server.house.catalog.problems
            #expect(problems.count { $0.severity == .warning } > AgentProblems.shownMax)
            let page = try await Browser.signedIn(server, "vera", .viewer).get("/agents/").text
            #expect(page.contains("no valid version of it, so nothing of it runs."))
            #expect(page.contains("And \(problems.count - AgentProblems.shownMax) more: bureau agents check"))
        }
    }

    @Test("Any two versions are compared, not only the last two")
    func compare() async throws {
        try await Served.run(hasAgents: true) { server in
            var hashes = [try #require(server.house.catalog.agent("sentinel")).hash]
            var object =
                try JSONValue.parse(
                    Array(try #require(server.house.catalog.agent("sentinel")).canonical.utf8)
                ).object ?? JSONObject()
            for number in ["two", "three"] {
                object["description"] = .string("Description number \(number)")
                try await Self.put(object, server)
                hashes.append(try #require(server.house.catalog.agent("sentinel")).hash)
            }
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let last = try await browser.get("/agents/sentinel/").text
            #expect(last.contains("number two") && last.contains("number three"))
            let chosen = try await browser.get("/agents/sentinel/?from=\(hashes[0])&to=\(hashes[1])").text
            let diff = chosen.components(separatedBy: "class=\"diff\"").last ?? ""
            #expect(diff.contains("number two") && !diff.contains("number three"))
            let same = try await browser.get("/agents/sentinel/?from=\(hashes[1])&to=\(hashes[1])").text
            #expect(same.contains("say the same"))
            #expect(try await browser.get("/agents/sentinel/?from=nothing").status == 400)
        }
    }

    private static let middles: [([Int64], Int64?)] = [
        ([], nil), ([7], 7), ([9, 1], 1), ([3, 1, 2], 2), ([4, 1, 3, 2], 2),
    ]

    @Test(
        "The middle is a value that was there; of two, the lower one",
        arguments: middles)
    func middle(values: [Int64], expected: Int64?) { #expect(AgentFigures.middle(values) == expected) }
}
