/// A checked request of the Messages API. Strict where the vendor is: unknown members, sampling parameters of older
/// versions and malformed tools are refused.
struct NewMessage: Sendable {
    var model: String
    var tokensMax: Int
    var system: String
    var texts: [String]
    /// The tools' names, each with the schema of its input.
    var tools: [String: JSON] = [:]
    /// The tool the model has to use; nil leaves it the choice.
    var forcedTool: String?

    private static let fields: Set = [
        "model", "max_tokens", "system", "messages", "tools", "tool_choice", "metadata", "stop_sequences",
        "output_config", "thinking", "service_tier", "stream",
    ]
    static let models: Set = [
        "claude-haiku-5-5", "claude-haiku-4-5", "claude-sonnet-5-5", "claude-sonnet-5", "claude-opus-5-5",
    ]
    private static let tokensLimit = 64_000

    init(_ body: JSON) throws(AnthropicProblem) {
        guard let members = body.object else { throw .invalid("body: Input should be an object") }
        for name in ["temperature", "top_p", "top_k"] where members[name] != nil {
            throw .invalid("\(name): Extra inputs are not permitted")
        }
        try NewSession.refuseStrangers(in: members, known: Self.fields, at: "")
        guard let model = members["model"]?.string else { throw .invalid("model: Field required") }
        guard Self.models.contains(model) else {
            throw AnthropicProblem(404, "model: \(model)", type: "not_found_error")
        }
        guard let most = members["max_tokens"]?.int else { throw .invalid("max_tokens: Field required") }
        guard (1...Self.tokensLimit).contains(most) else {
            throw .invalid("max_tokens: \(most) is not between 1 and \(Self.tokensLimit)")
        }
        guard members["stream"] == nil || members["stream"] == .bool(false) else {
            throw .invalid("stream: this stand-in answers whole messages")
        }
        (self.model, tokensMax, system) = (model, most, try Self.text(members["system"], "system"))
        texts = try Self.messages(members["messages"])
        try readTools(members)
    }

    private static func messages(_ value: JSON?) throws(AnthropicProblem) -> [String] {
        guard let list = value?.array, !list.isEmpty else {
            throw .invalid("messages: at least one message is required")
        }
        guard list.last?["role"]?.string == "user" else {
            throw .invalid(
                "This model does not support assistant message prefill. The conversation must end with a user message.")
        }
        var texts: [String] = []
        for (index, message) in list.enumerated() {
            guard let members = message.object, let role = members["role"]?.string,
                ["user", "assistant"].contains(role)
            else { throw .invalid("messages.\(index).role: Input should be 'user' or 'assistant'") }
            try NewSession.refuseStrangers(in: members, known: ["role", "content"], at: "messages.\(index)")
            let text = try Self.text(members["content"], "messages.\(index).content")
            guard !text.isEmpty else { throw .invalid("messages.\(index): user messages must have non-empty content") }
            texts.append(text)
        }
        return texts
    }

    /// Text, or a list of text blocks.
    private static func text(_ value: JSON?, _ path: String) throws(AnthropicProblem) -> String {
        guard let value, !value.isNull else { return "" }
        if let text = value.string { return text }
        guard let blocks = value.array else { throw .invalid("\(path): Input should be a valid string or list") }
        var whole: [String] = []
        for (index, block) in blocks.enumerated() {
            guard block["type"]?.string == "text", let text = block["text"]?.string else {
                throw .invalid("\(path).\(index).type: this stand-in reads text blocks")
            }
            whole.append(text)
        }
        return whole.joined(separator: "\n")
    }

    private mutating func readTools(_ members: [String: JSON]) throws(AnthropicProblem) {
        for (index, tool) in (members["tools"]?.array ?? []).enumerated() {
            let path = "tools.\(index)"
            guard let fields = tool.object else { throw .invalid("\(path): Input should be an object") }
            try NewSession.refuseStrangers(
                in: fields, known: ["name", "description", "input_schema", "strict", "cache_control", "type"], at: path)
            guard let name = fields["name"]?.string, (1...64).contains(name.utf8.count),
                name.utf8.allSatisfy({ Self.isNameByte($0) })
            else { throw .invalid("\(path).name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'") }
            guard let schema = fields["input_schema"], schema["type"]?.string == "object" else {
                throw .invalid("\(path).input_schema.type: Field required")
            }
            if fields["strict"] == .bool(true), schema["additionalProperties"] != .bool(false) {
                throw .invalid("\(path).input_schema: strict tools need additionalProperties: false")
            }
            tools[name] = schema
        }
        guard let choice = members["tool_choice"] else { return }
        guard let fields = choice.object, let type = fields["type"]?.string else {
            throw .invalid("tool_choice: Input should be an object")
        }
        try NewSession.refuseStrangers(
            in: fields, known: ["type", "name", "disable_parallel_tool_use"], at: "tool_choice")
        guard type == "tool" else {
            guard ["auto", "any", "none"].contains(type) else {
                throw .invalid("tool_choice.type: \"\(type)\" is not a choice")
            }
            return
        }
        guard let name = fields["name"]?.string, tools[name] != nil else {
            throw .invalid("tool_choice.name: Tool '\(fields["name"]?.string ?? "")' not found in provided tools")
        }
        forcedTool = name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
