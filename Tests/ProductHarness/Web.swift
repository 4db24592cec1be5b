import AsyncHTTPClient
import BureauSandbox
import Foundation
import NIOCore
import NIOHTTP1

/// One plain request, as a stranger would send it: nothing is added, redirects are not followed.
package enum Web {
    package struct Answer: Sendable {
        package let status: Int
        /// By lower-case name; of equal names the last.
        package let headers: [String: String]
        package let body: Data
        package var json: JSON { (try? JSON(parsing: body)) ?? .null }
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(120)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    package static func send(
        _ method: String, _ url: String, headers: [String: String] = [:], body: Data? = nil, timeout: Int64 = 120
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(request, timeout: .seconds(timeout))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: Int(response.status.code), headers: Dictionary(fields, uniquingKeysWith: { $1 }),
            body: Data(Array(buffer: bytes)))
    }
}
