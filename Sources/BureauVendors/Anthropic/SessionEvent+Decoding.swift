import Foundation

extension RawEvent {
    /// Throws `.unreadable` only when the bytes are not JSON.
    package func decoded() throws(VendorError) -> SessionEvent {
        guard let wire = try? JSONDecoder().decode(EventWire.self, from: Data(bytes)) else {
            throw VendorError(
                vendor: .anthropic, operation: "read event", kind: .unreadable(field: "event"), detail: "event \(id)")
        }
        return SessionEvent(
            id: id, type: type, processedAt: processedAt, threadID: wire.threadID ?? threadID,
            content: wire.content(of: self))
    }
}

extension EventWire {
    func content(of raw: RawEvent) -> SessionEvent.Content {
        switch raw.type {
        case "user.message": .userMessage(text: text)
        case "user.interrupt": .userInterrupt
        case "user.tool_confirmation":
            .userToolConfirmation(toolUseID: toolUseID, allow: result == "allow", denyMessage: denyMessage)
        case "user.custom_tool_result":
            .userCustomToolResult(customToolUseID: customToolUseID, text: text, isError: isError ?? false)
        case "user.tool_result": .userToolResult(toolUseID: toolUseID)
        case "user.define_outcome": .userDefineOutcome(description: outcomeDescription)
        case "system.message": .systemMessage(text: text)
        case let type where type.hasPrefix("agent."): agentContent(of: raw)
        case let type where type.hasPrefix("session.thread_"): threadContent(type)
        case let type where type.hasPrefix("session."): sessionContent(type)
        case let type where type.hasPrefix("span."): spanContent(type)
        case let type where type.hasPrefix("workflow_run."): .workflowRun(id: workflowRunID)
        case "event_start", "event_delta": .preview
        default: .unknown
        }
    }

    private func agentContent(of raw: RawEvent) -> SessionEvent.Content {
        switch raw.type {
        case "agent.message": .agentMessage(text: text)
        case "agent.thinking": .agentThinking
        case "agent.tool_use": .toolUse(toolUse(.builtIn, raw))
        case "agent.mcp_tool_use": .toolUse(toolUse(.mcp(server: mcpServerName), raw))
        case "agent.custom_tool_use": .toolUse(toolUse(.custom, raw))
        case "agent.tool_result", "agent.mcp_tool_result":
            .toolResult(ToolResult(toolUseID: toolUseID ?? mcpToolUseID, text: text, isError: isError ?? false))
        case "agent.thread_message_sent":
            .threadMessage(
                ThreadMessage(isSent: true, text: text, otherThreadID: toThreadID, otherAgentName: toAgentName))
        case "agent.thread_message_received":
            .threadMessage(
                ThreadMessage(isSent: false, text: text, otherThreadID: fromThreadID, otherAgentName: fromAgentName))
        case "agent.thread_context_compacted": .contextCompacted
        default: .unknown
        }
    }

    private func toolUse(_ source: ToolUse.Source, _ raw: RawEvent) -> ToolUse {
        let permission: ToolUse.Permission? =
            switch evaluatedPermission {
            case nil: nil
            case "allow"?: .allow
            case "ask"?: .ask
            case "deny"?: .deny
            case let other?: .unknown(other)
            }
        let input = JSONScanner.member("input", of: raw.bytes) ?? []
        return ToolUse(source: source, name: name ?? "", inputJSON: input, permission: permission)
    }

    private func threadContent(_ type: String) -> SessionEvent.Content {
        switch type {
        case "session.thread_created": .threadCreated(agentName: agentName)
        case "session.thread_status_running": .threadRunning(agentName: agentName)
        case "session.thread_status_rescheduled": .threadRescheduled(agentName: agentName)
        case "session.thread_status_idle": .threadIdle(agentName: agentName, stopReason)
        case "session.thread_status_terminated": .threadTerminated(agentName: agentName)
        default: .unknown
        }
    }

    private func sessionContent(_ type: String) -> SessionEvent.Content {
        switch type {
        case "session.status_running": .statusRunning
        case "session.status_rescheduled": .statusRescheduled
        case "session.status_idle": .statusIdle(stopReason)
        case "session.status_terminated": .statusTerminated
        case "session.error":
            .error(fault ?? SessionFault(type: "", message: "", retry: .unknown(""), mcpServerName: nil))
        case "session.usage": .usage(usage ?? SessionUsage(), budgetMicroUSD: budgetMicroUSD)
        case "session.updated": .updated(title: title, budgetMicroUSD: budgetMicroUSD)
        case "session.deleted": .deleted
        default: .unknown
        }
    }

    private func spanContent(_ type: String) -> SessionEvent.Content {
        switch type {
        case "span.model_request_start": .modelRequestStarted
        case "span.model_request_end":
            .modelRequestEnded(
                ModelRequest(
                    startID: modelRequestStartID, isError: isError ?? false, inputTokens: modelUsage?.inputTokens ?? 0,
                    outputTokens: modelUsage?.outputTokens ?? 0,
                    cacheReadInputTokens: modelUsage?.cacheReadInputTokens ?? 0,
                    cacheCreationInputTokens: modelUsage?.cacheCreationInputTokens ?? 0, speed: modelUsage?.speed))
        case "span.outcome_evaluation_start": .outcomeEvaluation(evaluation(.started))
        case "span.outcome_evaluation_ongoing": .outcomeEvaluation(evaluation(.ongoing))
        case "span.outcome_evaluation_end": .outcomeEvaluation(evaluation(.ended))
        default: .unknown
        }
    }

    private func evaluation(_ phase: OutcomeEvaluation.Phase) -> OutcomeEvaluation {
        OutcomeEvaluation(
            phase: phase, outcomeID: outcomeID, iteration: iteration, result: result, explanation: explanation)
    }
}
