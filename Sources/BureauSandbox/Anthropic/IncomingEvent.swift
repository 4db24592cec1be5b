/// A client's event whose shape has been checked; whether the session takes it now is another question.
struct IncomingEvent: Sendable {
    enum Kind: Sendable, Hashable {
        case message, interrupt, outcome, system
        case confirmation(of: String, allow: Bool, reason: String?)
        case customResult(of: String)
    }
    let kind: Kind
    let members: [String: JSON]

    init(_ json: JSON, at path: String) throws(AnthropicProblem) {
        guard let members = json.object else { throw .invalid("\(path): Input should be an object") }
        guard let type = members["type"]?.string else { throw .invalid("\(path).type: Field required") }
        guard let known = Self.fields[type] else {
            throw .invalid("\(path).type: \"\(type)\" is not an event that can be sent to this session")
        }
        try NewSession.refuseStrangers(in: members, known: known.union(["type"]), at: path)
        self.members = members
        kind = try Self.kind(type, members, path)
    }

    private static let fields: [String: Set<String>] = [
        "user.message": ["content"],
        "user.interrupt": ["session_thread_id"],
        "user.tool_confirmation": ["tool_use_id", "result", "deny_message"],
        "user.custom_tool_result": ["custom_tool_use_id", "content", "is_error"],
        "user.define_outcome": ["description", "rubric", "max_iterations"],
        "system.message": ["content"],
    ]

    private static func kind(
        _ type: String, _ members: [String: JSON], _ path: String
    ) throws(AnthropicProblem) -> Kind {
        switch type {
        case "user.message":
            try content(members["content"], ["text", "image", "document"], path)
            return .message
        case "system.message":
            try content(members["content"], ["text"], path)
            return .system
        case "user.interrupt":
            return .interrupt
        case "user.tool_confirmation":
            return try confirmation(members, path)
        case "user.custom_tool_result":
            guard let id = members["custom_tool_use_id"]?.string else {
                throw .invalid("\(path).custom_tool_use_id: Field required")
            }
            if let content = members["content"] { try Self.content(content, ["text", "image", "document"], path) }
            return .customResult(of: id)
        default:
            guard members["description"]?.string?.isEmpty == false else {
                throw .invalid("\(path).description: Field required")
            }
            guard members["rubric"]?["type"]?.string != nil else { throw .invalid("\(path).rubric: Field required") }
            return .outcome
        }
    }

    private static func confirmation(_ members: [String: JSON], _ path: String) throws(AnthropicProblem) -> Kind {
        guard let id = members["tool_use_id"]?.string else { throw .invalid("\(path).tool_use_id: Field required") }
        let reason = members["deny_message"]
        switch members["result"]?.string {
        case "allow":
            guard reason == nil || reason == .null else {
                throw .invalid("\(path).deny_message: only allowed when result is 'deny'")
            }
            return .confirmation(of: id, allow: true, reason: nil)
        case "deny":
            return .confirmation(of: id, allow: false, reason: reason?.string)
        default:
            throw .invalid("\(path).result: Input should be 'allow' or 'deny'")
        }
    }

    /// Content is a list of blocks; a bare string is not taken.
    private static func content(_ value: JSON?, _ types: Set<String>, _ path: String) throws(AnthropicProblem) {
        guard let blocks = value?.array, !blocks.isEmpty else {
            throw .invalid("\(path).content: Input should be a non-empty list of blocks")
        }
        for (index, block) in blocks.enumerated() {
            guard let type = block["type"]?.string, types.contains(type) else {
                throw .invalid("\(path).content.\(index).type: Input should be one of \(types.sorted())")
            }
            if type == "text", block["text"]?.string?.isEmpty ?? true {
                throw .invalid("\(path).content.\(index).text: text content blocks must be non-empty")
            }
        }
    }

    /// All text of the event, for scripts that read what they were told.
    static func text(of members: [String: JSON]) -> String {
        (members["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
}
