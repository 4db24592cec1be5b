import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An HTTP server of somebody else's: it keeps what it is told and answers what the test says.
final class Receiver: Sendable {
    struct Told: Sendable {
        let headers: [String: String]
        let body: [UInt8]
        var id: String { headers["webhook-id"] ?? "" }
    }

    private let state = Mutex<(told: [Told], status: Int, location: String?)>(([], 200, nil))
    var told: [Told] { state.withLock { $0.told } }

    func answer(_ status: Int, location: String? = nil) {
        state.withLock { ($0.status, $0.location) = (status, location) }
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let headers = Dictionary(
            request.headers.map { ($0.name.rawName.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        let (status, location) = state.withLock { state in
            state.told.append(Told(headers: headers, body: Array(body.readableBytesView)))
            return (state.status, state.location)
        }
        return Response(status: .init(code: status), headers: location.map { [.location: $0] } ?? [:])
    }

    /// Listens on loopback for as long as `body` takes, and hands over its port.
    static func open(_ body: (Receiver, Int) async throws -> Void) async throws {
        let receiver = Receiver(), ports = AsyncStream<Int>.makeStream()
        let router = Router()
        router.post("**") { request, _ in try await receiver.take(request) }
        router.get("**") { request, _ in try await receiver.take(request) }
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await app.run() }
        let port = await ports.stream.first { _ in true } ?? 0
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(receiver, port)) } catch { outcome = .failure(error) }
        running.cancel()
        _ = await running.result
        try outcome.get()
    }
}
