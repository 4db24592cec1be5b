import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Real HTTP. One pool for the calls to all vendors, one for streams; HTTP/1.1 only, because an HTTP/2 connection stops handing out streams at its
/// limit without an error. Nothing is repeated, redirected or proxied behind the caller's back.
package struct HTTPTransport: Transport {
    package struct Limits: Sendable {
        package var connectTimeoutMilliseconds: Int64 = 10_000
        /// Longest silence within an answer before it counts as lost.
        package var silenceMilliseconds: Int64 = 90_000
        /// Calls under way at once to one host; more wait. A restart lists thousands of histories at a time.
        package var callsPerHostMax = 128
        package var streamsPerHostMax = 65_536

        package init() {}
    }

    private let owner: ClientsOwner
    private var calls: HTTPClient { owner.calls }
    private var streams: HTTPClient { owner.streams }

    package init(limits: Limits = Limits()) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .milliseconds(limits.connectTimeoutMilliseconds), read: .milliseconds(limits.silenceMilliseconds),
            write: .milliseconds(limits.silenceMilliseconds))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.callsPerHostMax
        // A server's own idle limit is often 60 s; ours is shorter, so that fewer requests meet a dying connection.
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        let calls = HTTPClient(eventLoopGroup: EventLoopExecutor.shared.group, configuration: configuration)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.streamsPerHostMax
        configuration.http1_1ConnectionDebugInitializer = Self.keepSmall
        let streams = HTTPClient(eventLoopGroup: EventLoopExecutor.shared.group, configuration: configuration)
        owner = ClientsOwner(calls: calls, streams: streams)
    }

    /// Closes every connection. Call once, when no request is under way any more.
    package func shutdown() async {
        // It can only report connections that were still busy; they are closed all the same.
        try? await streams.shutdown()
        try? await calls.shutdown()
    }

    /// Streams are many and mostly silent. A connection keeps its read buffers: one small one each, that grows while
    /// much arrives and shrinks again, in place of four. (The client has no other hook that meets the channel.)
    private static func keepSmall(_ channel: any Channel) -> EventLoopFuture<Void> {
        let buffer = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1_024, maximum: 65_536)
        return channel.setOption(.maxMessagesPerRead, value: 1).flatMap {
            channel.setOption(.recvAllocator, value: buffer)
        }
    }

    package func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        guard !Task.isCancelled else { throw Self.cancelledBefore(request) }
        try request.checkTime()
        do {
            return try await TimedTask.run(seconds: request.timeoutSeconds) { [calls] in
                let response = try await calls.execute(prepared(request), deadline: .distantFuture)
                return try await Self.whole(response, bytesMax: request.responseBytesMax)
            }
        } catch {
            throw TransportFailure.error(from: error, request: request)
        }
    }

    package func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        guard !Task.isCancelled else { throw Self.cancelledBefore(request) }
        try request.checkTime()
        do {
            let timeout = TimeAmount.milliseconds(Int64(request.timeoutSeconds * 1000))
            let response = try await streams.execute(prepared(request), deadline: .now() + timeout)
            return VendorByteStream(
                status: Int(response.status.code),
                headers: VendorHeaders(response.headers.lazy.map { ($0.name, $0.value) }),
                request: request, body: response.body)
        } catch {
            throw TransportFailure.error(from: error, request: request)
        }
    }

    /// Known not to have been sent, which a cancellation on the way cannot say.
    private static func cancelledBefore(_ request: VendorRequest) -> VendorError {
        request.failure(.unreachable, "cancelled before it was sent")
    }

    private static func whole(_ response: HTTPClientResponse, bytesMax: Int) async throws -> VendorResponse {
        if let announced = response.headers.first(name: "content-length").flatMap(Int.init), announced > bytesMax {
            throw TransportFailure.AnswerTooLarge(bytesMax: bytesMax)
        }
        var bytes: [UInt8] = []
        for try await chunk in response.body {
            guard bytes.count + chunk.readableBytes <= bytesMax else {
                throw TransportFailure.AnswerTooLarge(bytesMax: bytesMax)
            }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return VendorResponse(
            status: Int(response.status.code),
            headers: VendorHeaders(response.headers.lazy.map { ($0.name, $0.value) }),
            body: bytes)
    }

    private func prepared(_ request: VendorRequest) throws -> HTTPClientRequest {
        var http = HTTPClientRequest(url: request.url)
        http.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers { http.headers.replaceOrAdd(name: name, value: value) }
        if http.headers.first(name: "user-agent") == nil { http.headers.add(name: "user-agent", value: "bureau") }
        switch request.authorization {
        case .none: break
        case .bearer(let secret): http.headers.replaceOrAdd(name: "authorization", value: "Bearer \(secret.reveal())")
        case .header(let name, let secret): http.headers.replaceOrAdd(name: name, value: secret.reveal())
        }
        if let body = try BodySegments(request.body) {
            if let type = body.contentType { http.headers.replaceOrAdd(name: "content-type", value: type) }
            guard request.sendLimit == nil || body.lengthBytes == 0 else {
                let timely = TimelyBody(body: body, request: request)
                http.body = .stream(timely, length: .known(body.lengthBytes))
                return http
            }
            http.body = body.whole.map { .bytes($0) } ?? .stream(body, length: .known(body.lengthBytes))
        }
        return http
    }
}

/// Shuts the client down when its last user is gone. A client that is dropped without that ends the process, and a
/// command that fails early (a wrong name, a folder in use) has no other place to do it.
private final class ClientsOwner: Sendable {
    let calls: HTTPClient
    let streams: HTTPClient

    init(calls: HTTPClient, streams: HTTPClient) { (self.calls, self.streams) = (calls, streams) }

    deinit {
        streams.shutdown { _ in }
        calls.shutdown { _ in }
    }
}
