extension AnthropicClient {
    /// Creates a session with its kickoff in it (POST /v1/sessions). There is no idempotency key: when the error says
    /// `mayHaveHappened`, look for the session by its metadata before asking again.
    package func createSession(_ new: NewSession) async throws(VendorError) -> AnthropicSession {
        try await call(
            request("POST sessions", ["v1", "sessions"], json: CreateBody(new)), as: AnthropicSession.self, "session")
    }

    package func session(_ id: String) async throws(VendorError) -> AnthropicSession {
        try await call(request("GET session", .get, ["v1", "sessions", id]), as: AnthropicSession.self, "session")
    }

    /// Sessions of an agent, newest first, archived ones included; 100 a page. `createdAtOrAfter` is RFC 3339. The
    /// service cannot filter by metadata: compare it yourself, over all pages.
    package func sessions(
        agentID: String?, createdAtOrAfter: String? = nil, page: String? = nil
    ) async throws(VendorError) -> SessionPage {
        var query = [("limit", "100"), ("include_archived", "true")]
        if let agentID { query.append(("agent_id", agentID)) }
        if let createdAtOrAfter { query.append(("created_at[gte]", createdAtOrAfter)) }
        if let page { query.append(("page", page)) }
        let request = request("GET sessions", .get, ["v1", "sessions"], query)
        let answer = try await call(request, as: ListAnswer<AnthropicSession>.self, "sessions")
        return SessionPage(sessions: answer.data, nextPage: answer.nextPage)
    }

    /// Sets the session's own cap, in millionths of a dollar, rounded up to whole cents. It must lie above what is spent;
    /// a session that waits at its budget then goes on by itself. A cap can be changed, but not added afterwards.
    package func setBudget(of id: String, toMicroUSD microUSD: Int64) async throws(VendorError) -> AnthropicSession {
        let body = ["budget": BudgetWire(microUSD: microUSD)]
        let request = try request("POST session budget", ["v1", "sessions", id], json: body)
        return try await call(request, as: AnthropicSession.self, "session")
    }

    /// Makes the session read-only; its files stay. Refused with 400 while it runs, and for a moment after its idle
    /// event.
    package func archive(_ id: String) async throws(VendorError) {
        var request = request("POST session archive", .post, ["v1", "sessions", id, "archive"])
        request.headers["content-type"] = "application/json"
        request.body = .bytes(Array("{}".utf8))
        _ = try await call(request)
    }

    /// Reads an agent, to check that it exists and which version is newest.
    package func agent(_ id: String) async throws(VendorError) -> AnthropicAgent {
        try await call(request("GET agent", .get, ["v1", "agents", id]), as: AnthropicAgent.self, "agent")
    }

    package func environment(_ id: String) async throws(VendorError) -> AnthropicEnvironment {
        try await call(
            request("GET environment", .get, ["v1", "environments", id]), as: AnthropicEnvironment.self, "environment")
    }
}

package struct AnthropicAgent: Hashable, Sendable, Decodable {
    package let id: String
    package let name: String?
    package let version: Int64?
    package let archivedAt: String?

    private enum CodingKeys: String, CodingKey {
        case id, name, version
        case archivedAt = "archived_at"
    }
}

package struct AnthropicEnvironment: Hashable, Sendable, Decodable {
    package let id: String
    package let name: String?
    package let archivedAt: String?

    private enum CodingKeys: String, CodingKey {
        case id, name
        case archivedAt = "archived_at"
    }
}

/// `{"data": […], "next_page": …}`
struct ListAnswer<Element: Decodable>: Decodable {
    let data: [Element]
    let nextPage: String?
    enum CodingKeys: String, CodingKey {
        case data
        case nextPage = "next_page"
    }
}

/// The body of `POST /v1/sessions`.
private struct CreateBody: Encodable {
    struct Agent: Encodable {
        let type = "agent"
        let id: String
        let version: Int64?
    }
    let agent: Agent
    let environmentID: String
    let title: String
    let metadata: [String: String]
    let budget: BudgetWire?
    let initialEvents: [OutgoingEvent]

    enum CodingKeys: String, CodingKey {
        case agent, title, metadata, budget
        case environmentID = "environment_id"
        case initialEvents = "initial_events"
    }

    init(_ new: NewSession) {
        agent = Agent(id: new.agentID, version: new.agentVersion)
        environmentID = new.environmentID
        title = new.title
        metadata = new.metadata
        budget = new.budgetMicroUSD.map(BudgetWire.init(microUSD:))
        initialEvents = [.message(new.kickoff)]
    }
}
