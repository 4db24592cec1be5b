/// One event of a session, decoded. Event types are an open set: what this client does not know is `.unknown`, and a
/// field that is missing or has another shape is nil, never an error.
package struct SessionEvent: Hashable, Sendable {
    package let id: String
    package let type: String
    /// RFC 3339 as written; nil while queued.
    package let processedAt: String?
    /// The thread that speaks; nil for the primary one in most events.
    package let threadID: String?
    package let content: Content

    package enum Content: Hashable, Sendable {
        // Echoes of what was sent.
        case userMessage(text: String)
        case userInterrupt
        case userToolConfirmation(toolUseID: String?, allow: Bool, denyMessage: String?)
        case userCustomToolResult(customToolUseID: String?, text: String, isError: Bool)
        case userToolResult(toolUseID: String?)
        case userDefineOutcome(description: String?)
        case systemMessage(text: String)
        // The agent.
        case agentMessage(text: String)
        case agentThinking
        case toolUse(ToolUse)
        case toolResult(ToolResult)
        case threadMessage(ThreadMessage)
        case contextCompacted
        // The session.
        case statusRunning
        case statusRescheduled
        case statusIdle(StopReason)
        case statusTerminated
        case error(SessionFault)
        case usage(SessionUsage, budgetMicroUSD: Int64?)
        case updated(title: String?, budgetMicroUSD: Int64?)
        case deleted
        // Threads: the primary one reports here too.
        case threadCreated(agentName: String?)
        case threadRunning(agentName: String?)
        case threadRescheduled(agentName: String?)
        case threadIdle(agentName: String?, StopReason)
        case threadTerminated(agentName: String?)
        // Spans.
        case modelRequestStarted
        case modelRequestEnded(ModelRequest)
        case outcomeEvaluation(OutcomeEvaluation)
        /// `workflow_run.…`: for the log only.
        case workflowRun(id: String?)
        /// Opted-in previews; the real event follows.
        case preview
        case unknown
    }
}

/// A call the agent wants to make.
package struct ToolUse: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case builtIn
        case mcp(server: String?)
        /// The session waits until we answer with a custom tool result.
        case custom
    }
    package enum Permission: Hashable, Sendable {
        case allow, ask, deny
        case unknown(String)
    }

    package let source: Source
    package let name: String
    /// The input exactly as the agent wrote it (JSON); empty when absent.
    package let inputJSON: [UInt8]
    /// Nil when the event does not say, as for custom tools.
    package let permission: Permission?
}

package struct ToolResult: Hashable, Sendable {
    package let toolUseID: String?
    package let text: String
    package let isError: Bool
}

package struct ThreadMessage: Hashable, Sendable {
    package let isSent: Bool
    package let text: String
    package let otherThreadID: String?
    package let otherAgentName: String?
}

/// Why a session or thread became idle.
package enum StopReason: Hashable, Sendable {
    /// Success, or the end of an interrupted turn: nothing in the event tells them apart.
    case endTurn
    /// Waits for an answer to each of these events, without limit and without cost.
    case requiresAction(eventIDs: [String])
    case budgetReached
    case retriesExhausted
    case refusal(category: String?, explanation: String?)
    /// New or missing: hold the run and show the raw event, never take it for success.
    case unknown(String)
}

/// A `session.error` event.
package struct SessionFault: Hashable, Sendable {
    package enum Retry: Hashable, Sendable {
        /// The service goes on by itself: news, not failure.
        case retrying
        /// An idle event follows.
        case exhausted
        /// Termination follows.
        case terminal
        case unknown(String)
    }

    package let type: String
    package let message: String
    package let retry: Retry
    package let mcpServerName: String?
}

package struct ModelRequest: Hashable, Sendable {
    package let startID: String?
    package let isError: Bool
    package let inputTokens: Int64
    package let outputTokens: Int64
    package let cacheReadInputTokens: Int64
    /// Not split by lifetime here: price as five-minute writes.
    package let cacheCreationInputTokens: Int64
    package let speed: String?
}

package struct OutcomeEvaluation: Hashable, Sendable {
    package enum Phase: Hashable, Sendable { case started, ongoing, ended }
    package let phase: Phase
    package let outcomeID: String?
    package let iteration: Int64?
    /// "satisfied", "needs_revision", "max_iterations_reached", "failed", "interrupted"; only when ended.
    package let result: String?
    package let explanation: String?
}
