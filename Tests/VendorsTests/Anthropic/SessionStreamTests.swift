import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func frame(_ id: String, type: String = "agent.message") -> String {
    "event: \(type)\ndata: {\"id\":\"\(id)\",\"type\":\"\(type)\"}\n\n"
}

private func read(_ pieces: [String], then ending: Ending = .close) async throws -> (
    ids: [String], elements: Int, error: VendorError?
) {
    // Each piece waits until the one before it was read, or the network may make one of both.
    let (readings, reading) = AsyncStream<Void>.makeStream()
    return try await VendorServer.run(answer: { _ in
        .streaming { writer in
            var turns = readings.makeAsyncIterator()
            for piece in pieces {
                try await writer.write(ByteBuffer(string: piece))
                _ = await turns.next()
            }
            if ending == .breakOff { throw Broken() }
            try await writer.finish(nil)
        }
    }) { server, transport in
        let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
        var ids: [String] = []
        var elements = 0
        defer { reading.finish() }
        do throws(VendorError) {
            for try await events in try await client.stream("sesn_1") {
                elements += 1
                reading.yield()
                ids += events.map(\.id)
            }
        } catch {
            return (ids, elements, error)
        }
        #expect(server.received.first?.headers["accept"] == "text/event-stream")
        #expect(server.received.first?.path == "/v1/sessions/sesn_1/events/stream")
        return (ids, elements, nil)
    }
}

private enum Ending { case close, breakOff }

@Suite("Session stream")
struct SessionStreamTests {
    @Test("Events arrive in order and the end of the stream is the end")
    func order() async throws {
        let result = try await read([
            frame("1") + frame("2"), String(frame("3").prefix(20)), String(frame("3").dropFirst(20)),
        ])
        #expect(result.ids == ["1", "2", "3"])
        #expect(result.error == nil)
    }

    @Test(
        "Heartbeats of any form are signs of life and nothing more",
        arguments: [
            ": ping\n\n", "event: ping\ndata: {\"type\":\"ping\"}\n\n", "event: ping\ndata: {}\n\n", "data: {}\n\n",
            "data: [DONE]\n\n", "data: ping\n\n", "\n",
        ])
    func heartbeats(beat: String) async throws {
        let result = try await read([beat, frame("1"), beat])
        #expect(result.ids == ["1"])
        #expect(result.elements >= 2)
        #expect(result.error == nil)
    }

    @Test(
        "The service's error frame ends the stream after what came before it",
        arguments: [
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n",
            "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n",
        ])
    func errorFrame(fault: String) async throws {
        let result = try await read([frame("1") + fault + frame("2"), frame("3")])
        #expect(result.ids == ["1"])
        #expect(result.error?.kind == .noAnswer)
        #expect(result.error?.detail == "overloaded_error: busy")
    }

    @Test(
        "A broken event asks for a new look at the list",
        arguments: ["data: {\"id\":\"2\",\"type\":\n\n", "event: agent.message\ndata: {\"id\":\"2\"}\n\n"])
    func broken(damage: String) async throws {
        let result = try await read([frame("1") + damage])
        #expect(result.ids == ["1"])
        #expect(result.error?.kind == .unreadable(field: "event"))
    }

    @Test("A connection that breaks is no answer, and half an event is dropped")
    func cut() async throws {
        let result = try await read([frame("1"), "event: x\ndata: {\"id\":\"2\",\"type\":\"x\"}\n"], then: .breakOff)
        #expect(result.ids == ["1"])
        #expect(result.error?.kind == .noAnswer)
    }

    @Test(
        "A refused stream says why",
        arguments: [
            (404, VendorError.Kind.rejected(status: 404, code: "not_found_error")), (503, .unavailable(status: 503)),
        ])
    func refused(status: Int, kind: VendorError.Kind) async throws {
        try await VendorServer.run(answer: { _ in
            .json(#"{"error":{"type":"not_found_error","message":"gone"}}"#, status: status)
        }) { server, transport in
            let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
            let error = try await vendorError { try await client.stream("sesn_1") }
            #expect(error.kind == kind && error.detail == "not_found_error: gone")
        }
    }

    @Test("Large events survive any chunking")
    func large() async throws {
        let text = String(repeating: "é日🦊\\n", count: 60_000)
        let event = "data: {\"id\":\"big\",\"type\":\"agent.tool_result\",\"t\":\"\(text)\"}\r\n\r\n"
        let bytes = Array(event.utf8)
        try await VendorServer.run(answer: { _ in
            .streaming { writer in
                for start in stride(from: 0, to: bytes.count, by: 65_521) {
                    try await writer.write(ByteBuffer(bytes: bytes[start..<min(start + 65_521, bytes.count)]))
                }
                try await writer.finish(nil)
            }
        }) { server, transport in
            let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
            var events: [RawEvent] = []
            for try await some in try await client.stream("sesn_1") { events += some }
            #expect(events.map(\.id) == ["big"])
            #expect(events.first?.bytes == Array(bytes.dropFirst(6).dropLast(4)))
        }
    }
}
