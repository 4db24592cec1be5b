import AsyncHTTPClient
import BureauSandbox
import Foundation
import NIOCore
import Subprocess
import Testing

/// Every fault, seen from the other end of the wire.
@Suite struct FaultsTests {
    private let new: JSON = ["agent": "agent_test", "environment_id": "env_demo"]

    private func plan(_ host: AnthropicHost, _ action: String, _ more: [String: JSON] = [:]) async throws -> Int {
        var rule: JSON = ["vendor": "anthropic", "operation": "session.create", "do": .string(action)]
        for (key, value) in more { rule[key] = value }
        return try await host.control("/faults", rule).status
    }

    private func sessionCount(_ host: AnthropicHost) async throws -> Int? {
        try await host.get("/sessions").json["data"]?.array?.count
    }

    static let answers: [(action: String, status: Int, sessions: Int)] = [
        ("status:503", 503, 0), ("status:529", 529, 0), ("status_after:503", 503, 1), ("html:502", 502, 0),
        ("limited:7", 429, 0), ("garbage", 200, 0), ("delay_ms:5", 200, 1),
    ]

    @Test("A fault that answers does its part and no more, once", arguments: answers)
    func answered(action: String, status: Int, sessions: Int) async throws {
        try await withAnthropic { host in
            #expect(try await plan(host, action) == 200)
            let reply = try await host.post("/sessions", new)
            #expect(reply.status == status)
            #expect(try await sessionCount(host) == sessions)
            switch action {
            case "limited:7":
                #expect(reply.headers["retry-after"] == "7")
                #expect(reply.errorType == "rate_limit_error")
            case "html:502": #expect(reply.headers["content-type"] == "text/html")
            case "garbage": #expect(reply.json == .null)
            case "status:529": #expect(reply.errorType == "overloaded_error")
            default: break
            }
            #expect(try await host.post("/sessions", new).status == 200, "The rule is spent.")
            let log = try await host.send("GET", "/_control/log?operation=session.create", headers: [:]).json
            #expect(log["entries"]?[0]?["outcome"] == .string("\(status) \(action)"))
        }
    }

    static let losses: [(action: String, sessions: Int)] = [("drop", 0), ("drop_after", 1), ("half", 1)]

    @Test("A fault that loses the answer is seen as a broken connection, never as a status", arguments: losses)
    func lost(action: String, sessions: Int) async throws {
        try await withAnthropic { host in
            _ = try await plan(host, action)
            await #expect(throws: (any Error).self) { _ = try await host.post("/sessions", new) }
            #expect(try await sessionCount(host) == sessions)
        }
    }

    @Test("Half an answer announces its whole length and ends in the middle")
    func half() async throws {
        try await withAnthropic { host in
            _ = try await plan(host, "half")
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(host.port)/anthropic/v1/sessions")
            request.method = .POST
            for (name, value) in AnthropicHost.headers { request.headers.add(name: name, value: value) }
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: new.bytes))
            let response = try await host.client.execute(request, timeout: .seconds(120))
            let announced = try #require(response.headers.first(name: "content-length").flatMap(Int.init))
            var received = 0
            await #expect(throws: (any Error).self) {
                for try await chunk in response.body { received += chunk.readableBytes }
            }
            #expect(received == announced / 2)
        }
    }

    @Test(
        "A kill ends the named process before, after, or just after the answer",
        arguments: ["kill", "kill_after", "kill_answered"])
    func kill(action: String) async throws {
        try await withAnthropic { host in
            let ended = try await Subprocess.run(
                .name("sleep"), arguments: ["600"], input: .none, output: .discarded, error: .discarded
            ) { process in
                let pid = JSON.int(Int(process.processIdentifier.value))
                let planned = try await plan(host, action, ["pid": pid])
                #expect(planned == 200)
                let status = try? await host.post("/sessions", new).status
                #expect(status == (action == "kill_answered" ? 200 : nil))
            }
            #expect(ended.terminationStatus == .signaled(9))
            #expect(try await sessionCount(host) == (action == "kill" ? 0 : 1))
        }
    }

    @Test("Rules wait for their turn and strike as often as they say")
    func counting() async throws {
        try await withAnthropic { host in
            _ = try await plan(host, "status:500", ["skip": 1, "times": 2])
            var statuses: [Int] = []
            for _ in 0..<5 { statuses.append(try await host.post("/sessions", new).status) }
            #expect(statuses == [200, 500, 500, 200, 200])
            _ = try await plan(host, "status:500", ["operation": "*", "times": 9])
            #expect(try await host.get("/models").status == 500)
            _ = try await host.send("DELETE", "/_control/faults", headers: [:])
            #expect(try await host.get("/models").status == 200)
        }
    }

    static let wrongRules: [JSON] = [
        "nonsense", ["vendor": "anthropic"], ["do": "drop"], ["vendor": "anthropic", "do": "explode"],
        ["vendor": "anthropic", "do": "status:200"], ["vendor": "anthropic", "do": "drop", "often": 1],
        ["vendor": "anthropic", "do": "drop", "times": 0], ["vendor": "anthropic", "do": "kill"],
        ["vendor": "anthropic", "do": "kill", "pid": 1], ["vendor": "anthropic", "do": "kill", "pid": -1],
        ["vendor": "anthropic", "do": "kill", "pid": 0], ["vendor": "anthropic", "do": "kill", "pid": 2_000_000_000],
        ["vendor": "anthropic", "do": "kill", "pid": .int(Int(getpid()))], ["vendor": "slack", "do": "duplicate"],
    ]

    @Test("A wrong rule is refused with a sentence", arguments: wrongRules)
    func wrong(rule: JSON) async throws {
        try await withAnthropic { host in
            let reply = try await host.control("/faults", rule)
            #expect(reply.status == 400)
            #expect(reply.json["error"]?.string?.hasSuffix(".") == true)
        }
    }

    @Test("A stream can be refused, cut at its head, and dropped")
    func streams() async throws {
        try await withAnthropic { host in
            let id = try #require(try await host.post("/sessions", new).json["id"]?.string)
            for (action, status) in [("status:503", 503), ("half", nil), ("drop", nil), ("drop_after", nil)]
                as [(String, Int?)]
            {
                _ = try await plan(host, action, ["operation": "session.stream"])
                if let status {
                    #expect(try await host.get("/sessions/\(id)/events/stream").status == status)
                } else {
                    await #expect(throws: (any Error).self) { _ = try await host.get("/sessions/\(id)/events/stream") }
                }
            }
        }
    }

    @Test("Reset forgets sessions, faults and the log; stop ends the sandbox")
    func control() async throws {
        try await withAnthropic { host in
            _ = try await host.start("silent")
            _ = try await plan(host, "status:500")
            #expect(try await host.control("/reset", [:]).status == 200)
            #expect(try await sessionCount(host) == 0)
            #expect(try await host.send("GET", "/_control/faults", headers: [:]).json["rules"] == [])
            #expect(try await host.control("/product", ["url": "http://127.0.0.1:9/"]).status == 200)
            let state = try await host.send("GET", "/_control/state", headers: [:]).json
            #expect(state["product_url"] == "http://127.0.0.1:9")
            let index = try await host.send("GET", "/", headers: [:])
            #expect(String(decoding: index.bytes, as: UTF8.self).contains("href=\"/sessions\""))
            #expect(try await host.control("/stop", [:]).status == 200)
        }
    }
}
