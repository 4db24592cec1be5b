import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Calls addresses that people or programs typed in. A name is looked up once, its address is judged, and that very
/// address is connected to: a name that leads elsewhere a moment later does not help. Nothing is redirected.
package struct GuardedPost: Sendable {
    package enum Outcome: Hashable, Sendable {
        case answered(status: Int)
        /// Nothing was sent: the address may not be called.
        case refused(String)
        case failed(String)
    }

    let isOpen: @Sendable (String) -> Bool
    let timeoutSeconds: Double
    package static let answerBytesMax = 16 << 10

    package init(timeoutSeconds: Double = 10, isOpen: @escaping @Sendable (String) -> Bool) {
        (self.timeoutSeconds, self.isOpen) = (timeoutSeconds, isOpen)
    }

    package func send(_ body: [UInt8], to url: String, host: String, port: Int, headers: [String: String]) async
        -> Outcome
    {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        return await send(request, host, port)
    }

    /// Whether there is a page at an address, without keeping anything of it.
    package func look(at url: String, host: String, port: Int) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "user-agent", value: "bureau")
        return await send(request, host, port)
    }

    private func send(_ request: HTTPClientRequest, _ host: String, _ port: Int) async -> Outcome {
        let address: String
        do {
            address = try await TimedTask.run(seconds: timeoutSeconds) {
                try await BlockingWork.run {
                    try SocketAddress.makeAddressResolvingHost(host, port: port).ipAddress ?? ""
                }
            }
        } catch { return .failed("the name \(host) cannot be looked up") }
        guard isOpen(address) else { return .refused("\(host) leads to \(address), which is not on the open internet") }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10), write: .seconds(10))
        configuration.connectionPool.retryConnectionEstablishment = false
        if host != address { configuration.dnsOverride = [host: address] }
        let client = HTTPClient(eventLoopGroup: EventLoopExecutor.shared.group, configuration: configuration)
        let outcome = await call(request, client)
        try? await client.shutdown()
        return outcome
    }

    private func call(_ request: HTTPClientRequest, _ client: HTTPClient) async -> Outcome {
        do {
            return try await TimedTask.run(seconds: timeoutSeconds) {
                let response = try await client.execute(request, deadline: .distantFuture)
                // What it says is not kept; it is read so that it is known to have been said.
                _ = try? await response.body.collect(upTo: Self.answerBytesMax)
                return .answered(status: Int(response.status.code))
            }
        } catch {
            return .failed(Self.words(error))
        }
    }

    private static func words(_ error: any Error) -> String {
        if let known = error as? HTTPClientError {
            return known == .connectTimeout || known == .readTimeout ? "it did not answer in time" : "\(known)"
        }
        return error is NIOConnectionError ? "it cannot be connected to" : String("\(error)".prefix(200))
    }
}
