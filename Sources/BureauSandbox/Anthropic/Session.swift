import NIOCore
import Synchronization

/// One live session. Its driver works on it in the background; requests look at it and talk to it meanwhile.
final class Session: Sendable {
    let id = Identifier.make("sesn")
    let threadID = Identifier.make("sthr")
    let origin: NewSession
    let createdAt: Moment
    private let state: Mutex<SessionState>
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    init(_ new: NewSession, settings: ScenarioSettings) {
        origin = new
        createdAt = .now
        state = Mutex(SessionState(new, settings: settings, now: createdAt))
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        for event in new.initialEvents { enqueue(event) }
    }

    /// Looks at the state or changes it, and wakes the driver when asked to.
    func with<Value: Sendable, Failure: Error>(
        waking: Bool = false, _ body: (inout SessionState) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { if waking { wake.yield() } }
        return try state.withLock { state throws(Failure) in try body(&state) }
    }

    /// Waits until `ready`; false when the session or the sandbox ends first. Only the driver may call this.
    func wait(until ready: (SessionState) -> Bool) async -> Bool {
        var iterator = wakes.makeAsyncIterator()
        while !Task.isCancelled {
            if with({ ready($0) }) { return true }
            guard await iterator.next() != nil else { return false }
        }
        return false
    }

    /// Ends the driver and every stream.
    func finish() {
        wake.finish()
        let streams = with { state in
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        for stream in streams { stream.finish() }
    }

    @discardableResult
    func emit(_ type: String, _ members: [String: JSON] = [:]) -> String {
        with { $0.append(type, members, processed: true) }
    }

    /// Takes a message in; the driver stamps it when its turn begins. Answers the echo.
    @discardableResult
    private func enqueue(_ members: [String: JSON]) -> JSON {
        var members = members
        let type = members.removeValue(forKey: "type")?.string ?? ""
        return with(waking: true) { state in
            let id = state.append(type, members, processed: false)
            state.queued.append(id)
            return state.history[state.history.count - 1].json
        }
    }
}

extension Session {
    /// Takes events from a client: all of them or, with the reason, none.
    func send(_ events: [IncomingEvent]) throws(AnthropicProblem) -> [JSON] {
        try with(waking: true) { state throws(AnthropicProblem) in
            try state.admit(events)
            return events.map { state.take($0) }
        }
    }

    var json: JSON {
        with { state in
            let now = Moment.now
            return [
                "id": .string(id), "type": "session", "status": .string(state.statusSeen(at: now).rawValue),
                "title": JSON(state.title), "agent": origin.agent.json(version: origin.agentVersion),
                "environment_id": .string(origin.environmentID),
                "metadata": .object(state.metadata.mapValues { .string($0) }), "vault_ids": origin.vaultIDs,
                "resources": .array(origin.resources), "outcome_evaluations": [],
                "created_at": .string(createdAt.text), "updated_at": .string(state.updatedAt.text),
                "archived_at": JSON(state.archivedAt?.text), "deployment_id": nil, "budget": state.budgetJSON,
                "stats": [
                    "active_seconds": .double(Double(state.usage.activeMilliseconds) / 1_000),
                    "duration_seconds": .double(Double(state.updatedAt.microseconds - createdAt.microseconds) / 1e6),
                ],
                "usage": state.usage.json,
            ]
        }
    }
}

extension Session {
    /// One agent's part of the session; nil where there is no such thread.
    func json(ofThread id: String) -> JSON? {
        let isPrimary = id == threadID
        let child = with { $0.threads[id] }
        guard isPrimary || child != nil else { return nil }
        return [
            "id": .string(id), "type": "session_thread", "session_id": .string(self.id),
            "parent_thread_id": isPrimary ? .null : .string(threadID),
            "agent": child?.json(version: 1) ?? origin.agent.json(version: origin.agentVersion),
            "created_at": .string(createdAt.text), "archived_at": nil,
        ]
    }
}

extension SessionState {
    var budgetJSON: JSON {
        guard let budgetCents else { return .null }
        return ["type": "limit", "max_list_cost": ["amount": .string(String(budgetCents)), "currency": "USD"]]
    }
}
