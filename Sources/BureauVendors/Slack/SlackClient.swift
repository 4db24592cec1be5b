package import Foundation

/// Slack Web API.
package struct SlackClient: Sendable {
    let transport: any Transport
    let baseURL: String
    let token: Secret
    let now: @Sendable () -> Date

    /// `token` is a bot token (`xoxb-…`).
    package init(
        transport: any Transport, baseURL: String = "https://slack.com/api", token: Secret,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.transport = transport
        self.baseURL = baseURL
        self.token = token
        self.now = now
    }

    /// Posts a message. Blocks and text are cut to Slack's limits. `.rejected` with code `invalid_blocks` and its kin
    /// means: send again once, as short plain text. After a lost answer look for the metadata in `history`.
    package func post(_ message: SlackMessage) async throws(VendorError) -> SlackPosted {
        try await write("chat.postMessage", MessageBody(message, ts: nil, textBytesMax: nil))
    }

    /// Replaces a message of our own. Blocks that are not given again disappear. Text is cut at 4,000 bytes.
    package func update(_ posted: SlackPosted, with message: SlackMessage) async throws(VendorError) -> SlackPosted {
        var message = message
        message.channel = posted.channel
        message.threadTS = nil
        return try await write("chat.update", MessageBody(message, ts: posted.ts, textBytesMax: 4000))
    }

    private func write(_ method: String, _ body: MessageBody) async throws(VendorError) -> SlackPosted {
        struct Answer: Decodable { let channel: String, ts: String }
        let answer = try await send(method, body, as: Answer.self)
        return SlackPosted(channel: answer.channel, ts: answer.ts)
    }

    /// Calls a writing method, which takes JSON.
    @discardableResult
    func send<T: Decodable>(_ method: String, _ body: some Encodable, as type: T.Type) async throws(VendorError) -> T {
        var request = request(method)
        request.headers["content-type"] = "application/json; charset=utf-8"
        request.body = .bytes(try RequestJSON.bytes(body, request))
        return try await call(request, as: type, method)
    }

    /// Calls a reading method. These take forms everywhere; JSON only some of them.
    func read<T: Decodable>(
        _ method: String, _ fields: [(String, String)], as type: T.Type, _ field: String
    ) async throws(VendorError) -> T {
        var request = request(method)
        request.headers["content-type"] = "application/x-www-form-urlencoded"
        request.body = .bytes(Array(VendorURL.form(fields).utf8))
        return try await call(request, as: type, field)
    }

    private func request(_ method: String) -> VendorRequest {
        VendorRequest(
            vendor: .slack, operation: method, method: .post, url: VendorURL.join(baseURL, [method]),
            headers: ["accept": "application/json"], authorization: .bearer(token))
    }

    /// What the token may do, from the header that comes with every answer; nil when Slack does not say.
    package func scopes() async throws(VendorError) -> Set<String>? {
        let response = try await transport.send(request("auth.test"))
        guard response.isSuccess, response.decoded(SlackFailure.Envelope.self)?.ok == true else {
            throw SlackFailure.error(response, request("auth.test"), now: now())
        }
        return response.headers["x-oauth-scopes"].map { text in
            Set(text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }

    private func call<T: Decodable>(_ request: VendorRequest, as type: T.Type, _ field: String)
        async throws(VendorError) -> T
    {
        let response = try await transport.send(request)
        guard response.isSuccess, response.decoded(SlackFailure.Envelope.self)?.ok == true else {
            throw SlackFailure.error(response, request, now: now())
        }
        guard let value = response.decoded(type) else { throw request.failure(.unreadable(field: field)) }
        return value
    }
}

private struct MessageBody: Encodable {
    let channel: String
    let ts: String?
    let text: String
    let blocks: [SlackBlock]?
    let metadata: SlackMessage.Metadata?
    let threadTS: String?
    let unfurlLinks: Bool?
    let isBroadcast: Bool?

    enum CodingKeys: String, CodingKey {
        case channel, ts, text, blocks, metadata
        case threadTS = "thread_ts"
        case unfurlLinks = "unfurl_links"
        case isBroadcast = "reply_broadcast"
    }

    static let textUnitsMax = 40_000

    init(_ message: SlackMessage, ts: String?, textBytesMax: Int?) {
        channel = message.channel
        self.ts = ts
        text =
            textBytesMax.map { SlackText.cut(message.text, bytesMax: $0) }
            ?? SlackText.cut(message.text, unitsMax: Self.textUnitsMax)
        let fitted = SlackBlock.fitted(message.blocks)
        blocks = fitted.isEmpty ? nil : fitted
        metadata = message.metadata
        threadTS = message.threadTS
        unfurlLinks = ts == nil ? false : nil
        isBroadcast = ts == nil && message.threadTS != nil && message.isBroadcast ? true : nil
    }
}
