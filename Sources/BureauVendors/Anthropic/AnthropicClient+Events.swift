extension AnthropicClient {
    /// Largest single event that is accepted; tool results can be megabytes.
    package static let eventBytesMax = 32 << 20

    /// One page of the session's history, oldest first unless asked otherwise. `limit` is 1 to 1,000. An empty page may
    /// still have a next one: follow `nextPage` until it is nil, and never act on half a history.
    package func history(
        of session: String, page: String? = nil, limit: Int = 500, newestFirst: Bool = false, types: [String] = []
    ) async throws(VendorError) -> EventPage {
        var query = [("limit", String(min(max(limit, 1), 1000))), ("order", newestFirst ? "desc" : "asc")]
        query += types.map { ("types[]", $0) }
        if let page { query.append(("page", page)) }
        var request = request("GET events", .get, ["v1", "sessions", session, "events"], query)
        request.responseBytesMax = historyPageBytesMax
        request.timeoutSeconds = 120
        let response = try await call(request)
        guard let page = EventPage(body: response.body) else {
            throw request.failure(.unreadable(field: "events"), requestID: response.headers["request-id"])
        }
        return page
    }

    /// One page of what one thread of the session has said, oldest first. A sub-agent's own words stand only here.
    package func history(
        of session: String, thread: String, page: String? = nil, limit: Int = 1_000
    ) async throws(VendorError) -> EventPage {
        var query = [("limit", String(min(max(limit, 1), 1000))), ("order", "asc")]
        if let page { query.append(("page", page)) }
        var request = request(
            "GET thread events", .get, ["v1", "sessions", session, "threads", thread, "events"], query)
        request.responseBytesMax = historyPageBytesMax
        request.timeoutSeconds = 120
        let response = try await call(request)
        guard let page = EventPage(body: response.body) else {
            throw request.failure(.unreadable(field: "events"), requestID: response.headers["request-id"])
        }
        return page
    }

    /// The model that one thread of the session works with; nil where the service does not say. No event tells it.
    package func model(of session: String, thread: String) async throws(VendorError) -> String? {
        let request = request("GET thread", .get, ["v1", "sessions", session, "threads", thread])
        return try await call(request, as: ThreadAnswer.self, "thread").modelID
    }

    /// Opens the live stream. It carries only what happens from now on: list the history once after opening. It does
    /// not end when the session becomes idle; stop reading to close it.
    package func stream(_ session: String) async throws(VendorError) -> SessionStream {
        var request = request("GET events stream", .get, ["v1", "sessions", session, "events", "stream"])
        request.headers["accept"] = "text/event-stream"
        request.headers["accept-encoding"] = "identity"
        let stream = try await transport.open(request)
        guard stream.isSuccess else {
            throw AnthropicFailure.error(await stream.collected(bytesMax: 64 << 10), request, now: now())
        }
        return SessionStream(bytes: stream, request: request, requestID: stream.headers["request-id"])
    }

    /// Sends events, all or none, and returns the ids the service gave them, in order (empty where it gave none).
    /// A lost answer is resolved by listing the newest events: a message sent twice is worked on twice.
    package func send(_ events: [OutgoingEvent], to session: String) async throws(VendorError) -> [String] {
        struct Body: Encodable { let events: [OutgoingEvent] }
        struct Echo: Decodable { let id: String? }
        let request = try request("POST events", ["v1", "sessions", session, "events"], json: Body(events: events))
        return try await call(request, as: ListAnswer<Echo>.self, "data").data.map { $0.id ?? "" }
    }
}
