package import Foundation

/// Asana REST API 1.0. Ids ("gid") are strings of digits.
package struct AsanaClient: Sendable {
    let transport: any Transport
    let baseURL: String
    let token: Secret
    let now: @Sendable () -> Date
    let makeBoundary: @Sendable () -> String

    /// `token` is a personal access token, sent as Bearer; it acts as its user and sees what that user sees.
    package init(
        transport: any Transport, baseURL: String = "https://app.asana.com/api/1.0", token: Secret,
        now: @escaping @Sendable () -> Date = { Date() },
        makeBoundary: @escaping @Sendable () -> String = { "bureau-" + UUID().uuidString }
    ) {
        self.transport = transport
        self.baseURL = baseURL
        self.token = token
        self.now = now
        self.makeBoundary = makeBoundary
    }

    /// The user the token acts as; its own writes come back as webhook events under this gid.
    package func me() async throws(VendorError) -> AsanaUser {
        let request = request("GET user", .get, ["users", "me"], [("opt_fields", "name,email")])
        return try await one(request, AsanaUser.self, "user")
    }

    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], _ query: [(String, String)] = []
    ) -> VendorRequest {
        VendorRequest(
            vendor: .asana, operation: operation, method: method, url: VendorURL.join(baseURL, path, query),
            headers: ["accept": "application/json"], authorization: .bearer(token))
    }

    /// Asana takes every body inside `data`.
    func request(
        _ operation: String, _ method: VendorRequest.Method, _ path: [String], _ query: [(String, String)] = [],
        data: some Encodable
    ) throws(VendorError) -> VendorRequest {
        var request = request(operation, method, path, query)
        request.headers["content-type"] = "application/json"
        request.body = .bytes(try RequestJSON.bytes(["data": data], request))
        return request
    }

    @discardableResult
    func call(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        let response = try await transport.send(request)
        guard response.isSuccess else { throw AsanaFailure.error(response, request, now: now()) }
        return response
    }

    /// A write whose answer holds nothing that is needed.
    func tell(_ request: VendorRequest) async throws(VendorError) {
        guard try await call(request).isReadable else { throw request.failure(.unreadable(field: "answer")) }
    }

    func one<T: Decodable>(_ request: VendorRequest, _ type: T.Type, _ field: String) async throws(VendorError) -> T {
        guard let answer = try await call(request).decoded(AsanaAnswer<T>.self) else {
            throw request.failure(.unreadable(field: field))
        }
        return answer.data
    }

    /// Things on one page. A list without a limit is cut at about 1,000 or times out.
    static let pageItemsMax = 100

    func page<T: Decodable & Sendable>(
        _ operation: String, _ path: [String], _ query: [(String, String)], offset: String?, of type: T.Type,
        _ field: String
    ) async throws(VendorError) -> AsanaPage<T> {
        var query = query + [("limit", String(Self.pageItemsMax))]
        if let offset { query.append(("offset", offset)) }
        let request = request(operation, .get, path, query)
        guard let page = try await call(request).decoded(AsanaPage<T>.self) else {
            throw request.failure(.unreadable(field: field))
        }
        return page
    }
}

private struct AsanaAnswer<T: Decodable>: Decodable { let data: T }

/// One page of a list, and where the next begins.
package struct AsanaPage<T: Decodable & Sendable>: Sendable, Decodable {
    package let items: [T]
    /// Opaque; nil on the last page.
    package let nextOffset: String?

    private struct Next: Decodable { let offset: String? }
    private enum CodingKeys: String, CodingKey {
        case data
        case next = "next_page"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        items = try fields.decode([T].self, forKey: .data)
        nextOffset = fields.lenient(Next.self, .next)?.offset
    }
}
