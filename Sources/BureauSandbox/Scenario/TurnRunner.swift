import NIOCore

/// Plays one session's script in real time, whether or not anybody listens.
struct TurnRunner: Sendable {
    let session: Session
    let sleep: @Sendable (Duration) async throws -> Void
    /// Set while a sub-agent speaks: its thread's id and name, which its events carry.
    var subThread: [String: JSON] = [:]
    /// At most this many events in a session, whatever its script says.
    static let eventsMax = 50_000

    /// Why a turn stops before its script does.
    enum Stop: Error { case interrupted, ended }

    /// The session's whole life: one turn after the other until it is archived, terminated or forgotten.
    func run() async {
        var turn = 0
        var client = ClientPayload()
        while await session.wait(until: { !$0.queued.isEmpty || !$0.interrupts.isEmpty }) {
            let messages = session.with { $0.beginTurn() }
            if messages.isEmpty {
                await answerIdleInterrupt()
                continue
            }
            turn += 1
            let settings = session.with { $0.settings }
            let text = messages.map(IncomingEvent.text).joined(separator: "\n")
            // Later turns speak of the same client without repeating who it is.
            client = ClientPayload(in: text) ?? client
            let brief = Brief(text: text, turn: turn, client: client, startedAt: .now, settings: settings)
            do throws(Stop) {
                try await play(settings.scenario.steps(for: brief))
            } catch {
                switch error {
                case .interrupted: settleAfterInterrupt()
                case .ended: return
                }
            }
        }
    }

    private func play(_ steps: AnySequence<Step>) async throws(Stop) {
        session.with { $0.status = .running }
        try await emit("session.status_running")
        try await emit("session.thread_status_running", thread)
        let iterator = steps.makeIterator()
        var next = iterator.next()
        while let step = next {
            next = iterator.next()
            try await perform(step)
            let isLast = if case .finish = next { true } else { next == nil }
            guard session.with({ $0.isOverBudget }), case .request = step else { continue }
            if case .finish(let finish) = next {
                // The request that crossed the cap also finished the work: the thread says so, the session does not.
                return finishAtBudget(threadReason: reason(of: finish))
            }
            if !isLast { try await pauseAtBudget() }
        }
    }

    private func perform(_ step: Step) async throws(Stop) {
        switch step {
        case .request(let pieces, let tokens): try await request(pieces, tokens)
        case .delegate(let agent): try await delegate(agent)
        case .file(let file): session.add(file)
        case .event(let type, let members): try await emit(type, members)
        case .error(let type, let message, let retry): try await error(type, message, retry)
        case .rescheduled: try await reschedule()
        case .silence:
            guard await session.wait(until: { !$0.interrupts.isEmpty }) else { throw .ended }
            try checkInterrupt()
        case .finish(let finish): try await self.finish(finish)
        }
    }

    // MARK: Sub-agents

    /// A thread of its own, from its beginning to its answer. While one of its calls waits, so does the session.
    private func delegate(_ agent: SubAgent) async throws(Stop) {
        let id = session.with { $0.openThread(agent.record) }
        let inside: [String: JSON] = ["session_thread_id": .string(id)]
        let named = inside.merging(["agent_name": .string(agent.name)]) { $1 }
        try await emit("session.thread_created", named)
        try await emit("session.thread_status_running", named)
        try await emit(
            "agent.thread_message_sent",
            [
                "content": .text(agent.task), "to_session_thread_id": .string(id),
                "to_agent_name": .string(agent.name),
            ])
        try await TurnRunner(session: session, sleep: sleep, subThread: named).request(agent.pieces, agent.tokens)
        try await emit("agent.message", inside.merging(["content": .text(agent.answer)]) { $1 })
        try await emit(
            "agent.thread_message_received",
            [
                "content": .text(agent.answer), "from_session_thread_id": .string(id),
                "from_agent_name": .string(agent.name),
            ])
        try await emit("session.thread_status_idle", named.merging(["stop_reason": ["type": "end_turn"]]) { $1 })
    }

    // MARK: One model request

    private func request(_ pieces: [Step.Piece], _ tokens: Usage.Tokens) async throws(Stop) {
        var calls: [(id: String, call: ToolCall)] = [], again: [ToolCall] = []
        do throws(Stop) {
            let start = try await emit("span.model_request_start")
            for piece in pieces {
                switch piece {
                case .thinking: try await emit("agent.thinking")
                case .message(let text): try await emit("agent.message", ["content": .text(text)])
                case .call(let call): calls.append((try await use(call), call))
                }
            }
            session.with { $0.usage.add(tokens) }
            try await emit(
                "span.model_request_end",
                ["model_request_start_id": .string(start), "is_error": false, "model_usage": tokens.json])
            for (id, call) in calls where !call.waits { try await result(of: call, id) }
            again = try await answers(calls.filter(\.call.waits))
        } catch {
            // No span stays open and no call without a result, also when the turn is broken off.
            if error == .interrupted {
                session.closeOpenSpan()
                session.closeCalls(calls, saying: "The user interrupted this turn.")
            }
            throw error
        }
        if !again.isEmpty { try await request(again.map { .call($0) }, tokens) }
    }

