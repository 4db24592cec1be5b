import BureauSandbox
import Testing

/// Sending, listing and paging events; approvals and answers.
@Suite struct AnthropicEventTests {
    @Test(
        "A call that needs a person goes on when allowed and tells the agent when denied", arguments: ["allow", "deny"])
    func confirmation(result: String) async throws {
        try await withAnthropic { host in
            let id = try await host.start("requires_action")
            let events = try await host.settled(id)
            let waiting = try #require(events.last?["stop_reason"]?["event_ids"]?.array)
            let call = try #require(events.first { $0["id"] == waiting[0] })
            #expect(call["evaluated_permission"] == "ask")
            #expect(call["mcp_server_name"] == "google-business")

            let refused = try await host.post("/sessions/\(id)/events", ["events": [AnthropicHost.message("Hello?")]])
            #expect(refused.status == 400)
            #expect(refused.message.contains("waiting on responses to events"))

            var answer: JSON = ["type": "user.tool_confirmation", "tool_use_id": waiting[0], "result": .string(result)]
            if result == "deny" { answer["deny_message"] = "Not this week." }
            let body: JSON = ["events": [answer]]
            let echo = try await host.post("/sessions/\(id)/events", body)
            #expect(echo.json["data"]?[0]?["type"] == "user.tool_confirmation")
            #expect(try await host.post("/sessions/\(id)/events", body).status == 400, "An answer counts once.")
            let after = try await host.history(id, until: { $0.last?.stopReason == "end_turn" })
            let outcome = try #require(after.first { $0["mcp_tool_use_id"] == waiting[0] })
            #expect(outcome["is_error"] == .bool(result == "deny"))
            if result == "deny" { #expect(outcome["content"]?[0]?["text"] == "Not this week.") }
        }
    }

    @Test("After a partial answer the session asks again for what is left")
    func partial() async throws {
        try await withAnthropic { host in
            let id = try await host.start("requires_action", with: ["asks": 3])
            var open = try await host.settled(id).last?["stop_reason"]?["event_ids"]?.array ?? []
            #expect(open.count == 3)
            for left in [2, 1, 0] {
                let answer: JSON = [
                    "type": "user.tool_confirmation", "tool_use_id": open.removeFirst(), "result": "allow",
                ]
                _ = try await host.post("/sessions/\(id)/events", ["events": [answer]])
                let events = try await host.history(id) { events in
                    events.last { $0.isRest }?["stop_reason"]?["event_ids"]?.array?.count ?? 0 == left
                }
                #expect(events.last { $0.isRest }?["stop_reason"]?["event_ids"]?.array ?? [] == open)
            }
            #expect(try await host.settled(id).last?.stopReason == "end_turn")
        }
    }

    @Test("An interrupt closes a session that waits for a person, and it can then be archived")
    func givenUp() async throws {
        try await withAnthropic { host in
            let options: [String: JSON] = ["status_lag_ms": 0, "anonymous_interrupts": true]
            let id = try await host.start("requires_action", with: options)
            let call = try #require(try await host.settled(id).last?["stop_reason"]?["event_ids"]?[0])
            _ = try await host.post("/sessions/\(id)/events", ["events": [["type": "user.interrupt"]]])
            let events = try await host.history(id) { $0.last?.stopReason == "end_turn" }
            #expect(events.first { $0["mcp_tool_use_id"] == call }?["is_error"] == true)
            #expect(events.first { $0.type == "user.interrupt" }?["id"] == "")
            #expect(try await host.post("/sessions/\(id)/archive", [:]).status == 200)
        }
    }

    @Test("A denial that tells the very input is obeyed: the same call comes again with it, and waits")
    func changed() async throws {
        try await withAnthropic { host in
            let id = try await host.start("requires_action")
            let call = try #require(try await host.settled(id).first { $0.type == "agent.mcp_tool_use" })
            let denial: JSON = [
                "type": "user.tool_confirmation", "tool_use_id": call["id"] ?? .null, "result": "deny",
                "deny_message":
                    "Make the same call again, with exactly this input:\n{\"text\":\"One day\",\"count\":2}",
            ]
            #expect(try await host.post("/sessions/\(id)/events", ["events": [denial]]).status == 200)
            let events = try await host.history(id) { events in
                events.count { $0.type == "agent.mcp_tool_use" } == 2 && events.last?.stopReason == "requires_action"
            }
            let again = try #require(events.last { $0.type == "agent.mcp_tool_use" })
            let input: JSON = ["text": "One day", "count": 2]
            #expect(again["name"] == call["name"] && again["input"] == input)
            let answer: JSON = [
                "type": "user.tool_confirmation", "tool_use_id": again["id"] ?? .null, "result": "allow",
            ]
            #expect(try await host.post("/sessions/\(id)/events", ["events": [answer]]).status == 200)
            let after = try await host.history(id) { $0.last?.stopReason == "end_turn" }
            #expect(after.count { $0.type == "agent.mcp_tool_use" } == 2)
        }
    }

    @Test("A thread tells its own agent and model, and one that is not there is missing")
    func threads() async throws {
        try await withAnthropic { host in
            let id = try await host.start("sub_agents")
            let events = try await host.settled(id)
            let own = try #require(events.first { $0.type == "session.thread_status_running" })
            let children = events.filter { $0.type == "session.thread_created" }
            var models: [JSON?] = []
            for event in [own] + children {
                let thread = try #require(event["session_thread_id"]?.string)
                let told = try await host.get("/sessions/\(id)/threads/\(thread)").json
                #expect(told["agent"]?["name"] == event["agent_name"])
                models.append(told["agent"]?["model"]?["id"])
            }
            #expect(models == ["claude-sonnet-5-5", "claude-haiku-4-5", "claude-opus-5-5"])
            #expect(try await host.get("/sessions/\(id)/threads/sthr_0").status == 404)
        }
    }

    @Test("A custom tool's result comes from the client, and the session goes on with it")
    func customTool() async throws {
        try await withAnthropic { host in
            let id = try await host.start("custom_tool")
            let events = try await host.settled(id)
            let call = try #require(events.first { $0.type == "agent.custom_tool_use" }?["id"])
            let confirmed: JSON = ["type": "user.tool_confirmation", "tool_use_id": call, "result": "allow"]
            #expect(try await host.post("/sessions/\(id)/events", ["events": [confirmed]]).status == 400)
            let result: JSON = [
                "type": "user.custom_tool_result", "custom_tool_use_id": call,
                "content": [["type": "text", "text": "Known since 2019."]],
            ]
            #expect(try await host.post("/sessions/\(id)/events", ["events": [result]]).status == 200)
            let after = try await host.history(id, until: { $0.last?.stopReason == "end_turn" })
            #expect(after.contains { $0.type == "user.custom_tool_result" })
        }
    }

    static let shapes: [(String, JSON)] = [
        ("no events", ["events": []]),
        ("an unknown event", ["events": [["type": "user.wave"]]]),
        ("an unknown member", ["events": [["type": "user.interrupt", "why": "late"]]]),
        ("a member beside events", ["events": [["type": "user.interrupt"]], "run": "x"]),
        (
            "a confirmation of nothing",
            ["events": [["type": "user.tool_confirmation", "tool_use_id": "sevt_x", "result": "allow"]]]
        ),
        (
            "a verdict that is neither",
            ["events": [["type": "user.tool_confirmation", "tool_use_id": "sevt_x", "result": "maybe"]]]
        ),
        (
            "a reason on an allowance",
            [
                "events": [
                    ["type": "user.tool_confirmation", "tool_use_id": "x", "result": "allow", "deny_message": "no"]
                ]
            ]
        ),
        (
            "a lone system message",
            ["events": [["type": "system.message", "content": [["type": "text", "text": "x"]]]]]
        ),
        ("one good and one bad", ["events": [AnthropicHost.message("Go"), ["type": "user.wave"]]]),
    ]

    @Test("Wrong events are refused, and none of their request is taken", arguments: shapes)
    func refused(name: String, body: JSON) async throws {
        try await withAnthropic { host in
            let new: JSON = ["agent": "agent_test", "environment_id": "env_demo"]
            let id = try #require(try await host.post("/sessions", new).json["id"]?.string)
            let reply = try await host.post("/sessions/\(id)/events", body)
            #expect(reply.status == 400)
            #expect(reply.errorType == "invalid_request_error")
            #expect(try await host.history(id).isEmpty)
        }
    }

    @Test("A history reads the same in pages of any size and in either order")
    func paging() async throws {
        try await withAnthropic { host in
            let id = try await host.start("catalyst")
            let whole = try await host.settled(id)
            #expect(try await host.history(id, limit: 7) == whole)
            _ = try await host.control("/scenario", ["session_id": .string(id), "empty_pages": true])
            #expect(try await host.history(id, limit: 7) == whole)
            _ = try await host.control("/scenario", ["session_id": .string(id), "empty_pages": false])
            let newest = try await host.get("/sessions/\(id)/events?order=desc&limit=2").json["data"]?.array
            #expect(newest == whole.suffix(2).reversed())
            let messages = try await host.get(
                "/sessions/\(id)/events?types%5B%5D=agent.message&types%5B%5D=user.message")
            #expect(
                messages.json["data"]?.array == whole.filter { ["agent.message", "user.message"].contains($0.type) })
            #expect(try await host.get("/sessions/\(id)/events?limit=1001").status == 400)
        }
    }

