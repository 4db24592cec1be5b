import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Starting a run by hand")
struct StartPageTests {
    private static let mentions: [(String, String?, WorkToolKind?)] = [
        ("86cfull01", "86cfull01", nil), ("ABC-123", "ABC-123", nil),
        ("https://app.clickup.com/t/86cfull01", "86cfull01", .clickUp),
        ("https://app.clickup.com/t/9012/ABC-123?comment=1", "ABC-123", .clickUp),
        ("https://app.asana.com/0/1208/1209", "1209", .asana), ("https://app.asana.com/0/1208/1209/f", "1209", .asana),
        ("https://app.asana.com/1/7/project/1208/task/1209?focus=true", "1209", .asana),
        ("https://app.asana.com/1/7/task/1209/comment/1210?focus=true", "1209", .asana),
        ("a task", nil, nil), ("https://app.clickup.com/", nil, nil), ("../etc", nil, nil), ("", nil, nil),
        (String(repeating: "1", count: 41), nil, nil),
    ]

    @Test("A task is taken as people paste it: a link or an id", arguments: mentions)
    func mention(text: String, id: String?, tool: WorkToolKind?) {
        let found = TaskMention(text)
        #expect(found?.id == id)
        if id != nil { #expect(found?.tool == tool) }
    }

    private static let starts: [(String, status: Int, says: String, begins: Bool)] = [
        ("client=acme", 422, "is not ready for this agent: it needs", false),
        ("task=https%3A%2F%2Fapp.clickup.com%2Ft%2F86cfull01", 303, "86cfull01", true),
        ("task=ABC-123", 422, "CLICKUP_WORKSPACE_ID", false),
        ("client=acme&task=86cfull01", 303, "86cfull01", true),
        ("client=acme&task=no+task", 422, "is no task", false),
        ("task=1208000000000500", 422, "is a task of Asana, and sentinel takes its tasks from ClickUp", false),
        (
            "task=https%3A%2F%2Fapp.asana.com%2F0%2F1208%2F1209", 422,
            "is a task of Asana, and sentinel takes its tasks from ClickUp", false
        ),
        ("", 422, "Say what to work on", false), ("task=86cfull01&limit=much", 422, "in dollars", false),
    ]

    @Test("What cannot begin says why; what can, begins with its task", arguments: starts)
    func start(form: String, status: Int, says: String, begins: Bool) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let otto = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await otto.get("/runs/new").text.contains(": needs "))
            let answer = try await otto.post("/runs", "agent=sentinel&\(form)")
            #expect(answer.status == status)
            let runs = try await server.house.runs.list(RunListing(visible: nil))
            #expect(runs.count == (begins ? 1 : 0))
            #expect(begins ? runs.first?.taskID == says : answer.text.contains(says))
        }
    }

    private static let wrongs: [(String, field: String)] = [
        ("client=acme&limit=2", "client"), ("client=acme&task=no+task", "task"),
        ("client=acme&task=86cfull01&limit=much", "limit"), ("", "client"),
    ]

    @Test("What is wrong stands at its field, which has the focus, and what was written is kept", arguments: wrongs)
    func fields(form: String, field: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let page = try await otto.post("/runs", "agent=sentinel&\(form)").text
            let described = "aria-describedby=\"f-\(field)-problem f-\(field)-hint\" aria-invalid=\"true\" autofocus>"
            #expect(page.contains(described) && page.matches(of: /autofocus/).count == 1, "\(field)")
            #expect(page.contains("id=\"f-\(field)-problem\"") && page.contains("href=\"#f-\(field)\">Go to "))
            if form.contains("acme") { #expect(page.contains("value=\"acme\" selected")) }
            if form.contains("much") {
                #expect(page.contains("value=\"86cfull01\"") && page.contains("value=\"much\""))
            }
        }
    }

    private static let programs: [(String, status: Int, says: String)] = [
        ("86cfull01", 201, "86cfull01"), ("1208000000000500", 422, "takes its tasks from ClickUp"),
        ("ABC-123", 422, "CLICKUP_WORKSPACE_ID"), ("ABC 123", 400, "does not look like one"),
    ]

    @Test("Programs name a task under the same rule", arguments: programs)
    func program(task: String, status: Int, says: String) async throws {
        try await Served.run(hasAgents: true) { server in
            let robot = try await Program.of(server, "robot", .operator)
            let answer = try await robot.send(
                .post, "/api/v1/runs", #"{"agent": "sentinel", "task": "\#(task)"}"#)
            #expect(answer.status == status && answer.text.contains(says), "\(answer.text)")
        }
    }

    @Test("An agent of both tools gets its task from the one that keeps it", arguments: ["page", "api"])
    func bothTools(by: String) async throws {
        try await Served.run(hasAgents: true) { server in
            let agent = try #require(server.house.catalog.agent("sentinel"))
            var object = try JSONValue.parse(Array(agent.canonical.utf8)).object ?? JSONObject()
            object["triggers"] = try JSONValue.parse(Array(Self.bothWays.utf8))
            try JSONValue.object(object).pretty.write(
                to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
                atomically: true, encoding: .utf8)
            try await server.house.catalog.refresh()
            #expect(server.house.catalog.problems.filter { $0.severity == .error }.isEmpty)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            if by == "page" {
                let form = "agent=sentinel&task=1208000000000500"
                let look = try await otto.post("/runs", form + "&do=look")
                #expect(look.headers["location"]?.contains("task=1208000000000500") == true)
                #expect(try await otto.post("/runs", form).status == 303)
            } else {
                let robot = try await Program.of(server, "robot", .operator)
                let body = #"{"agent": "sentinel", "task": "1208000000000500"}"#
                #expect(try await robot.send(.post, "/api/v1/runs", body).status == 201)
            }
            #expect(try await server.house.runs.list(RunListing(visible: nil)).map(\.taskTool) == [.asana])
        }
    }

    private static let bothWays = #"""
        {"manual_cli": {"enabled": true},
         "clickup_webhook": {"enabled": true, "list_id": "901100000001", "trigger_status": "Ready (Automate)"},
         "asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1207000000000001", "sections": ["New"]}}
        """#

    @Test("An agent that is not there is said where agents are chosen")
    func noAgent() async throws {
        try await Served.run(hasAgents: true) { server in
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let page = try await otto.post("/runs", "agent=nobody&task=86cfull01").text
            #expect(page.contains("id=\"choose-agent-problem\"") && page.contains("href=\"#choose-agent\">Go to Agent"))
            #expect(page.contains("value=\"86cfull01\""))
        }
    }

    @Test("Whoever sees some clients names one of them: a task alone might be anybody's")
    func narrow() async throws {
        var site = WebHouse.Site(version: "1.2.3")
        site.agentsMayWrite = true
        try await Served.run(site: site, hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let otto = try await Browser.signedIn(server, "otto", .operator, clients: ["acme"])
            let robot = try await Program.of(server, "robot", .operator, clients: ["acme"])
            let asked = try await otto.get("/runs/new").text
            #expect(!asked.contains("No client") && asked.contains("value=\"acme\"") && !asked.contains("plunkett"))
            let alone = try await otto.post("/runs", "agent=sentinel&task=86cfull01")
            #expect(alone.status == 422 && alone.text.contains("is for one of them: choose it"))
            #expect(try await otto.post("/runs", "agent=sentinel&task=86cfull01&client=plunkett").status == 404)
            for (body, status) in [
                (#"{"agent": "sentinel", "task": "86cfull01"}"#, 422),
                (#"{"agent": "sentinel", "task": "86cfull01", "client": "plunkett"}"#, 422),
            ] { #expect(try await robot.send(.post, "/api/v1/runs", body).status == status, "\(body)") }
            let call = #"{"name": "start_run", "arguments": {"agent": "sentinel", "task": "86cfull01"}}"#
            let answer = try await robot.send(
                .post, "/mcp", #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": \#(call)}"#)
            #expect(answer.text.contains("is for one of them"), "\(answer.text)")
            #expect(try await server.house.runs.list(RunListing(visible: nil)).isEmpty)
            #expect(try await otto.post("/runs", "agent=sentinel&task=86cfull01&client=acme").status == 303)
        }
    }

    @Test(
        "Who had a run in the last day is led to look at it once before another begins", arguments: ["", "Be+brief."])
    func lately(notes: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            _ = try await server.house.budgets.set(.client("acme"), .month, to: .cents(5_000), by: "boss")
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let form = "agent=sentinel&client=acme&task=86cfull01&notes=\(notes)"
            #expect(try await otto.post("/runs", form).headers["location"]?.hasPrefix("/runs/0") == true, "the first")
            let answer = try await otto.post("/runs", form)
            let page = try await notes.isEmpty ? otto.get(try #require(answer.headers["location"])) : answer
            for words in [
                "This agent ran for Acme", "a second time", "client acme&#39;s budget for", "value=\"86cfull01\"",
            ] { #expect(page.text.contains(words), "\(words)") }
            #expect(page.text.contains("Be brief.") != notes.isEmpty)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1, "nothing has begun")
            #expect(page.text.contains("name=\"looked\" value=\"acme\""))
            #expect(page.text.contains(/ran for Acme[^<]* <time datetime="[^"]+Z" title="[^"]+">just now<\/time>\./))
            let other = try await otto.post("/runs", form + "&looked=plunkett")
            #expect(other.headers["location"]?.hasPrefix("/runs/0") != true, "another client was looked at")
            let begun = try await otto.post("/runs", form + "&looked=acme")
            #expect(begun.headers["location"]?.hasPrefix("/runs/0") == true)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 2)
        }
    }

    @Test("The message can be looked at first, with what it lacks and who had one lately, and nothing begins")
    func look() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme", ["business_phone": "614 555 0100"])
            let seed = ULID.make(milliseconds: server.house.doors.now() - 7_200_000, randomness: (1, 0))
            try await ReportSeed(run: seed, state: "draft", runState: "done").put(into: server)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let answer = try await otto.post("/runs", "agent=sentinel&client=acme&task=86cfull01&do=look")
            let page = try await otto.get(try #require(answer.headers["location"])).text
            for words in [
                "What the agent is told", "614 555 0100", "This agent ran for Acme", "Acme needs ",
                "value=\"86cfull01\"",
                "Nothing has begun yet",
            ] { #expect(page.contains(words), "\(words)") }
            let link = WebRequest.escaped("https://app.clickup.com/t/86cfull01")
            let pasted = try await otto.post("/runs", "agent=sentinel&client=acme&task=\(link)&do=look")
            #expect(pasted.headers["location"]?.contains("task=\(link)") == true, "what was written is kept")
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1)
        }
    }
}