    private func use(_ call: ToolCall) async throws(Stop) -> String {
        var members: [String: JSON] = ["name": .string(call.name), "input": call.input]
        if call.kind != .custom {
            members["evaluated_permission"] = call.asks ? "ask" : "allow"
            members["evaluation"] = ["type": call.asks ? "always_ask" : "always_allow"]
        }
        if case .mcp(let server) = call.kind { members["mcp_server_name"] = .string(server) }
        session.with { state in
            if call.name == "web_search" { state.usage.searches += 1 }
            if call.name == "web_fetch" { state.usage.fetches += 1 }
        }
        let id = try await emit(call.useType, members)
        if call.waits { session.with { $0.pending[id] = .init(call: call) } }
        return id
    }

    private func result(of call: ToolCall, _ id: String) async throws(Stop) {
        try await emit(call.resultType, call.resultMembers(for: id, call.result, isError: call.isError))
    }

    /// Waits for people and clients, telling after each partial answer what is still open. Returns the calls the agent
    /// was told to make once more, as it was told to make them.
    private func answers(_ calls: [(id: String, call: ToolCall)]) async throws(Stop) -> [ToolCall] {
        var open = calls, again: [ToolCall] = []
        while !open.isEmpty {
            let ids = open.map(\.id)
            if !session.hasAnswer(to: ids) {
                if !subThread.isEmpty {
                    try await emit(
                        "session.thread_status_idle",
                        subThread.merging(["stop_reason": Session.IdleReason.requiresAction(ids).json]) { $1 })
                }
                session.goIdle(.requiresAction(ids))
                guard await session.wait(until: { state in !state.interrupts.isEmpty || state.hasAnswer(to: ids) })
                else {
                    throw .ended
                }
                try checkInterrupt()
                session.with { ($0.status, $0.isWaiting) = (.running, false) }
                try await emit("session.status_running")
                try await emit("session.thread_status_running", subThread.isEmpty ? thread : subThread)
            }
            for (id, call) in open {
                guard let answer = session.with({ $0.takeAnswer(to: id) }) else { continue }
                try await settle(call, id, answer)
                if case .deny(let words?) = answer, let other = call.asTold(in: words) { again.append(other) }
            }
            open = open.filter { item in session.with { $0.pending[item.id] != nil } }
        }
        return again
    }

    private func settle(_ call: ToolCall, _ id: String, _ answer: SessionState.PendingCall.Answer) async throws(Stop) {
        switch answer {
        case .allow: try await result(of: call, id)
        case .deny(let reason):
            try await emit(
                call.resultType, call.resultMembers(for: id, reason ?? "The user denied this call.", isError: true))
        case .result: break  // The client's own event is the result.
        }
    }

    // MARK: Pace and interruption

    @discardableResult
    func emit(_ type: String, _ members: [String: JSON] = [:]) async throws(Stop) -> String {
        try await pace()
        session.with { $0.usage.activeMilliseconds += 700 }
        return session.emit(type, marked(members, type))
    }

    /// What a sub-agent says carries its thread.
    private func marked(_ members: [String: JSON], _ type: String) -> [String: JSON] {
        guard let id = subThread["session_thread_id"], type != "session.status_running",
            members["session_thread_id"] == nil
        else { return members }
        return members.merging(["session_thread_id": id]) { $1 }
    }

    private func pace() async throws(Stop) {
        let (pace, isHeld, count) = session.with { ($0.settings.eventsPerSecond, $0.isHeld, $0.history.count) }
        if isHeld {
            guard await session.wait(until: { !$0.isHeld || !$0.interrupts.isEmpty }) else { throw .ended }
        }
        if pace > 0 {
            try? await sleep(.microseconds(Int64(1_000_000 / pace)))
        } else {
            await Task.yield()
        }
        if Task.isCancelled || count > Self.eventsMax || session.with({ $0.status == .terminated }) { throw .ended }
        try checkInterrupt()
    }

    private func checkInterrupt() throws(Stop) {
        if session.with({ !$0.interrupts.isEmpty }) { throw .interrupted }
    }

    var thread: [String: JSON] {
        ["session_thread_id": .string(session.threadID), "agent_name": .string(session.origin.agent.name)]
    }
}
