import BureauSandbox
import Testing

/// What the vendor refuses, the stand-in refuses, with the vendor's status and error type.
@Suite struct AnthropicRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        var headers: [String: String?] = [:]
        var body: [String: JSON?] = [:]
        init(_ name: String, _ status: Int, headers: [String: String?] = [:], body: [String: JSON?] = [:]) {
            (testDescription, self.status, self.headers, self.body) = (name, status, headers, body)
        }
    }

    static let headerRows = [
        Row("everything in order", 200),
        Row("a bearer key instead", 200, headers: ["x-api-key": nil, "authorization": "Bearer sk-ant-demo"]),
        Row("the newer version", 200, headers: ["anthropic-version": "2026-10-21"]),
        Row("no key", 401, headers: ["x-api-key": nil]),
        Row("a wrong key", 401, headers: ["x-api-key": "sk-ant-other"]),
        Row("a wrong bearer key", 401, headers: ["x-api-key": nil, "authorization": "Bearer nope"]),
        Row("no version", 400, headers: ["anthropic-version": nil]),
        Row("an unknown version", 400, headers: ["anthropic-version": "2020-01-01"]),
        Row("no beta", 404, headers: ["anthropic-beta": nil]),
        Row("an unknown beta", 400, headers: ["anthropic-beta": "managed-agents-2026-04-01,made-up"]),
        Row("another beta alone", 404, headers: ["anthropic-beta": "files-api-2025-04-14"]),
        Row(
            "two betas that exclude each other", 400,
            headers: ["anthropic-beta": "managed-agents-2026-04-01, agent-memory-2026-07-22"]),
    ]

    @Test("A request is judged by its headers first", arguments: headerRows)
    func headers(row: Row) async throws {
        try await withAnthropic { host in
            var headers = AnthropicHost.headers
            for (name, value) in row.headers { headers[name] = value }
            let reply = try await host.send("GET", "/anthropic/v1/sessions", headers: headers)
            #expect(reply.status == row.status)
            #expect(reply.headers["request-id"]?.hasPrefix("req_") == true)
            if row.status != 200 {
                #expect(reply.json["type"] == "error")
                #expect(reply.json["request_id"]?.string == reply.headers["request-id"])
            }
        }
    }

    static let manyPairs = JSON.object(Dictionary(uniqueKeysWithValues: (0..<17).map { ("k\($0)", "v") }))
    static func budget(_ amount: JSON, _ currency: JSON = "USD") -> JSON {
        ["type": "limit", "max_list_cost": ["amount": amount, "currency": currency]]
    }
    static let bodyRows = [
        Row("a string agent", 200),
        Row("a pinned agent", 200, body: ["agent": ["type": "agent", "id": "agent_sentinel", "version": 3]]),
        Row(
            "an agent with overrides", 200,
            body: ["agent": ["type": "agent_with_overrides", "id": "agent_sentinel", "system": "Be brief."]]),
        Row("no agent", 400, body: ["agent": nil]),
        Row("an unknown agent", 404, body: ["agent": "agent_nobody"]),
        Row(
            "a version that does not exist", 404,
            body: ["agent": ["type": "agent", "id": "agent_sentinel", "version": 8]]),
        Row("a version as text", 400, body: ["agent": ["type": "agent", "id": "agent_sentinel", "version": "7"]]),
        Row("an agent object without type", 400, body: ["agent": ["id": "agent_sentinel"]]),
        Row("no environment", 400, body: ["environment_id": nil]),
        Row("an unknown environment", 404, body: ["environment_id": "env_nowhere"]),
        Row("an unknown field", 400, body: ["idempotency_key": "x"]),
        Row(
            "metadata at its limits", 200,
            body: [
                "metadata": .object([String(repeating: "k", count: 64): .string(String(repeating: "v", count: 512))])
            ]),
        Row("17 metadata pairs", 400, body: ["metadata": manyPairs]),
        Row("a long metadata key", 400, body: ["metadata": .object([String(repeating: "k", count: 65): "v"])]),
        Row("a long metadata value", 400, body: ["metadata": ["k": .string(String(repeating: "v", count: 513))]]),
        Row("a metadata value that is a number", 400, body: ["metadata": ["attempt": 1]]),
        Row("a budget in cents as text", 200, body: ["budget": budget("500")]),
        Row("a budget as a number", 400, body: ["budget": budget(500)]),
        Row("a budget with a fraction", 400, body: ["budget": budget("5.00")]),
        Row("a budget of nothing", 400, body: ["budget": budget("0")]),
        Row("a budget in euro", 400, body: ["budget": budget("500", "EUR")]),
        Row("an interrupt as the first event", 400, body: ["initial_events": [["type": "user.interrupt"]]]),
        Row(
            "a message whose content is a bare string", 400,
            body: ["initial_events": [["type": "user.message", "content": "Go"]]]),
        Row(
            "an empty text block", 400,
            body: ["initial_events": [["type": "user.message", "content": [["type": "text", "text": ""]]]]]),
        Row(
            "51 initial events", 400,
            body: ["initial_events": .array((0..<51).map { _ in AnthropicHost.message("Go") })]),
    ]

    @Test("A session is created only from a correct request", arguments: bodyRows)
    func creation(row: Row) async throws {
        try await withAnthropic { host in
            var members: [String: JSON] = ["agent": "agent_test", "environment_id": "env_demo"]
            for (name, value) in row.body { members[name] = value }
            let reply = try await host.post("/sessions", .object(members))
            #expect(reply.status == row.status, "\(reply.message)")
            let count = try await host.get("/sessions").json["data"]?.array?.count
            #expect(count == (row.status == 200 ? 1 : 0), "A refused creation leaves nothing behind.")
        }
    }

    @Test("Bodies that are not JSON, unknown routes and unknown parameters are refused")
    func others() async throws {
        try await withAnthropic { host in
            #expect(try await host.get("/nothing/here").status == 404)
            #expect(try await host.get("/sessions/sesn_none").status == 404)
            #expect(try await host.get("/sessions?metadata[bureau_run]=x").status == 400)
            #expect(try await host.get("/sessions?limit=0").status == 400)
            #expect(try await host.get("/sessions?page=page_none").status == 400)
            #expect(try await host.get("/sessions?statuses[]=busy").status == 400)
            #expect(try await host.get("/sessions?beta=true").status == 200)
            #expect(try await host.get("/agents/agent_sentinel?version=2").json["version"] == 2)
            #expect(try await host.get("/agents/agent_sentinel").json["version"] == 7)
            #expect(try await host.get("/agents/agent_sentinel?version=9").status == 404)
            #expect(try await host.get("/environments/env_demo").json["id"] == "env_demo")
            #expect(try await host.get("/environments/env_no").status == 404)
            var plain = AnthropicHost.headers
            plain["anthropic-beta"] = nil
            let models = try await host.send("GET", "/anthropic/v1/models", headers: plain)
            #expect(models.json["data"]?[0]?["type"] == "model")
            #expect(try await host.send("POST", "/anthropic/v1/sessions").errorType == "invalid_request_error")
        }
    }
}
