/// One call to a model whose answer can only be the input of one tool: no prose, and nothing it could set going.
package struct ModelQuestion: Sendable {
    package let model: String
    /// What it is to do: ours alone, never anything people wrote.
    package let system: String
    /// What it is about, as one JSON document: data, whatever it says.
    package let data: String
    /// Letters, digits, `_` and `-`, 64 characters at most.
    package let tool: String
    package let toolDescription: String
    /// The JSON schema of the tool's input.
    package let schema: String
    package let outputTokensMax: Int
    package let timeoutSeconds: Double

    package init(
        model: String, system: String, data: String, tool: String, toolDescription: String, schema: String,
        outputTokensMax: Int, timeoutSeconds: Double
    ) {
        self.model = model
        self.system = system
        self.data = data
        self.tool = tool
        self.toolDescription = toolDescription
        self.schema = schema
        self.outputTokensMax = outputTokensMax
        self.timeoutSeconds = timeoutSeconds
    }
}

package struct ModelAnswer: Sendable, Hashable {
    /// What it put into the tool, as JSON; nil when it did anything else, or was cut off.
    package let input: String?
    /// "tool_use", "max_tokens", "refusal", …
    package let stopReason: String
    /// The one that answered, which may be a dated name of the one asked.
    package let model: String
    /// Nil when the answer does not tell.
    package let inputTokens, outputTokens: Int64?
    package let cacheReadTokens, cacheWriteTokens: Int64
    package let requestID: String?
}
