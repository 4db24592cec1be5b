import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Requests the stand-ins themselves make: webhooks and button presses, towards the product.
package enum Outbound {
    /// Url, headers, body, and how long an answer may take; nil when none came.
    package typealias Post =
        @Sendable (_ url: String, _ headers: [(String, String)], _ body: [UInt8], _ timeoutSeconds: Int64) async ->
        Answer?

    package struct Answer: Sendable {
        package let status: Int, body: String
        /// By name in lower case; of several with one name the last.
        package let headers: [String: String]
        package init(status: Int, body: String, headers: [String: String] = [:]) {
            (self.status, self.body, self.headers) = (status, body, headers)
        }
        var isAccepted: Bool { (200...299).contains(status) }
    }

    /// A receiver that is down is an answer in itself, so nothing is tried again below us, and redirects are not
    /// followed. One client for the process: it holds no state of any sandbox.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Posts once. Nil when no answer came in time, whatever the reason. Reads 64 KiB of the answer at most.
    @Sendable package static func post(
        _ url: String, _ headers: [(String, String)], _ body: [UInt8], _ timeoutSeconds: Int64
    ) async -> Answer? { await send("POST", url, headers, body, timeoutSeconds) }

    /// The same with any method. Reads `bytesMax` of the answer at most.
    static func send(
        _ method: String, _ url: String, _ headers: [(String, String)], _ body: [UInt8]?, _ timeoutSeconds: Int64,
        bytesMax: Int = 64 << 10
    ) async -> Answer? {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            let response = try await client.execute(request, timeout: .seconds(timeoutSeconds))
            let text = try await response.body.collect(upTo: bytesMax)
            let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
            return Answer(status: Int(response.status.code), body: String(buffer: text), headers: headers)
        } catch {
            return nil
        }
    }
}
