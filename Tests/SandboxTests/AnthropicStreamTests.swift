import AsyncHTTPClient
import BureauSandbox
import Foundation
import NIOCore
import Testing

/// What a listener gets: the same events as the history from the moment it listens, in any pieces.
@Suite struct AnthropicStreamTests {
    @Test(
        "A listener gets every event from the moment it listens, however the bytes are cut",
        arguments: [nil, 1, 13, 4_096])
    func complete(chunkBytes: Int?) async throws {
        try await withAnthropic { host in
            let id = try await heldSession(host, ["chunk_bytes": chunkBytes.map { .int($0) } ?? .null])
            let lines = try await listen(host, id) {
                _ = try await host.control("/scenario", ["session_id": .string(id), "hold_at": nil])
            } until: {
                $0.contains("\"type\":\"session.status_idle\"")
            }
            let events = parse(lines)
            let history = try await host.history(id)
            #expect(events == Array(history.dropFirst(1)) || events == Array(history.dropFirst(2)) || events == history)
        }
    }

    @Test("Events of more than a megabyte arrive whole in pieces that split characters")
    func huge() async throws {
        try await withAnthropic { host in
            let id = try await heldSession(host, ["huge_bytes": 1_500_000], scenario: "huge_events")
            let lines = try await listen(host, id) {
                _ = try await host.control("/scenario", ["session_id": .string(id), "hold_at": nil])
            } until: {
                $0.hasSuffix("\n\n") && $0.contains("\"type\":\"session.status_idle\"")
            }
            let result = try #require(parse(lines).first { $0.type == "agent.tool_result" })
            let length = try #require(result["content"]?[0]?["text"]?.string).utf8.count
            #expect(length > 1_400_000)
        }
    }

    @Test("A silent session still sends signs of life")
    func heartbeat() async throws {
        try await withAnthropic { host in
            let id = try await heldSession(host, ["heartbeat_ms": 5])
            let text = try await listen(host, id) {
            } until: {
                $0.contains(": heartbeat\n\n: heartbeat\n\n")
            }
            #expect(text.hasPrefix(": heartbeat"))
        }
    }

    @Test("A dropped stream ends without a proper end, and the history still has everything")
    func drops() async throws {
        try await withAnthropic { host in
            let id = try await heldSession(host, ["drop_every": 10])
            await #expect(throws: (any Error).self) {
                _ = try await listen(host, id) {
                    _ = try await host.control("/scenario", ["session_id": .string(id), "hold_at": nil])
                } until: {
                    $0.contains("\"type\":\"session.status_idle\"")
                }
            }
            let events = try await host.settled(id)
            #expect(events.last?.stopReason == "end_turn")
        }
    }

    @Test("Stopping the sandbox ends open streams and running sessions", .timeLimit(.minutes(10)))
    func stopped() async throws {
        try await withAnthropic { host in
            let id = try await heldSession(host, [:])
            _ = try await listen(host, id) {
                _ = try await host.control("/stop", [:])
            } until: { _ in
                false
            }
            try await host.running.value
            await #expect(throws: (any Error).self) { _ = try await host.sandbox.boundPort }
        }
    }

    @Test("The stream of an archived session ends properly")
    func archived() async throws {
        try await withAnthropic { host in
            let new: JSON = ["agent": "agent_test", "environment_id": "env_demo"]
            let id = try #require(try await host.post("/sessions", new).json["id"]?.string)
            let text = try await listen(host, id) {
                _ = try await host.post("/sessions/\(id)/archive", [:])
            } until: { _ in
                false
            }
            #expect(parse(text).map(\.type) == ["session.status_terminated"])
        }
    }

    // MARK: -

    private func heldSession(
        _ host: AnthropicHost, _ options: [String: JSON], scenario: String = "catalyst"
    ) async throws -> String {
        var options = options
        options["hold_at"] = 1
        return try await host.start(scenario, with: options)
    }

    /// Opens the stream, then does `whenOpen`, and reads until the text satisfies `isEnough` or the stream ends.
    private func listen(
        _ host: AnthropicHost, _ id: String, _ whenOpen: () async throws -> Void, until isEnough: (String) -> Bool
    ) async throws -> String {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(host.port)/anthropic/v1/sessions/\(id)/events/stream")
        for (name, value) in AnthropicHost.headers { request.headers.add(name: name, value: value) }
        let response = try await host.client.execute(request, timeout: .seconds(120))
        #expect(response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true)
        try await whenOpen()
        var bytes: [UInt8] = []
        var checked = 0
        for try await chunk in response.body {
            bytes.append(contentsOf: chunk.readableBytesView)
            // Only where a frame has ended can enough have come.
            guard bytes.count > 1, bytes.suffix(2) == [10, 10], bytes.count - checked > 0 else { continue }
            checked = bytes.count
            if isEnough(String(decoding: bytes, as: UTF8.self)) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func parse(_ text: String) -> [JSON] {
        let data = text.utf8.split(separator: 10).filter { $0.starts(with: "data: ".utf8) }
        return data.compactMap { try? JSON(parsing: Data($0.dropFirst(6))) }
    }
}