    @Test("Sessions are listed newest first, by agent, time and page, without the archived ones")
    func sessions() async throws {
        try await withAnthropic { host in
            var ids: [String] = []
            for _ in 0..<5 { ids.insert(try await host.start("no_files"), at: 0) }
            for id in ids { _ = try await host.settled(id) }
            let first = try await host.get("/sessions?agent_id=agent_test&limit=3").json
            let cursor = try #require(first["next_page"]?.string)
            let second = try await host.get("/sessions?agent_id=agent_test&limit=3&page=\(cursor)").json
            let listed = [first, second].flatMap { $0["data"]?.array ?? [] }.compactMap { $0["id"]?.string }
            #expect(listed == ids)
            #expect(second["next_page"] == .null)
            #expect(try await host.get("/sessions?agent_id=agent_catalyst").json["data"] == [])
            #expect(try await host.get("/sessions?created_at%5Bgte%5D=2999-01-01T00:00:00Z").json["data"] == [])
            #expect(
                try await host.get("/sessions?created_at%5Bgte%5D=2020-01-01T00:00:00.123456Z").json["data"]?.array?
                    .count == 5)

            _ = try await host.control("/scenario", ["session_id": .string(ids[0]), "status_lag_ms": 0])
            let archived = try await host.post("/sessions/\(ids[0])/archive", [:])
            #expect(archived.json["status"] == "terminated")
            #expect(archived.json["archived_at"]?.string != nil)
            #expect(try await host.get("/sessions").json["data"]?.array?.count == 4)
            #expect(try await host.get("/sessions?include_archived=true").json["data"]?.array?.count == 5)
            let late = try await host.post(
                "/sessions/\(ids[0])/events", ["events": [AnthropicHost.message("Still there?")]])
            #expect(late.status == 400)
        }
    }
}
