import Foundation

extension AnthropicClient {
    static let messagesOperation = "POST messages"

    /// Asks once (POST /v1/messages), waiting at most the question's own time, a wait for a free slot included. A call
    /// that failed and `mayHaveHappened` may be billed all the same.
    package func ask(_ question: ModelQuestion) async throws(VendorError) -> ModelAnswer {
        let schema = (try? JSONDecoder().decode(JSONValue.self, from: Data(question.schema.utf8))) ?? .object([:])
        var request = try request(
            Self.messagesOperation, ["v1", "messages"], json: MessageBody(question, schema: schema))
        request.headers["anthropic-beta"] = nil
        request.timeoutSeconds = question.timeoutSeconds
        request.responseBytesMax = 1 << 20
        let response = try await timed(request)
        guard response.isSuccess else { throw AnthropicFailure.error(response, request, now: now()) }
        guard let reply = response.decoded(MessageReply.self), let stop = reply.stopReason else {
            throw request.failure(.unreadable(field: "message"), requestID: response.headers["request-id"])
        }
        return ModelAnswer(
            input: reply.input(of: question.tool), stopReason: stop, model: reply.model ?? question.model,
            inputTokens: reply.usage?.input, outputTokens: reply.usage?.output,
            cacheReadTokens: reply.usage?.cacheRead ?? 0, cacheWriteTokens: reply.usage?.cacheWrite ?? 0,
            requestID: response.headers["request-id"])
    }

    /// The name of a model people may use with this key. Free of charge.
    package func modelName(_ id: String) async throws(VendorError) -> String {
        var request = request("GET model", .get, ["v1", "models", id])
        request.headers["anthropic-beta"] = nil
        return try await call(request, as: ModelRecord.self, "model").id
    }

    /// The exchange has its own clock; this one, a little later, ends a wait before it.
    private func timed(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        do {
            return try await TimedTask.run(seconds: request.timeoutSeconds + 1) { [transport] in
                try await transport.send(request)
            }
        } catch let error as VendorError { throw error } catch {
            throw TransportFailure.error(from: error, request: request)
        }
    }
}

private struct ModelRecord: Decodable { let id: String }

private struct MessageBody: Encodable {
    struct Message: Encodable {
        let role = "user"
        let content: String
    }
    struct Tool: Encodable {
        let name, description: String
        let schema: JSONValue
        let strict = true
        enum CodingKeys: String, CodingKey {
            case name, description, strict
            case schema = "input_schema"
        }
    }
    struct Choice: Encodable {
        let type = "tool"
        let name: String
        let disableParallel = true
        enum CodingKeys: String, CodingKey {
            case type, name
            case disableParallel = "disable_parallel_tool_use"
        }
    }
    let model, system: String
    let messages: [Message]
    let tools: [Tool]
    let choice: Choice
    let tokensMax: Int

    enum CodingKeys: String, CodingKey {
        case model, system, messages, tools
        case choice = "tool_choice"
        case tokensMax = "max_tokens"
    }

    init(_ question: ModelQuestion, schema: JSONValue) {
        (model, system, tokensMax) = (question.model, question.system, question.outputTokensMax)
        messages = [Message(content: question.data)]
        tools = [Tool(name: question.tool, description: question.toolDescription, schema: schema)]
        choice = Choice(name: question.tool)
    }
}

private struct MessageReply: Decodable {
    struct Usage: Decodable {
        let input, output, cacheRead, cacheWrite: Int64?
        enum CodingKeys: String, CodingKey {
            case input = "input_tokens"
            case output = "output_tokens"
            case cacheRead = "cache_read_input_tokens"
            case cacheWrite = "cache_creation_input_tokens"
        }
        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            (input, output) = (fields.integer(.input), fields.integer(.output))
            (cacheRead, cacheWrite) = (fields.integer(.cacheRead), fields.integer(.cacheWrite))
        }
    }
    let content: [JSONValue]
    let stopReason, model: String?
    let usage: Usage?

    enum CodingKeys: String, CodingKey {
        case content, model, usage
        case stopReason = "stop_reason"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        content = fields.list(JSONValue.self, .content) ?? []
        (stopReason, model) = (fields.text(.stopReason), fields.text(.model))
        usage = fields.lenient(Usage.self, .usage)
    }

    /// The one thing it may do, done once and to the end.
    func input(of tool: String) -> String? {
        guard stopReason == "tool_use" else { return nil }
        let uses = content.filter { $0["type"] == .string("tool_use") }
        guard uses.count == 1, let use = uses.first, use["name"] == .string(tool), let input = use["input"],
            let bytes = try? RequestJSON.encoder.encode(input)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
