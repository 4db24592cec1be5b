/// The union of the fields of all event types, every one of them optional.
struct EventWire: Decodable {
    var text = ""
    var threadID, toolUseID, mcpToolUseID, customToolUseID, result, denyMessage, outcomeDescription: String?
    var name, evaluatedPermission, mcpServerName, agentName, title, workflowRunID: String?
    var toThreadID, toAgentName, fromThreadID, fromAgentName: String?
    var modelRequestStartID, outcomeID, explanation: String?
    var isError: Bool?
    var iteration: Int64?
    var stopReason = StopReason.unknown("")
    var fault: SessionFault?
    var usage: SessionUsage?
    var modelUsage: ModelUsageWire?
    var budgetMicroUSD: Int64?

    enum CodingKeys: String, CodingKey {
        case content, result, description, name, title, error, usage, budget, iteration, explanation
        case threadID = "session_thread_id"
        case toolUseID = "tool_use_id"
        case mcpToolUseID = "mcp_tool_use_id"
        case customToolUseID = "custom_tool_use_id"
        case denyMessage = "deny_message"
        case isError = "is_error"
        case evaluatedPermission = "evaluated_permission"
        case mcpServerName = "mcp_server_name"
        case agentName = "agent_name"
        case workflowRunID = "workflow_run_id"
        case toThreadID = "to_session_thread_id"
        case toAgentName = "to_agent_name"
        case fromThreadID = "from_session_thread_id"
        case fromAgentName = "from_agent_name"
        case modelRequestStartID = "model_request_start_id"
        case modelUsage = "model_usage"
        case outcomeID = "outcome_id"
        case stopReason = "stop_reason"
        case stopDetails = "stop_details"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        text = ContentBlock.text(in: fields, .content)
        threadID = fields.text(.threadID)
        toolUseID = fields.text(.toolUseID)
        mcpToolUseID = fields.text(.mcpToolUseID)
        customToolUseID = fields.text(.customToolUseID)
        result = fields.text(.result)
        denyMessage = fields.text(.denyMessage)
        outcomeDescription = fields.text(.description)
        name = fields.text(.name)
        evaluatedPermission = fields.text(.evaluatedPermission)
        mcpServerName = fields.text(.mcpServerName)
        agentName = fields.text(.agentName)
        title = fields.text(.title)
        workflowRunID = fields.text(.workflowRunID)
        toThreadID = fields.text(.toThreadID)
        toAgentName = fields.text(.toAgentName)
        fromThreadID = fields.text(.fromThreadID)
        fromAgentName = fields.text(.fromAgentName)
        modelRequestStartID = fields.text(.modelRequestStartID)
        outcomeID = fields.text(.outcomeID)
        explanation = fields.text(.explanation)
        isError = fields.flag(.isError)
        iteration = fields.integer(.iteration)
        fault = fields.lenient(SessionFault.self, .error)
        usage = fields.lenient(SessionUsage.self, .usage)
        modelUsage = fields.lenient(ModelUsageWire.self, .modelUsage)
        budgetMicroUSD = fields.lenient(BudgetWire.self, .budget)?.microUSD
        stopReason = StopReason(
            fields.lenient(StopReasonWire.self, .stopReason),
            details: fields.lenient(StopDetailsWire.self, .stopDetails))
    }
}

/// One block of `content`; only text is read, other kinds stay in the raw event.
struct ContentBlock: Decodable {
    let text: String?

    enum CodingKeys: String, CodingKey { case type, text }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        text = fields.lenient(String.self, .text)
    }

    static func text<Key: CodingKey>(in fields: KeyedDecodingContainer<Key>, _ key: Key) -> String {
        if let blocks = fields.list(ContentBlock.self, key) { return blocks.compactMap(\.text).joined(separator: "\n") }
        return fields.lenient(String.self, key) ?? ""
    }
}

struct StopReasonWire: Decodable {
    let type: String?
    let eventIDs: [String]

    enum CodingKeys: String, CodingKey {
        case type
        case eventIDs = "event_ids"
    }

    init(from decoder: any Decoder) throws {
        // A bare string is accepted as well: it costs nothing and says the same.
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            (type, eventIDs) = (text, [])
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        type = fields.text(.type)
        eventIDs = fields.list(String.self, .eventIDs) ?? []
    }
}

struct StopDetailsWire: Decodable {
    let category: String?
    let explanation: String?

    enum CodingKeys: String, CodingKey { case category, explanation }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        category = fields.text(.category)
        explanation = fields.text(.explanation)
    }
}

extension StopReason {
    init(_ wire: StopReasonWire?, details: StopDetailsWire?) {
        self =
            switch wire?.type {
            case "end_turn"?: .endTurn
            case "requires_action"?: .requiresAction(eventIDs: wire?.eventIDs ?? [])
            case "budget_reached"?: .budgetReached
            case "retries_exhausted"?: .retriesExhausted
            case "refusal"?: .refusal(category: details?.category, explanation: details?.explanation)
            case let other: .unknown(other ?? "")
            }
    }
}

extension SessionFault: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, message
        case retryStatus = "retry_status"
        case mcpServerName = "mcp_server_name"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        type = fields.text(.type) ?? ""
        message = fields.text(.message) ?? ""
        mcpServerName = fields.text(.mcpServerName)
        retry =
            switch fields.lenient(StopReasonWire.self, .retryStatus)?.type {
            case "retrying"?: .retrying
            case "exhausted"?: .exhausted
            case "terminal"?: .terminal
            case let other: .unknown(other ?? "")
            }
    }
}

struct ModelUsageWire: Decodable {
    let inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens: Int64?
    let speed: String?

    enum CodingKeys: String, CodingKey {
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case speed
        case cacheReadInputTokens = "cache_read_input_tokens"
        case cacheCreationInputTokens = "cache_creation_input_tokens"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        inputTokens = fields.integer(.inputTokens)
        outputTokens = fields.integer(.outputTokens)
        cacheReadInputTokens = fields.integer(.cacheReadInputTokens)
        cacheCreationInputTokens = fields.integer(.cacheCreationInputTokens)
        speed = fields.text(.speed)
    }
}
