package import Foundation

/// Google Drive v3, for shared drives. Every call says so: without it their folders look missing.
package struct GoogleDriveClient: Sendable {
    let transport: any Transport
    let endpoints: GoogleEndpoints
    let tokens: GoogleTokenSource
    let now: @Sendable () -> Date
    let makeBoundary: @Sendable () -> String
    /// Waits this many milliseconds between attempts to resume one upload.
    let pause: @Sendable (Int64) async -> Void

    package init(
        transport: any Transport, tokens: GoogleTokenSource, endpoints: GoogleEndpoints = .google,
        now: @escaping @Sendable () -> Date = { Date() },
        makeBoundary: @escaping @Sendable () -> String = { "bureau-" + UUID().uuidString },
        pause: @escaping @Sendable (Int64) async -> Void = { try? await Task.sleep(for: .milliseconds($0)) }
    ) {
        self.transport = transport
        self.tokens = tokens
        self.endpoints = endpoints
        self.now = now
        self.makeBoundary = makeBoundary
        self.pause = pause
    }

    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], _ query: [(String, String)] = []
    ) -> VendorRequest {
        VendorRequest(
            vendor: .google, operation: operation, method: method,
            url: VendorURL.join(endpoints.api, path, query + [("supportsAllDrives", "true")]),
            headers: ["accept": "application/json"], timeoutSeconds: 60)
    }

    /// Sends with a current token; on a 401 renews it once and repeats once. Returns answers of any other status.
    func answer(_ request: VendorRequest) async throws(VendorError) -> (VendorResponse, VendorRequest) {
        var request = request
        let token = try await tokens.token()
        request.authorization = .bearer(token)
        let response = try await transport.send(request)
        guard response.status == 401 else { return (response, request) }
        request.authorization = .bearer(try await tokens.token(refusing: token))
        return (try await transport.send(request), request)
    }

    func call<T: Decodable>(_ request: VendorRequest, as type: T.Type, _ field: String) async throws(VendorError) -> T {
        let (response, sent) = try await answer(request)
        guard response.isSuccess else { throw GoogleFailure.error(response, sent, now: now()) }
        guard let value = response.decoded(type) else { throw sent.failure(.unreadable(field: field)) }
        return value
    }
}
