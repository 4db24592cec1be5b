import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

@testable import BureauVendors

/// A request as it arrived over the wire.
struct Received: Sendable {
    let method: String
    let path: String
    let query: String
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: Data(body)) }
    var queryItems: [String: String] { Self.items(query) }
    /// The fields of a form body.
    var form: [String: String] { Self.items(text) }

    private static func items(_ encoded: String) -> [String: String] {
        let pairs = encoded.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.removingPercentEncoding ?? String($0) }
            return (halves[0], halves.count > 1 ? halves[1] : "")
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

/// A small real HTTP server on a loopback port of its own, answering as the test says and keeping what it was sent.
final class VendorServer: Sendable {
    typealias Answer = @Sendable (Received) async throws -> Response

    let baseURL: String
    private let log: RequestLog

    private init(port: Int, log: RequestLog) {
        baseURL = "http://127.0.0.1:\(port)"
        self.log = log
    }

    var received: [Received] { log.requests.withLock { $0 } }

    private final class RequestLog: Sendable {
        let requests = Mutex<[Received]>([])
    }

    /// Runs `body` against a server that answers with `answer`, and a transport of its own.
    static func run<T: Sendable>(
        limits: HTTPTransport.Limits = .patient, answer: @escaping Answer,
        _ body: @Sendable (VendorServer, HTTPTransport) async throws -> T
    ) async throws -> T {
        let log = RequestLog()
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            let bytes = try await request.body.collect(upTo: 64 << 20)
            var headers = Dictionary(
                request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, _ in first })
            headers["host"] = request.head.authority
            let received = Received(
                method: request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "",
                headers: headers, body: Array(bytes.readableBytesView))
            log.requests.withLock { $0.append(received) }
            return try await answer(received)
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let app = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: quiet)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await app.run() }
            guard let number = await ports.first(where: { _ in true }) else { throw CancellationError() }
            let transport = HTTPTransport(limits: limits)
            let result: Result<T, any Error>
            do { result = .success(try await body(VendorServer(port: number, log: log), transport)) } catch {
                result = .failure(error)
            }
            await transport.shutdown()
            group.cancelAll()
            while await group.nextResult() != nil {}
            return try result.get()
        }
    }
}

extension HTTPTransport.Limits {
    /// The server is there: a busy machine only takes its time.
    static var patient: Self {
        var limits = Self()
        limits.connectTimeoutMilliseconds = 120_000
        return limits
    }
}

extension Response {
    static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> Response {
        .text(text, status: status, type: "application/json", headers: headers)
    }

    static func html(status: Int) -> Response {
        .text("<html><body>\(status) from a gateway</body></html>", status: status, type: "text/html")
    }

    static func text(
        _ text: String, status: Int = 200, type: String = "text/plain", headers: [String: String] = [:]
    ) -> Response {
        .bytes(Array(text.utf8), status: status, type: type, headers: headers)
    }

    static func bytes(
        _ bytes: [UInt8], status: Int = 200, type: String = "application/octet-stream", headers: [String: String] = [:]
    ) -> Response {
        Response(
            status: .init(code: status), headers: fields(headers, type),
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Writes pieces as the closure hands them over; throwing in it breaks the connection.
    static func streaming(
        status: Int = 200, type: String = "text/event-stream", headers: [String: String] = [:], length: Int? = nil,
        _ write: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        Response(status: .init(code: status), headers: fields(headers, type), body: .init(contentLength: length, write))
    }

    private static func fields(_ headers: [String: String], _ type: String) -> HTTPFields {
        var fields: HTTPFields = [.contentType: type]
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return fields
    }
}

/// Breaks a connection from inside a streaming answer.
struct Broken: Error {}

/// Never returns until the connection's task is cancelled.
func silence() async throws { try await Task.sleep(for: .seconds(3600)) }
