import AsyncHTTPClient
import BureauSandbox
import Foundation
import NIOCore

/// A running sandbox and a plain HTTP client that talks to it.
struct AnthropicHost: Sendable {
    let sandbox: Sandbox
    let port: Int
    let client: HTTPClient
    let running: Task<Void, any Error>

    static let headers = [
        "x-api-key": "sk-ant-demo", "anthropic-version": "2023-06-01", "anthropic-beta": "managed-agents-2026-04-01",
    ]

    struct Reply: Sendable {
        let status: Int
        let headers: [String: String]
        let bytes: [UInt8]
        var json: JSON { (try? JSON(parsing: Data(bytes))) ?? .null }
        var errorType: String? { json["error"]?["type"]?.string }
        var message: String { json["error"]?["message"]?.string ?? "" }
    }

    func send(
        _ method: String, _ path: String, _ body: JSON? = nil, headers: [String: String] = AnthropicHost.headers
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        let response = try await client.execute(request, timeout: .seconds(120))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        var named: [String: String] = [:]
        for header in response.headers { named[header.name.lowercased()] = header.value }
        return Reply(status: Int(response.status.code), headers: named, bytes: Array(buffer: bytes))
    }

    func get(_ path: String) async throws -> Reply { try await send("GET", "/anthropic/v1" + path) }
    func post(_ path: String, _ body: JSON) async throws -> Reply {
        try await send("POST", "/anthropic/v1" + path, body)
    }
    func control(_ path: String, _ body: JSON) async throws -> Reply {
        try await send("POST", "/_control" + path, body, headers: [:])
    }

    /// A session that begins at once, with the scenario asked for.
    func start(
        _ scenario: String = "sentinel", _ text: String = AnthropicHost.kickoff, with options: [String: JSON] = [:],
        budget: String? = nil, agent: String = "agent_test"
    ) async throws -> String {
        var plan = options
        plan["name"] = .string(scenario)
        plan["times"] = 1
        _ = try await control("/scenario", .object(plan))
        var body: JSON = [
            "agent": .string(agent), "environment_id": "env_demo", "initial_events": [Self.message(text)],
        ]
        if let budget {
            body["budget"] = ["type": "limit", "max_list_cost": ["amount": .string(budget), "currency": "USD"]]
        }
        return try await post("/sessions", body).json["id"]?.string ?? ""
    }

    static func message(_ text: String) -> JSON {
        ["type": "user.message", "content": [["type": "text", "text": .string(text)]]]
    }

    static let kickoff = """
        Run a full Local SEO audit for this client.

        CLIENT PAYLOAD:
        {"client_id": "shamrock-detailing", "client_name": "Shamrock Detailing (demo)",
         "business_address": "12 Clover Lane, Dublin, OH 43017", "gbp_url": "https://maps.example.com/shamrock",
         "website_url": "https://shamrock.example", "service_area_cities": "Dublin, Hilliard, Powell",
         "seed_keywords": ["car detailing", "ceramic coating"], "competitors": ["Gloss Bros", "Mirror Finish"]}
        """

    /// The whole history, page by page.
    func history(_ id: String, limit: Int = 1_000) async throws -> [JSON] {
        var events: [JSON] = []
        var cursor = ""
        repeat {
            let reply = try await get("/sessions/\(id)/events?limit=\(limit)\(cursor)").json
            events += reply["data"]?.array ?? []
            cursor = reply["next_page"]?.string.map { "&page=\($0)" } ?? ""
        } while !cursor.isEmpty
        return events
    }

    /// The history once the session rests.
    func settled(_ id: String) async throws -> [JSON] {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let newest = try await get("/sessions/\(id)/events?order=desc&limit=1").json["data"]?[0]
            if newest?.isRest ?? false { return try await history(id) }
            await Task.yield()
        }
        throw TimedOut(last: try await history(id).suffix(3).map(\.text))
    }

    /// The history once `isDone` says so. Looks again at once: the stand-in runs as fast as it can.
    func history(
        _ id: String, until isDone: ([JSON]) -> Bool
    ) async throws -> [JSON] {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let events = try await history(id)
            if isDone(events) { return events }
            guard ContinuousClock.now < deadline else { throw TimedOut(last: events.suffix(3).map(\.text)) }
            await Task.yield()
        }
    }

    struct TimedOut: Error { let last: [String] }
}

extension JSON {
    var type: String { self["type"]?.string ?? "" }
    var isRest: Bool { ["session.status_idle", "session.status_terminated"].contains(type) }
    var stopReason: String? { self["stop_reason"]?["type"]?.string }
}

/// Runs a sandbox for the length of `body`. Sessions run as fast as they can unless a test asks for a pace.
func withAnthropic(
    _ change: (inout SandboxOptions) -> Void = { _ in }, _ body: (AnthropicHost) async throws -> Void
) async throws {
    var options = SandboxOptions()
    options.eventsPerSecond = 0
    change(&options)
    let sandbox = Sandbox(options)
    // The server has to run beside the test's own body; it is stopped and awaited below.
    let running = Task { try await sandbox.run() }
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.timeout.connect = .seconds(120)
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
        try await body(AnthropicHost(sandbox: sandbox, port: sandbox.boundPort, client: client, running: running))
    } catch {
        try? await client.shutdown()
        running.cancel()
        _ = await running.result
        throw error
    }
    try await client.shutdown()
    running.cancel()
    _ = await running.result
}
