import BureauVendors
import Foundation
import Hummingbird
import Logging
import Testing

@testable import bureau

/// A proxy in front of a server: passes on what it is sent as it comes, or only when it has all of it.
struct FrontProxy {
    let address: String

    static func run(
        before upstream: String, isBuffering: Bool, _ body: (FrontProxy) async throws -> Void
    ) async throws {
        let transport = HTTPTransport()
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            let asked = VendorRequest(
                vendor: .clickUp, operation: "GET", method: .get, url: upstream + request.uri.path)
            if isBuffering {
                let whole = try await transport.send(asked)
                return Response(
                    status: .init(code: whole.status), headers: head(whole.headers),
                    body: .init(byteBuffer: ByteBuffer(bytes: whole.body)))
            }
            let stream = try await transport.open(asked)
            return Response(
                status: .init(code: stream.status), headers: head(stream.headers), body: .init(asyncSequence: stream))
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let app = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: quiet)
        let running = Task { try await app.run() }
        let number = await ports.first { _ in true } ?? 0
        let result: Result<Void, any Error>
        do { result = .success(try await body(FrontProxy(address: "http://127.0.0.1:\(number)"))) } catch {
            result = .failure(error)
        }
        running.cancel()
        _ = await running.result
        await transport.shutdown()
        try result.get()
    }

    private static func head(_ headers: VendorHeaders) -> HTTPFields {
        [.contentType: headers["content-type"] ?? "text/plain"]
    }
}

@Suite("Live pages through the public address")
struct PublicStreamTests {
    static let triesMax = 20
    static let fronts: [(Bool, String, String)] = [
        (false, "ok", "as they are written"), (true, "FAIL", "only when the stream ends"),
    ]

    @Test("A proxy that holds events back is a fault with a fix; one that passes them on is well", arguments: fronts)
    func front(isBuffering: Bool, status: String, words: String) async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let socket = here.folder.appending(path: "s").path
            let escaped = try #require(socket.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            try await stage.serving {
                try await FrontProxy.run(before: "http+unix://\(escaped)", isBuffering: isBuffering) { proxy in
                    let told = here.with(["PUBLIC_URL": proxy.address])
                    var outcome = try await told.run("doctor")
                    // A busy machine holds events back too, now and then. A proxy that always does so never passes.
                    for _ in 0..<Self.triesMax {
                        let row = outcome.rows.first { $0[1] == "live pages" }
                        if row?[0] == status, row?[2].contains(words) == true { break }
                        outcome = try await told.run("doctor")
                    }
                    let row = try #require(outcome.rows.first { $0[1] == "live pages" }, "\(outcome)")
                    #expect(row[0] == status && row[2].contains(words), "\(outcome)")
                    #expect(outcome.status == (isBuffering ? 1 : 0))
                    #expect(!isBuffering || row.last?.contains("deploy/Caddyfile") == true)
                }
            }
        }
    }

    @Test("Without a public address, or without a server, it is skipped with a word")
    func skipped() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let unset = try await here.run("doctor")
            #expect(
                unset.rows.contains { $0[0] == "skip" && $0[1] == "live pages" && $0[2].contains("PUBLIC_URL") },
                "\(unset)")
            let alone = try await here.with(["PUBLIC_URL": "http://127.0.0.1:9"]).run("doctor")
            #expect(
                alone.rows.contains { $0[0] == "skip" && $0[1] == "live pages" && $0[2].contains("no server") },
                "\(alone)")
        }
    }

    static let arrivals: [([Int], Int, Finding.Status)] = [
        ([10, 1_010], 2_010, .ok), ([10, 1_400], 2_300, .ok), ([2_000, 2_000], 2_010, .fail),
        ([10, 2_000], 2_010, .fail), ([1_000, 1_010], 2_010, .fail), ([10, 2_500], 3_500, .fail), ([10], 2_010, .fail),
        ([], 20, .fail),
    ]

    @Test("What came when decides: late, together, with the end or not at all is a fault", arguments: arrivals)
    func judged(events: [Int], end: Int, status: Finding.Status) {
        let seen = PublicStream.Arrivals(
            events: events.map { .milliseconds($0) }, end: .milliseconds(end))
        #expect(PublicStream.finding("https://bureau.example.com", seen).status == status)
    }
}
