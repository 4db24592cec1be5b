import HTTPTypes
import Hummingbird
import Synchronization

/// Anthropic's Managed Agents API: sessions that run scripted scenarios, their events and their files.
final class AnthropicStandIn: StandIn {
    let name = "anthropic"
    let page = (path: "/sessions", title: "Agent sessions")
    let frame: SandboxFrame
    let gate: AnthropicGate
    private let store = Mutex(Store())

    /// At most this many sessions are kept.
    static let sessionsMax = 10_000

    private struct Store {
        var sessions: [Session] = []
        var plans: [ScenarioPlan] = []
    }

    init(_ frame: SandboxFrame) {
        self.frame = frame
        gate = AnthropicGate(acceptedKey: frame.options.acceptedKeys.anthropic)
    }

    func addRoutes(to router: Router<SandboxContext>) {
        let api = router.group("/anthropic/v1")
        addSessionRoutes(to: api)
        addEventRoutes(to: api)
        addFileRoutes(to: api)
        addCatalogRoutes(to: api)
        addPages(to: router)
        router.post("/_control/scenario") { [self] request, context in
            try await steer(request, context)
        }
    }

    var sessions: [Session] { store.withLock { $0.sessions } }

    func session(_ id: String?) throws(AnthropicProblem) -> Session {
        guard let id, let session = sessions.last(where: { $0.id == id }) else {
            throw .missing("Session \(id ?? "")")
        }
        return session
    }

    /// Creates a session and sets its script going.
    func open(_ new: NewSession) -> Session {
        let session = store.withLock { store in
            let session = Session(new, settings: settings(for: new.agent, &store.plans))
            // The oldest make room, so that a sandbox can run for weeks.
            if store.sessions.count >= Self.sessionsMax { store.sessions.removeFirst().finish() }
            store.sessions.append(session)
            return session
        }
        frame.background.start { [sleep = frame.options.sleep] in
            await TurnRunner(session: session, sleep: sleep).run()
        }
        return session
    }

    private func settings(for agent: AgentRecord, _ plans: inout [ScenarioPlan]) -> ScenarioSettings {
        let usual = ScenarioSettings(scenario: agent.scenario, eventsPerSecond: frame.options.eventsPerSecond)
        guard let index = plans.firstIndex(where: { $0.applies(to: agent) }) else { return usual }
        defer {
            plans[index].left -= 1
            if plans[index].left <= 0 { plans.remove(at: index) }
        }
        return plans[index].settings(usual)
    }

    func add(_ plan: ScenarioPlan) { store.withLock { $0.plans.append(plan) } }

    func forget(_ session: Session) { store.withLock { $0.sessions.removeAll { $0 === session } } }

    func reset() async {
        let ended = store.withLock { store in
            defer { store = Store() }
            return store.sessions
        }
        for session in ended { session.finish() }
    }

    func state() async -> JSON { ["sessions": .array(sessions.map(\.overview))] }

    /// One call of the API: checked at the gate, logged, open to faults, refused in the vendor's shape.
    func call(
        _ operation: String, _ request: Request, _ context: SandboxContext,
        beta: AnthropicGate.Beta = .managedAgents, subject: String = "", perform: () async throws -> Response
    ) async throws -> Response {
        let requestID = Identifier.make("req")
        var response = try await standIn(name, operation, request, context, subject: subject) {
            do {
                try gate.check(request, beta: beta)
                return try await perform()
            } catch let problem as AnthropicProblem {
                return problem.response(requestID: requestID)
            } catch let error as HTTPError where error.status == .contentTooLarge {
                return AnthropicProblem(413, "Request exceeds the maximum size").response(requestID: requestID)
            }
        }
        let limit = frame.options.anthropicRequestsPerMinute
        for (name, value) in [
            ("request-id", requestID), ("anthropic-organization-id", "org_demo"),
            ("anthropic-ratelimit-requests-limit", "\(limit)"),
            ("anthropic-ratelimit-requests-remaining", "\(limit - 1)"),
        ] {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }
}

extension Session {
    /// What `/_control/state` shows of a session.
    var overview: JSON {
        let origin = origin
        let id = id
        return with { state in
            [
                "id": .string(id), "status": .string(state.status.rawValue), "agent_id": .string(origin.agent.id),
                "title": JSON(state.title), "metadata": .object(state.metadata.mapValues { .string($0) }),
                "scenario": .string(state.settings.scenario.rawValue), "events": .int(state.history.count),
                "last_event": JSON(state.history.last?.type), "cost_cents": .int(state.usage.cents),
                "archived": .bool(state.archivedAt != nil), "listeners": .int(state.subscribers.count),
                "waiting_for": .array(
                    state.pending.filter { $0.value.answer == nil }.keys.sorted().map { .string($0) }),
                "files": .array(state.files.map { .string($0.file.name) }),
            ]
        }
    }
}
