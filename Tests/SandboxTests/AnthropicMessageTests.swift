import BureauSandbox
import Testing

@Suite("The stand-in for single model calls is as strict as the service")
struct AnthropicMessageTests {
    private static let headers = ["x-api-key": "sk-ant-demo", "anthropic-version": "2023-06-01"]
    private static let schema: JSON = [
        "type": "object", "additionalProperties": false, "required": ["class"],
        "properties": ["class": ["type": "string", "enum": ["acceptance", "discussion"]]],
    ]

    private static func body(_ change: (inout [String: JSON]) -> Void = { _ in }) -> JSON {
        var members: [String: JSON] = [
            "model": "claude-haiku-5-5", "max_tokens": 100, "system": "Sort.",
            "messages": [["role": "user", "content": "{\"comment\":\"Approved\"}"]],
            "tools": [["name": "file_it", "description": "Files.", "strict": true, "input_schema": schema]],
            "tool_choice": ["type": "tool", "name": "file_it"],
        ]
        change(&members)
        return .object(members)
    }

    private func post(_ host: AnthropicHost, _ body: JSON, headers: [String: String] = headers) async throws
        -> AnthropicHost.Reply
    {
        try await host.send("POST", "/anthropic/v1/messages", body, headers: headers)
    }

    @Test("A forced tool is used once, with an input that fits, and the usage is told")
    func answers() async throws {
        try await withAnthropic { host in
            let reply = try await post(host, Self.body())
            #expect(reply.status == 200 && reply.json["stop_reason"]?.string == "tool_use")
            let content = reply.json["content"]?.array ?? []
            #expect(content.count == 1 && content.first?["name"]?.string == "file_it")
            #expect(content.first?["input"]?["class"]?.string == "acceptance")
            #expect(reply.json["usage"]?["input_tokens"]?.int ?? 0 > 0)
        }
    }

    @Test("What is scripted is answered, as often as it was asked for")
    func scripted() async throws {
        try await withAnthropic { host in
            _ = try await host.control("/message", ["input": ["class": "discussion"], "about": "Approved", "times": 1])
            let inputs = [try await post(host, Self.body()), try await post(host, Self.body())].map {
                $0.json["content"]?[0]?["input"]?["class"]?.string
            }
            #expect(inputs == ["discussion", "acceptance"])
            _ = try await host.control("/message", ["text": "No.", "stop_reason": "refusal"])
            let refused = try await post(host, Self.body())
            #expect(
                refused.json["stop_reason"]?.string == "refusal"
                    && refused.json["content"]?[0]?["type"]?.string == "text")
        }
    }

    static let refused: [(String, @Sendable (inout [String: JSON]) -> Void, Int)] = [
        ("no model", { $0["model"] = nil }, 400), ("an unknown model", { $0["model"] = "claude-haiku-9" }, 404),
        ("no limit", { $0["max_tokens"] = nil }, 400),
        ("a sampling parameter", { $0["temperature"] = .double(0) }, 400),
        ("an unknown member", { $0["tool"] = "x" }, 400), ("no message", { $0["messages"] = [] }, 400),
        ("a prefill", { $0["messages"] = [["role": "assistant", "content": "{"]] }, 400),
        ("a tool that was not given", { $0["tool_choice"] = ["type": "tool", "name": "other"] }, 400),
        (
            "a strict tool with an open schema",
            {
                $0["tools"] = [["name": "file_it", "strict": true, "input_schema": ["type": "object"]]]
            }, 400
        ),
        (
            "a tool with a bad name",
            {
                $0["tools"] = [["name": "file it", "input_schema": ["type": "object"]]]
                $0["tool_choice"] = nil
            }, 400
        ),
    ]

    @Test("A request the service refuses is refused", arguments: refused.indices)
    func refuses(index: Int) async throws {
        let (what, change, status) = Self.refused[index]
        try await withAnthropic { host in
            let reply = try await post(host, Self.body(change))
            #expect(reply.status == status && reply.json["type"]?.string == "error", "\(what): \(reply.json.text)")
        }
    }

    @Test("Without a key, a version or a model's name nothing is answered")
    func gate() async throws {
        try await withAnthropic { host in
            #expect(try await post(host, Self.body(), headers: ["anthropic-version": "2023-06-01"]).status == 401)
            #expect(try await post(host, Self.body(), headers: ["x-api-key": "sk-ant-demo"]).status == 400)
            let model = try await host.send("GET", "/anthropic/v1/models/claude-haiku-5-5", headers: Self.headers)
            #expect(model.status == 200 && model.json["id"]?.string == "claude-haiku-5-5")
            #expect(try await host.send("GET", "/anthropic/v1/models/none", headers: Self.headers).status == 404)
        }
    }
}
