package import Foundation

/// ClickUp API v2.
package struct ClickUpClient: Sendable {
    let transport: any Transport
    let baseURL: String
    let token: Secret
    let now: @Sendable () -> Date
    let makeBoundary: @Sendable () -> String

    /// `token` is a personal token (`pk_…`), sent as it is. `now` dates the rate limit's reset.
    package init(
        transport: any Transport, baseURL: String = "https://api.clickup.com/api/v2", token: Secret,
        now: @escaping @Sendable () -> Date = { Date() },
        makeBoundary: @escaping @Sendable () -> String = { "bureau-" + UUID().uuidString }
    ) {
        self.transport = transport
        self.baseURL = baseURL
        self.token = token
        self.now = now
        self.makeBoundary = makeBoundary
    }

    /// The user the token acts as; its own writes come back as webhook events under this id.
    package func me() async throws(VendorError) -> ClickUpUser {
        struct Answer: Decodable { let user: ClickUpUser }
        return try await call(request("GET user", .get, ["user"]), as: Answer.self, "user").user
    }

    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], _ query: [(String, String)] = []
    ) -> VendorRequest {
        VendorRequest(
            vendor: .clickUp, operation: operation, method: method, url: VendorURL.join(baseURL, path, query),
            headers: ["accept": "application/json"], authorization: .header(name: "authorization", token))
    }

    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], json body: some Encodable
    ) throws(VendorError) -> VendorRequest {
        var request = request(operation, method, path)
        request.headers["content-type"] = "application/json"
        request.body = .bytes(try RequestJSON.bytes(body, request))
        return request
    }

    @discardableResult
    func call(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        let response = try await transport.send(request)
        guard response.isSuccess else { throw ClickUpFailure.error(response, request, now: now()) }
        return response
    }

    /// A write whose answer holds nothing that is needed.
    func tell(_ request: VendorRequest) async throws(VendorError) {
        guard try await call(request).isReadable else { throw request.failure(.unreadable(field: "answer")) }
    }

    func call<T: Decodable>(_ request: VendorRequest, as type: T.Type, _ field: String) async throws(VendorError) -> T {
        guard let value = try await call(request).decoded(type) else {
            throw request.failure(.unreadable(field: field))
        }
        return value
    }
}
