/// What the driver changes on a session.
extension Session {
    enum IdleReason: Sendable, Hashable {
        case endTurn, refusal, retriesExhausted, budgetReached
        case requiresAction([String])

        var json: JSON {
            switch self {
            case .endTurn: ["type": "end_turn"]
            case .refusal: ["type": "refusal"]
            case .retriesExhausted: ["type": "retries_exhausted"]
            case .budgetReached: ["type": "budget_reached"]
            case .requiresAction(let ids): ["type": "requires_action", "event_ids": .array(ids.map { .string($0) })]
            }
        }

        var details: JSON? {
            guard self == .refusal else { return nil }
            return ["type": "refusal", "category": "policy", "explanation": "The script of this session refuses."]
        }
    }

    /// Ends or suspends the turn: the thread's idle, the usage, then the session's own idle, in one go.
    func goIdle(_ reason: IdleReason, threadReason: IdleReason? = nil) {
        with { state in
            var members: [String: JSON] = ["stop_reason": (threadReason ?? reason).json]
            members["stop_details"] = (threadReason ?? reason).details
            members["session_thread_id"] = .string(threadID)
            members["agent_name"] = .string(origin.agent.name)
            _ = state.append("session.thread_status_idle", members, processed: true)
            _ = state.append(
                "session.usage", ["usage": state.usage.json, "budget": state.budgetJSON], processed: true)
            if case .requiresAction = reason { state.isWaiting = true }
            state.status = .idle
            var idle: [String: JSON] = ["stop_reason": reason.json]
            idle["stop_details"] = reason.details
            _ = state.append("session.status_idle", idle, processed: true)
        }
        publishFiles()
    }

    func add(_ file: OutputFile) {
        let stored = StoredFile(
            id: Identifier.make("file"), sessionID: id, file: file, createdAt: .now, visibleAt: nil)
        with { $0.files.append(stored) }
    }

    /// Lets the files written so far appear, one after the other.
    func publishFiles() {
        with { state in
            let delay = state.settings.filesDelayMilliseconds
            var order = 0
            for index in state.files.indices where state.files[index].visibleAt == nil {
                state.files[index].visibleAt = Moment.now.adding(milliseconds: delay + order * delay / 10)
                order += 1
            }
        }
    }

    func hasAnswer(to ids: [String]) -> Bool { with { $0.hasAnswer(to: ids) } }

    /// Gives every call of a broken-off request that has no result yet an error result.
    func closeCalls(_ calls: [(id: String, call: ToolCall)], saying text: String) {
        with { state in
            for (id, call) in calls {
                state.pending[id] = nil
                let isAnswered = state.history.contains { event in
                    [
                        event.members["tool_use_id"], event.members["mcp_tool_use_id"],
                        event.members["custom_tool_use_id"],
                    ].contains(.string(id)) && event.type != "user.tool_confirmation"
                }
                guard !isAnswered else { continue }
                _ = state.append(
                    call.resultType, call.resultMembers(for: id, text, isError: true), processed: true)
            }
            state.isWaiting = false
        }
    }

    /// Ends a model request that an interrupt broke off.
    func closeOpenSpan() {
        with { state in
            guard let start = state.history.last(where: { $0.type.hasPrefix("span.model_request_") }),
                start.type == "span.model_request_start"
            else { return }
            _ = state.append(
                "span.model_request_end",
                [
                    "model_request_start_id": .string(start.id), "is_error": true,
                    "model_usage": Usage.Tokens().json,
                ], processed: true)
        }
    }
}

extension SessionState {
    func hasAnswer(to ids: [String]) -> Bool { ids.contains { pending[$0]?.answer != nil } }

    mutating func takeAnswer(to id: String) -> PendingCall.Answer? {
        guard let answer = pending[id]?.answer else { return nil }
        pending[id] = nil
        return answer
    }
}
