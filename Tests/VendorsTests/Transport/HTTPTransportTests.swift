import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func post(
    _ server: String, body: VendorRequest.Body = .bytes([1, 2, 3]), timeoutSeconds: Double = 120,
    bytesMax: Int = 1 << 20
) -> VendorRequest {
    VendorRequest(
        vendor: .slack, operation: "chat.postMessage", method: .post, url: server + "/x",
        authorization: .bearer(Secret("canary-token-1234567890abcdef")), body: body, timeoutSeconds: timeoutSeconds,
        responseBytesMax: bytesMax)
}

@Suite("HTTP transport")
struct HTTPTransportTests {
    @Test("A closed port is unreachable, so surely nothing happened")
    func refused() async throws {
        let closed = try ClosedPort()
        let address = "http://127.0.0.1:\(closed.port)", transport = HTTPTransport()
        let error = try await vendorError { try await transport.send(post(address)) }
        let opened = try await vendorError { try await transport.open(post(address)) }
        closed.close()
        await transport.shutdown()
        #expect(error.kind == .unreachable)
        #expect(opened.kind == .unreachable)
        #expect(error.isRetryable && !error.mayHaveHappened)
    }

    @Test("A host that takes no connection is unreachable after the connect timeout")
    func connectTimeout() async throws {
        var limits = HTTPTransport.Limits()
        limits.connectTimeoutMilliseconds = 100
        let deaf = try DeafPort()
        let transport = HTTPTransport(limits: limits)
        let error = try await vendorError { try await transport.send(post("http://127.0.0.1:\(deaf.port)")) }
        deaf.close()
        await transport.shutdown()
        #expect(error.kind == .unreachable)
    }

    @Test("An address that is no URL is unreachable", arguments: ["", "not a url", "http://", "ftp://h"])
    func badAddress(address: String) async throws {
        let transport = HTTPTransport()
        let error = try await vendorError { try await transport.send(post(address)) }
        await transport.shutdown()
        #expect(error.kind == .unreachable)
    }

    @Test("No answer in time may have happened")
    func timeout() async throws {
        try await VendorServer.run(answer: { _ in
            try await silence()
            return .json("{}")
        }) { server, transport in
            // On a busy machine the time may be over before the request has arrived: then it has more.
            let most = 100.0
            for seconds in [1, 10, most] {
                let request = post(server.baseURL + "/\(seconds)", timeoutSeconds: seconds)
                let error = try await vendorError { try await transport.send(request) }
                let arrived = server.received.count { $0.path == "/\(seconds)/x" }
                guard arrived > 0 || seconds == most else { continue }
                #expect(error.kind == .noAnswer)
                #expect(error.mayHaveHappened && error.isRetryable)
                #expect(arrived == 1)
                return
            }
        }
    }

