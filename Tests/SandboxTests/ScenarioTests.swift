import BureauSandbox
import Testing

/// What the scripted sessions promise to whoever reads their history.
@Suite struct ScenarioTests {
    @Test("The audit script tells a complete, ordered story of about 300 events")
    func sentinel() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sentinel")
            let events = try await host.settled(id)
            #expect((270...340).contains(events.count), "\(events.count)")
            #expect(events[0].type == "user.message")
            #expect(events[1].type == "session.status_running")
            #expect(events[2].type == "session.thread_status_running")
            #expect(
                events.suffix(3).map(\.type) == ["session.thread_status_idle", "session.usage", "session.status_idle"])
            #expect(events.last?.stopReason == "end_turn")
            let openings = events.compactMap { $0["content"]?[0]?["text"]?.string }.filter {
                $0.hasPrefix("Starting module")
            }
            #expect(openings.count == 5)
            #expect(openings.first == "Starting module 1 of 5: Google Business Profile.")
            try expectStory(events)
            let sum = usage(of: events)
            let session = try await host.get("/sessions/\(id)").json
            #expect(session["usage"]?["output_tokens"]?.int == sum.output)
            #expect(session["usage"]?["cache_read_input_tokens"]?.int == sum.cacheRead)
            #expect(session["usage"]?["list_cost"]?["currency"] == "USD")
            let cents = try #require(session["usage"]?["list_cost"]?["amount"]?.string.flatMap { Int($0) })
            #expect(cents > 20)
        }
    }

    /// Ids are unique, the session's own times never go back, spans close, and every call has exactly one result after it.
    private func expectStory(_ events: [JSON]) throws {
        #expect(Set(events.map { $0["id"]?.string ?? "" }).count == events.count)
        // What a client sends stands where it was received and is stamped when it is taken up.
        let times = events.filter { !$0.type.hasPrefix("user.") }.compactMap { $0["processed_at"]?.string }
        #expect(times == times.sorted())
        var openCalls: Set<String> = []
        var openSpan: String?
        for event in events {
            let id = event["id"]?.string ?? ""
            switch event.type {
            case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use": openCalls.insert(id)
            case "agent.tool_result": #expect(openCalls.remove(event["tool_use_id"]?.string ?? "") != nil)
            case "agent.mcp_tool_result": #expect(openCalls.remove(event["mcp_tool_use_id"]?.string ?? "") != nil)
            case "user.custom_tool_result": #expect(openCalls.remove(event["custom_tool_use_id"]?.string ?? "") != nil)
            case "span.model_request_start":
                #expect(openSpan == nil)
                openSpan = id
            case "span.model_request_end":
                #expect(event["model_request_start_id"]?.string == openSpan)
                openSpan = nil
            default: break
            }
        }
        #expect(openCalls.isEmpty)
        #expect(openSpan == nil)
    }

    private func usage(of events: [JSON]) -> (output: Int, cacheRead: Int) {
        events.reduce(into: (0, 0)) { sum, event in
            sum.0 += event["model_usage"]?["output_tokens"]?.int ?? 0
            sum.1 += event["model_usage"]?["cache_read_input_tokens"]?.int ?? 0
        }
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let scenario: String, last: String, reason: String?, contains: [String]
        var testDescription: String { scenario }
    }
    static let endingRows = [
        Ending(scenario: "catalyst", last: "session.status_idle", reason: "end_turn", contains: ["agent.tool_use"]),
        Ending(scenario: "fails", last: "session.status_terminated", reason: nil, contains: ["session.error"]),
        Ending(scenario: "terminated", last: "session.status_terminated", reason: nil, contains: []),
        Ending(
            scenario: "exhausted", last: "session.status_idle", reason: "retries_exhausted", contains: ["session.error"]
        ),
        Ending(scenario: "refusal", last: "session.status_idle", reason: "refusal", contains: []),
        Ending(
            scenario: "requires_action", last: "session.status_idle", reason: "requires_action",
            contains: ["agent.mcp_tool_use"]),
        Ending(
            scenario: "custom_tool", last: "session.status_idle", reason: "requires_action",
            contains: ["agent.custom_tool_use"]),
        Ending(scenario: "no_files", last: "session.status_idle", reason: "end_turn", contains: []),
        Ending(scenario: "many_files", last: "session.status_idle", reason: "end_turn", contains: []),
        Ending(scenario: "hostile_names", last: "session.status_idle", reason: "end_turn", contains: []),
        Ending(
            scenario: "huge_events", last: "session.status_idle", reason: "end_turn", contains: ["agent.tool_result"]),
        Ending(
            scenario: "rescheduled", last: "session.status_idle", reason: "end_turn",
            contains: ["session.status_rescheduled"]),
        Ending(
            scenario: "unknown_events", last: "session.status_idle", reason: "end_turn", contains: ["agent.daydreamed"]),
    ]

    @Test("Each scenario comes to its own end", arguments: endingRows)
    func endings(row: Ending) async throws {
        try await withAnthropic { host in
            let id = try await host.start(row.scenario)
            let events = try await host.settled(id)
            #expect(events.last?.type == row.last)
            #expect(events.last?.stopReason == row.reason)
            for type in row.contains { #expect(events.contains { $0.type == type }, "\(type)") }
            if row.scenario == "refusal" { #expect(events.last?["stop_details"]?["type"] == "refusal") }
        }
    }

    @Test("Agents bring their own scenario, and a session that goes quiet answers an interrupt")
    func choice() async throws {
        try await withAnthropic { host in
            let body: JSON = [
                "agent": "agent_catalyst", "environment_id": "env_demo", "title": "Brief",
                "initial_events": [AnthropicHost.message(AnthropicHost.kickoff)],
            ]
            let id = try #require(try await host.post("/sessions", body).json["id"]?.string)
            _ = try await host.settled(id)
            let state = try await host.send("GET", "/_control/state", headers: [:]).json
            #expect(state["anthropic"]?["sessions"]?[0]?["scenario"] == "catalyst")

            let quiet = try await host.start("silent")
            _ = try await host.history(quiet, until: { $0.contains { $0.type == "span.model_request_end" } })
            _ = try await host.post("/sessions/\(quiet)/events", ["events": [["type": "user.interrupt"]]])
            let events = try await host.settled(quiet)
            #expect(events.last?.stopReason == "end_turn")
            #expect(events.contains { $0.type == "user.interrupt" && $0["processed_at"]?.string != nil })
        }
    }

    @Test("A second message is a further, shorter turn in the same session that writes its files again")
    func revision() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sentinel", with: ["files_delay_ms": 0])
            let first = try await host.settled(id)
            let again = AnthropicHost.message("Please say more about the city pages.")
            #expect(try await host.post("/sessions/\(id)/events", ["events": [again]]).status == 200)
            let all = try await host.history(id, until: { $0.count > first.count && $0.last?.isRest == true })
            #expect(all[first.count].type == "user.message")
            #expect(all.count < first.count + 40)
            try expectStory(all)
            let files = try await host.get("/files?scope_id=\(id)").json["data"]?.array ?? []
            #expect(files.count == 4)
            let names = Set(files.compactMap { $0["filename"]?.string })
            #expect(names == ["sentinel-audit-shamrock-detailing.json", "sentinel-audit-shamrock-detailing.md"])
        }
    }

    @Test("Spending without end rests at the cap, ignores interrupts there, and goes on when the cap is raised")
    func budget() async throws {
        try await withAnthropic { host in
            let id = try await host.start("runaway", budget: "50")
            let events = try await host.history(id, until: { $0.last?.stopReason == "budget_reached" })
            let spent = try #require(
                events.last { $0.type == "session.usage" }?["usage"]?["list_cost"]?["amount"]?.string)
            #expect((50...65).contains(Int(spent) ?? 0))
            #expect(
                try await host.post("/sessions/\(id)/events", ["events": [AnthropicHost.message("More")]]).status == 400
            )
            #expect(
                try await host.post("/sessions/\(id)/events", ["events": [["type": "user.interrupt"]]]).status == 200)
            let low: JSON = ["budget": ["type": "limit", "max_list_cost": ["amount": "50", "currency": "USD"]]]
            #expect(try await host.post("/sessions/\(id)", low).status == 400)
            let more: JSON = ["budget": ["type": "limit", "max_list_cost": ["amount": "90", "currency": "USD"]]]
            #expect(try await host.post("/sessions/\(id)", more).status == 200)
            let later = try await host.history(
                id,
                until: { list in
                    list.count { $0.stopReason == "budget_reached" && $0.type == "session.status_idle" } == 2
                })
            try expectStory(later)
        }
    }

    @Test("An interrupt in the middle leaves no call without a result and no span open")
    func interrupted() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sentinel", with: ["hold_at": 40])
            _ = try await host.history(id, until: { $0.count >= 40 })
            #expect(try await host.post("/sessions/\(id)/archive", [:]).status == 400)
            _ = try await host.post("/sessions/\(id)/events", ["events": [["type": "user.interrupt"]]])
            let events = try await host.settled(id)
            #expect(events.last?.stopReason == "end_turn")
            #expect(events.count < 60)
            try expectStory(events)
        }
    }
}
