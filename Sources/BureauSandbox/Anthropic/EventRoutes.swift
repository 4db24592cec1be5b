import HTTPTypes
import Hummingbird

extension AnthropicStandIn {
    func addEventRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/sessions/:id/events") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.history", request, context, subject: id ?? "") {
                try history(session(id), request)
            }
        }
        api.get("/sessions/:id/threads/:thread") { [self] request, context in
            let (id, thread) = (context.parameters.get("id"), context.parameters.get("thread") ?? "")
            return try await call("thread.get", request, context, subject: thread) {
                _ = try Query(request, known: [])
                guard let found = try session(id).json(ofThread: thread) else {
                    throw AnthropicProblem.missing("Thread \(thread)")
                }
                return .json(found)
            }
        }
        api.get("/sessions/:id/threads/:thread/events") { [self] request, context in
            let (id, thread) = (context.parameters.get("id"), context.parameters.get("thread") ?? "")
            return try await call("thread.history", request, context, subject: thread) {
                let session = try session(id)
                guard session.with({ $0.threads[thread] }) != nil || session.threadID == thread else {
                    throw AnthropicProblem.missing("Thread \(thread)")
                }
                return try history(session, request, thread: thread)
            }
        }
        api.post("/sessions/:id/events") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.send", request, context, subject: id ?? "") {
                try await send(to: session(id), request, context)
            }
        }
        api.get("/sessions/:id/events/stream") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.stream", request, context, subject: id ?? "") {
                _ = try Query(request, known: ["event_deltas[]"])
                return EventStream(session: try session(id), context: context).response(to: request)
            }
        }
    }

    private func history(_ session: Session, _ request: Request, thread: String? = nil) throws -> Response {
        let plain: Set = ["order", "types[]", "limit", "page"]
        let query = try Query(request, known: plain.union(Query.rangeNames("created_at")))
        var cursor = query["page"]
        if session.with({ $0.settings.emptyPages }), let asked = cursor {
            guard asked.hasPrefix("again_") else { return .json(["data": [], "next_page": .string("again_\(asked)")]) }
            cursor = String(asked.dropFirst(6))
        }
        let types = Set(query.all("types[]"))
        let isInRange = try query.range("created_at")
        let told = session.with { state in
            state.history.filter { event in
                guard let thread else { return !state.isPrivate(event) }
                return event.members["session_thread_id"]?.string == thread
            }
        }
        let found = told.filter { event in
            (types.isEmpty || types.contains(event.type)) && isInRange(event.processedAt ?? .now)
        }
        let ordered = try query.isAscending(usual: true) ? found : found.reversed()
        let page = try Page(
            ordered, after: cursor, limit: query.limit(usual: 100, most: 1_000), key: { $0.id })
        return .json(["data": .array(page.items.map { shown($0, in: thread) }), "next_page": JSON(page.next)])
    }

    /// In its own history a thread's events do not name it, but for those about the thread itself.
    private func shown(_ event: SessionState.Event, in thread: String?) -> JSON {
        guard thread != nil, !event.type.hasPrefix("session."), case .object(var members) = event.json else {
            return event.json
        }
        members["session_thread_id"] = nil
        return .object(members)
    }

    private func send(
        to session: Session, _ request: Request, _ context: SandboxContext
    ) async throws -> Response {
        let body = try await request.vendorJSON(context)
        guard let members = body.object else { throw AnthropicProblem.invalid("body: Input should be an object") }
        try NewSession.refuseStrangers(in: members, known: ["events"], at: "")
        guard let list = members["events"]?.array, !list.isEmpty else {
            throw AnthropicProblem.invalid("events: List should have at least 1 item")
        }
        let events = try list.enumerated().map { try IncomingEvent($0.element, at: "events.\($0.offset)") }
        frame.log.note("\(session.id) \(events.compactMap { $0.members["type"]?.string }.joined(separator: ", "))")
        return .json(["data": .array(try session.send(events))])
    }
}
