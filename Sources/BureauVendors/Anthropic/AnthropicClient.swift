package import Foundation

/// Claude Managed Agents and the Files API.
package struct AnthropicClient: Sendable {
    /// Selects the managed-agents endpoints; files too can be listed by session only with it.
    static let managedAgentsBeta = "managed-agents-2026-04-01"
    static let version = "2023-06-01"

    let transport: any Transport
    let baseURL: String
    let key: Secret
    let betaHeader: String
    let now: @Sendable () -> Date
    /// A page that holds more is asked for in smaller ones; a single event never does.
    package var historyPageBytesMax = 48 << 20

    /// `betaHeaders` are sent in addition to the one that these endpoints need; `now` dates the `Retry-After` header.
    package init(
        transport: any Transport, baseURL: String = "https://api.anthropic.com", key: Secret,
        betaHeaders: [String] = [],
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.transport = transport
        self.baseURL = baseURL
        self.key = key
        self.now = now
        let names = ([Self.managedAgentsBeta] + betaHeaders)
            .flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces) }
        var seen: Set<String> = []
        betaHeader = names.filter { !$0.isEmpty && seen.insert($0).inserted }.joined(separator: ",")
    }

    /// Asks for one model's name: the cheapest call that proves the key.
    package func checkKey() async throws(VendorError) {
        var request = request("GET models", .get, ["v1", "models"], [("limit", "1")])
        request.headers["anthropic-beta"] = nil
        _ = try await call(request)
    }

    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], _ query: [(String, String)] = []
    ) -> VendorRequest {
        VendorRequest(
            vendor: .anthropic, operation: operation, method: method, url: VendorURL.join(baseURL, path, query),
            headers: ["anthropic-version": Self.version, "anthropic-beta": betaHeader, "accept": "application/json"],
            authorization: .header(name: "x-api-key", key), timeoutSeconds: 60)
    }

    func request(
        _ operation: String, _ path: [String], json body: some Encodable
    ) throws(VendorError) -> VendorRequest {
        var request = request(operation, .post, path)
        request.headers["content-type"] = "application/json"
        request.body = .bytes(try RequestJSON.bytes(body, request))
        return request
    }

    /// Sends and throws for every status but 2xx.
    func call(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        let response = try await transport.send(request)
        guard response.isSuccess else { throw AnthropicFailure.error(response, request, now: now()) }
        return response
    }

    func call<T: Decodable>(_ request: VendorRequest, as type: T.Type, _ field: String) async throws(VendorError) -> T {
        let response = try await call(request)
        guard let value = response.decoded(type) else {
            throw request.failure(.unreadable(field: field), requestID: response.headers["request-id"])
        }
        return value
    }
}
