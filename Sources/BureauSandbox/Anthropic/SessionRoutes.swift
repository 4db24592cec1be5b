import HTTPTypes
import Hummingbird

extension AnthropicStandIn {
    func addSessionRoutes(to api: RouterGroup<SandboxContext>) {
        api.post("/sessions") { [self] request, context in
            try await call("session.create", request, context) { try await create(request, context) }
        }
        api.get("/sessions") { [self] request, context in
            try await call("session.list", request, context) { try list(request) }
        }
        api.get("/sessions/:id") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.get", request, context, subject: id ?? "") {
                _ = try Query(request, known: [])
                return .json(try session(id).json)
            }
        }
        api.post("/sessions/:id") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.update", request, context, subject: id ?? "") {
                try await update(session(id), request, context)
            }
        }
        api.delete("/sessions/:id") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.delete", request, context, subject: id ?? "") { try delete(session(id)) }
        }
        api.post("/sessions/:id/archive") { [self] request, context in
            let id = context.parameters.get("id")
            return try await call("session.archive", request, context, subject: id ?? "") { try archive(session(id)) }
        }
    }

    private func create(_ request: Request, _ context: SandboxContext) async throws -> Response {
        _ = try Query(request, known: [])
        let new = try NewSession(try await request.vendorJSON(context))
        let session = open(new)
        frame.log.note(new.title ?? session.id)
        return .json(session.json)
    }

    private func list(_ request: Request) throws -> Response {
        let plain: Set = [
            "agent_id", "agent_version", "statuses[]", "deployment_id", "memory_store_id", "include_archived", "order",
            "limit", "page",
        ]
        let query = try Query(request, known: plain.union(Query.rangeNames("created_at")))
        let statuses = query.all("statuses[]")
        for status in statuses where SessionState.Status(rawValue: status) == nil {
            throw AnthropicProblem.invalid("statuses: \"\(status)\" is not a session status")
        }
        let isInRange = try query.range("created_at")
        let now = Moment.now
        let found = sessions.filter { session in
            let (isArchived, status, lag) = session.with { state in
                (state.archivedAt != nil, state.statusSeen(at: now), state.settings.listLagMilliseconds)
            }
            return (query["include_archived"] == "true" || !isArchived)
                && session.createdAt.adding(milliseconds: lag) <= now && isInRange(session.createdAt)
                && (query["agent_id"].map { $0 == session.origin.agent.id } ?? true)
                && (query["agent_version"].map { Int($0) == session.origin.agentVersion } ?? true)
                && (statuses.isEmpty || statuses.contains(status.rawValue))
                && query["deployment_id"] == nil && query["memory_store_id"] == nil
        }
        let ordered = try query.isAscending(usual: false) ? found : found.reversed()
        let page = try Page(
            ordered, after: query["page"], limit: query.limit(usual: 20, most: 100), key: { $0.id })
        return .json(["data": .array(page.items.map(\.json)), "next_page": JSON(page.next)])
    }

    /// Changes title, metadata (null deletes a key) and budget. A raised or removed budget lets the work go on.
    private func update(_ session: Session, _ request: Request, _ context: SandboxContext) async throws -> Response {
        let body = try await request.vendorJSON(context)
        guard let members = body.object else { throw AnthropicProblem.invalid("body: Input should be an object") }
        try NewSession.refuseStrangers(in: members, known: ["title", "metadata", "budget"], at: "")
        let title = try NewSession.title(members["title"])
        let budget = try NewSession.budget(members["budget"])
        var changed: [String: JSON] = members
        let patch = members["metadata"]?.object ?? [:]
        _ = try NewSession.metadata(.object(patch.filter { !$0.value.isNull }))
        try session.with(waking: true) { state throws(AnthropicProblem) in
            if let archived = state.archivedAt { throw .invalid("The session was archived at \(archived.text).") }
            if members["budget"] != nil { try state.changeBudget(to: budget) }
            if members["title"] != nil { state.title = title }
            for (key, value) in patch { state.metadata[key] = value.string }
            if members["metadata"] != nil { changed["metadata"] = .object(state.metadata.mapValues { .string($0) }) }
            _ = state.append("session.updated", changed, processed: true)
        }
        return .json(session.json)
    }

    private func archive(_ session: Session) throws -> Response {
        try session.with { state throws(AnthropicProblem) in
            guard state.archivedAt == nil else { return }
            let seen = state.statusSeen(at: .now)
            guard ![state.status, seen].contains(where: { $0 == .running || $0 == .rescheduling }) else {
                throw .invalid("Cannot archive a session that is running; interrupt it first.")
            }
            state.archivedAt = .now
            state.status = .terminated
            _ = state.append("session.status_terminated", [:], processed: true)
        }
        session.finish()
        return .json(session.json)
    }

    private func delete(_ session: Session) throws -> Response {
        try session.with { state throws(AnthropicProblem) in
            guard state.status != .running else { throw .invalid("Cannot delete a session that is running.") }
            _ = state.append("session.deleted", [:], processed: true)
        }
        session.finish()
        forget(session)
        return .json(["id": .string(session.id), "type": "session_deleted"])
    }
}

extension SessionState {
    /// A budget exists from creation on or never; it may rise, fall to more than what is spent, or go for good.
    mutating func changeBudget(to cents: Int?) throws(AnthropicProblem) {
        guard budgetCents != nil else { throw .invalid("budget: can only be set when the session is created") }
        if let cents, cents * 10_000 <= usage.microUSD {
            throw .invalid("budget.max_list_cost.amount: must be above what has been spent")
        }
        budgetCents = cents
        isAtBudget = false
    }
}

extension Request {
    /// The body as JSON, refused in the vendor's shape when it is none.
    func vendorJSON(_ context: SandboxContext) async throws -> JSON {
        guard headers[.contentType]?.hasPrefix("application/json") == true else {
            throw AnthropicProblem.invalid("content-type: application/json is required")
        }
        let body = try await body.collect(upTo: context.maxUploadSize)
        guard let json = try? JSON(parsing: body) else {
            throw AnthropicProblem.invalid("The request body is not valid JSON")
        }
        return json
    }
}
