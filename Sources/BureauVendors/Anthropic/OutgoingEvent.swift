/// What can be sent to a session.
package enum OutgoingEvent: Hashable, Sendable {
    /// Queued while the session runs; refused while it waits for an answer.
    case message(String)
    case interrupt
    /// `toolUseID` is the id of the tool use *event*. The deny message goes to the agent.
    case toolConfirmation(toolUseID: String, allow: Bool, denyMessage: String?)
    case customToolResult(customToolUseID: String, text: String, isError: Bool)
}

extension OutgoingEvent: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, content, result
        case toolUseID = "tool_use_id"
        case denyMessage = "deny_message"
        case customToolUseID = "custom_tool_use_id"
        case isError = "is_error"
    }

    private struct TextBlock: Encodable {
        let type = "text"
        let text: String
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .message(let text):
            try fields.encode("user.message", forKey: .type)
            try fields.encode([TextBlock(text: text)], forKey: .content)
        case .interrupt:
            try fields.encode("user.interrupt", forKey: .type)
        case .toolConfirmation(let id, let allow, let denyMessage):
            try fields.encode("user.tool_confirmation", forKey: .type)
            try fields.encode(id, forKey: .toolUseID)
            try fields.encode(allow ? "allow" : "deny", forKey: .result)
            // The service refuses a deny message beside an allow.
            if !allow { try fields.encodeIfPresent(denyMessage, forKey: .denyMessage) }
        case .customToolResult(let id, let text, let isError):
            try fields.encode("user.custom_tool_result", forKey: .type)
            try fields.encode(id, forKey: .customToolUseID)
            try fields.encode([TextBlock(text: text)], forKey: .content)
            try fields.encode(isError, forKey: .isError)
        }
    }
}