    @Test("A body that trickles is cut by the wall clock, though it is never silent")
    func slowDrip() async throws {
        try await VendorServer.run(answer: { _ in
            .streaming { writer in
                while true {
                    try await writer.write(ByteBuffer(string: "x"))
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }) { server, transport in
            let error = try await vendorError { try await transport.send(post(server.baseURL, timeoutSeconds: 0.3)) }
            #expect(error.kind == .noAnswer)
        }
    }

    @Test("An answer that breaks off is no answer", arguments: [100, nil])
    func halfAnswer(length: Int?) async throws {
        try await VendorServer.run(answer: { _ in
            .streaming(length: length) { writer in
                try await writer.write(ByteBuffer(string: "{\"ok\":"))
                throw Broken()
            }
        }) { server, transport in
            let error = try await vendorError { try await transport.send(post(server.baseURL)) }
            #expect(error.kind == .noAnswer)
            // Nothing repeats a POST by itself.
            #expect(server.received.count == 1)
        }
    }

    @Test("Too large an answer is refused, announced or not", arguments: [true, false])
    func tooLarge(announced: Bool) async throws {
        try await VendorServer.run(answer: { _ in
            let bytes = [UInt8](repeating: 0x20, count: 5000)
            return announced
                ? .bytes(bytes)
                : .streaming { writer in
                    try await writer.write(ByteBuffer(bytes: bytes))
                    try await writer.finish(nil)
                }
        }) { server, transport in
            let error = try await vendorError { try await transport.send(post(server.baseURL, bytesMax: 4999)) }
            #expect(error.kind == .unreadable(field: "body"))
            let whole = try await transport.send(post(server.baseURL, bytesMax: 5000))
            #expect(whole.body.count == 5000)
        }
    }

    @Test("A redirect is an answer, not an instruction")
    func redirect() async throws {
        try await VendorServer.run(answer: { _ in .json("{}", status: 307, headers: ["location": "/elsewhere"]) }) {
            server, transport in
            let response = try await transport.send(post(server.baseURL))
            #expect(response.status == 307)
            #expect(response.headers["Location"] == "/elsewhere")
            #expect(server.received.map(\.path) == ["/x"])
        }
    }

    @Test("Silence within a stream ends it")
    func silentStream() async throws {
        // On a busy machine the head may take longer than may be silent: then that may be longer.
        for milliseconds: Int64 in [2_000, 16_000, 128_000] where try await endsSilence(milliseconds) { return }
        Issue.record("not even the head came")
    }

    /// False when nothing came of the stream that could be followed by silence.
    private func endsSilence(_ milliseconds: Int64) async throws -> Bool {
        var limits = HTTPTransport.Limits.patient
        limits.silenceMilliseconds = milliseconds
        return try await VendorServer.run(
            limits: limits,
            answer: { _ in
                .streaming { writer in
                    try await writer.write(ByteBuffer(string: "one"))
                    try await silence()
                }
            }
        ) { server, transport in
            guard let stream = try? await transport.open(post(server.baseURL)) else { return false }
            var chunks = stream.makeAsyncIterator()
            guard let first = try? await chunks.next(isolation: #isolation) else { return false }
            #expect(first.readableBytes == 3)
            let error = try await vendorError { try await chunks.next(isolation: #isolation) }
            #expect(error.kind == .noAnswer)
            return true
        }
    }

    @Test("A call cancelled beforehand is not sent, and one cancelled on the way may have happened")
    func cancellation() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        try await VendorServer.run(answer: { _ in
            arrived.yield()
            try await silence()
            return .json("{}")
        }) { server, transport in
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await vendorError { try await transport.send(post(server.baseURL)) }
            }
            let earlyError = try await early.value
            #expect(earlyError.kind == .unreachable && server.received.isEmpty)
            let late = Task { try await vendorError { try await transport.send(post(server.baseURL)) } }
            for await _ in arrivals { break }
            late.cancel()
            let lateError = try await late.value
            #expect(lateError.kind == .noAnswer)
        }
    }

    @Test("A file that is not there is told before anything is sent")
    func missingFile() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            for path in ["/nonexistent/file", "/tmp"] {
                let error = try await vendorError {
                    try await transport.send(post(server.baseURL, body: .file(path: path)))
                }
                #expect(error.kind == .rejected(status: 0, code: "local_file"))
                #expect(!error.mayHaveHappened && !error.isRetryable)
            }
            #expect(server.received.isEmpty)
        }
    }

    @Test(
        "A part of a file is sent exactly",
        arguments: [(0, nil), (0, 0), (10, 5), (262_143, 300_000), (600_000, nil)] as [(Int64, Int64?)])
    func fileRange(offset: Int64, length: Int64?) async throws {
        let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withTemporaryFolder { folder in
            let path = folder + "/data"
            try Data(bytes).write(to: URL(filePath: path))
            try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
                _ = try await transport.send(
                    post(server.baseURL, body: .file(path: path, offsetBytes: offset, lengthBytes: length)))
                let expected = bytes[Int(offset)..<(length.map { Int(offset + $0) } ?? bytes.count)]
                #expect(server.received.first?.body == Array(expected))
                #expect(server.received.first?.headers["content-length"] == String(expected.count))
            }
        }
    }

    @Test("Many streams run at once to one host")
    func manyStreams() async throws {
        try await VendorServer.run(answer: { _ in
            .streaming { writer in
                try await writer.write(ByteBuffer(string: "x"))
                try await silence()
            }
        }) { server, transport in
            // Twenty is beyond a usual pool of eight, which would leave twelve waiting for ever.
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let stream = try await transport.open(post(server.baseURL))
                        var chunks = stream.makeAsyncIterator()
                        _ = try await chunks.next(isolation: #isolation)
                        return 1
                    }
                }
                let opened = try await group.reduce(0, +)
                #expect(opened == 20)
            }
        }
    }

    @Test("A credential goes into the header and never into an error")
    func canary() async throws {
        try await VendorServer.run(answer: { _ in
            .json("{\"ok\":false,\"error\":\"invalid_auth\",\"needed\":\"canary-token-1234567890abcdef\"}")
        }) { server, transport in
            let client = SlackClient(
                transport: transport, baseURL: server.baseURL, token: Secret("canary-token-1234567890abcdef"))
            let error = try await vendorError { try await client.authTest() }
            #expect(server.received.first?.headers["authorization"] == "Bearer canary-token-1234567890abcdef")
            for text in [error.description, error.sentence, error.detail, String(reflecting: error), "\(error)"] {
                #expect(!text.contains("canary"), "\(text)")
            }
        }
    }
}
