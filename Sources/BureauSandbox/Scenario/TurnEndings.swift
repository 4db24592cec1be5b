/// The ways a turn comes to rest.
extension TurnRunner {
    func finish(_ finish: Step.Finish) async throws(Stop) {
        switch finish {
        case .endTurn, .refusal, .retriesExhausted:
            session.goIdle(reason(of: finish))
        case .terminated:
            let isSaid = session.with { !$0.settings.isEndUnsaid }
            if isSaid { session.emit("session.thread_status_terminated", thread) }
            session.with { $0.status = .terminated }
            if isSaid { session.emit("session.status_terminated") }
            session.publishFiles()
            throw .ended
        }
    }

    func reason(of finish: Step.Finish) -> Session.IdleReason {
        switch finish {
        case .endTurn, .terminated: .endTurn
        case .refusal: .refusal
        case .retriesExhausted: .retriesExhausted
        }
    }

    func error(_ type: String, _ message: String, _ retry: String) async throws(Stop) {
        let details: JSON = [
            "type": .string(type), "message": .string(message), "retry_status": ["type": .string(retry)],
        ]
        try await emit("session.error", ["error": details])
    }

    func reschedule() async throws(Stop) {
        session.with { $0.status = .rescheduling }
        try await emit("session.thread_status_rescheduled", thread)
        try await emit("session.status_rescheduled")
        session.with { $0.status = .running }
        try await emit("session.status_running")
        try await emit("session.thread_status_running", thread)
    }

    /// Rests at the cap until someone raises or removes it, then works on. Interrupts are ignored here.
    func pauseAtBudget() async throws(Stop) {
        session.with { $0.isAtBudget = true }
        session.goIdle(.budgetReached)
        guard await session.wait(until: { !$0.isOverBudget || $0.status == .terminated }) else { throw .ended }
        if session.with({ $0.status == .terminated }) { throw .ended }
        session.with { state in
            _ = state.takeInterrupts()
            (state.isAtBudget, state.status) = (false, .running)
        }
        try await emit("session.status_running")
        try await emit("session.thread_status_running", thread)
    }

    func finishAtBudget(threadReason: Session.IdleReason) {
        session.with { $0.isAtBudget = true }
        session.goIdle(.budgetReached, threadReason: threadReason)
    }

    /// What an interrupt does to a running turn.
    func settleAfterInterrupt() {
        session.closeOpenSpan()
        session.with { _ = $0.takeInterrupts() }
        session.goIdle(.endTurn)
    }

    /// An interrupt of a session that does nothing is noted, and answered with another idle; at its budget it is not.
    func answerIdleInterrupt() async {
        let isAtBudget = session.with { state in
            _ = state.takeInterrupts()
            return state.isAtBudget
        }
        if !isAtBudget { session.goIdle(.endTurn) }
    }
}

extension ToolCall {
    var useType: String {
        switch kind {
        case .builtIn: "agent.tool_use"
        case .mcp: "agent.mcp_tool_use"
        case .custom: "agent.custom_tool_use"
        }
    }

    var resultType: String {
        switch kind {
        case .builtIn: "agent.tool_result"
        case .mcp: "agent.mcp_tool_result"
        case .custom: "user.custom_tool_result"
        }
    }

    func resultMembers(for id: String, _ text: String, isError: Bool) -> [String: JSON] {
        let key =
            switch kind {
            case .builtIn: "tool_use_id"
            case .mcp: "mcp_tool_use_id"
            case .custom: "custom_tool_use_id"
            }
        return [key: .string(id), "content": .text(text), "is_error": .bool(isError)]
    }
}

extension JSON {
    /// Content of one text block.
    static func text(_ text: String) -> JSON { [["type": "text", "text": .string(text)]] }
}
