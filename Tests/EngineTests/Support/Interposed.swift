import BureauVendors

/// Stands before a way out: sees every request, and may hold it or answer in the vendor's place.
final class Interposed: Transport {
    private let next: any Transport
    private let answer: @Sendable (VendorRequest) async -> VendorResponse?

    init(_ next: any Transport, _ answer: @escaping @Sendable (VendorRequest) async -> VendorResponse?) {
        (self.next, self.answer) = (next, answer)
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        if let answered = await answer(request) { return answered }
        return try await next.send(request)
    }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        try await next.open(request)
    }
}

extension VendorResponse {
    static func json(_ text: String) -> VendorResponse {
        VendorResponse(status: 200, headers: VendorHeaders([(name: String, value: String)]()), body: Array(text.utf8))
    }
}

extension StandIns {
    /// The same Slack, with some requests seen or answered on their way.
    func slack(_ answer: @escaping @Sendable (VendorRequest) async -> VendorResponse?) -> SlackClient {
        SlackClient(
            transport: Interposed(transport, answer), baseURL: "http://127.0.0.1:\(port)/slack/api",
            token: Secret("xoxb-demo"))
    }

    /// A Slack whose messages nobody may edit any more.
    var slackWithoutEdits: SlackClient {
        slack { request in
            request.operation == "chat.update" ? .json(#"{"ok":false,"error":"edit_window_closed"}"#) : nil
        }
    }
}
