import HTTPTypes
import Hummingbird
import Synchronization

/// What the model will answer next: scripted by tests and people, and kept with what it was asked.
final class MessageDesk: Sendable {
    /// One scripted answer. `input` is put into the tool as it stands, fitting or not.
    struct Answer: Sendable {
        var input: JSON?
        var text: String?
        var stopReason: String?
        /// Only for requests whose text holds this.
        var about: String?
        var left: Int
    }
    struct Asked: Sendable {
        let request: NewMessage
        let answer: JSON
    }
    static let askedMax = 1_000

    private struct Desk {
        var answers: [Answer] = []
        var asked: [Asked] = []
    }
    private let desk = Mutex(Desk())

    var asked: [Asked] { desk.withLock { $0.asked } }
    func script(_ answer: Answer) { desk.withLock { $0.answers.append(answer) } }
    func reset() { desk.withLock { $0 = Desk() } }

    func next(_ request: NewMessage) -> Answer? {
        desk.withLock { desk in
            let whole = request.texts.joined(separator: "\n")
            guard let index = desk.answers.firstIndex(where: { $0.about.map(whole.contains) ?? true }) else {
                return nil
            }
            let answer = desk.answers[index]
            desk.answers[index].left -= 1
            if desk.answers[index].left <= 0 { desk.answers.remove(at: index) }
            return answer
        }
    }

    func keep(_ request: NewMessage, _ answer: JSON) {
        desk.withLock { desk in
            if desk.asked.count >= Self.askedMax { desk.asked.removeFirst() }
            desk.asked.append(Asked(request: request, answer: answer))
        }
    }
}

extension AnthropicStandIn {
    /// `POST /v1/messages`: one model call, answered whole.
    func addMessageRoutes(to api: RouterGroup<SandboxContext>) {
        api.post("/messages") { [self] request, context in
            try await call("message.create", request, context, beta: .optional) {
                _ = try Query(request, known: [])
                let new = try NewMessage(try await request.vendorJSON(context))
                let answer = answer(new)
                messages.keep(new, answer)
                frame.log.note("\(new.model): \(answer["stop_reason"]?.string ?? "")")
                return .json(answer)
            }
        }
        api.get("/models/:id") { [self] request, context in
            let id = context.parameters.get("id") ?? ""
            return try await call("model.get", request, context, beta: .optional, subject: id) {
                guard NewMessage.models.contains(id) else { throw AnthropicProblem.missing("model: \(id)") }
                return .json([
                    "type": "model", "id": .string(id), "display_name": .string(id),
                    "created_at": "2026-08-01T00:00:00Z",
                ])
            }
        }
    }

    /// `POST /_control/message`: `input` (what is put into the tool), `text` (prose in its place), `stop_reason`,
    /// `about` (only for requests that hold this text) and `times`.
    func scriptMessage(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let body = try await request.json(context)
        guard let members = body.object, let left = (members["times"] ?? 1).int, left > 0 else {
            return .json(["error": "An object is expected; “times” is a whole number above 0."], status: .badRequest)
        }
        messages.script(
            MessageDesk.Answer(
                input: members["input"], text: members["text"]?.string, stopReason: members["stop_reason"]?.string,
                about: members["about"]?.string, left: left))
        return .json(["ok": true])
    }

    private func answer(_ new: NewMessage) -> JSON {
        let scripted = messages.next(new)
        var content: [JSON] = []
        if let text = scripted?.text { content.append(["type": "text", "text": .string(text)]) }
        if scripted?.text == nil, let tool = new.forcedTool, let schema = new.tools[tool] {
            let input = scripted?.input ?? Self.plainInput(schema, new.texts.last ?? "")
            content.append([
                "type": "tool_use", "id": .string(Identifier.make("toolu")), "name": .string(tool), "input": input,
            ])
        } else if scripted?.text == nil {
            content.append(["type": "text", "text": "Understood."])
        }
        let usual = new.forcedTool != nil && scripted?.text == nil ? "tool_use" : "end_turn"
        let read = new.system.utf8.count + new.texts.reduce(0) { $0 + $1.utf8.count } + 900
        let written = min(new.tokensMax, content.reduce(0) { $0 + $1.text.utf8.count } / 4 + 1)
        return [
            "id": .string(Identifier.make("msg")), "type": "message", "role": "assistant",
            "model": .string(new.model), "content": .array(content),
            "stop_reason": .string(scripted?.stopReason ?? usual), "stop_sequence": nil,
            "usage": [
                "input_tokens": .int(read / 4), "output_tokens": .int(written), "cache_read_input_tokens": 0,
                "cache_creation_input_tokens": 0, "service_tier": "standard",
            ],
        ]
    }

    /// Something that fits the schema: of an enumeration the word whose usual signs stand in the text, for whole numbers 90.
    private static func plainInput(_ schema: JSON, _ text: String) -> JSON {
        var input: [String: JSON] = [:]
        for (name, property) in schema["properties"]?.object ?? [:] {
            switch property["type"]?.string {
            case "string":
                let words = property["enum"]?.array?.compactMap(\.string) ?? []
                input[name] = .string(words.first { fits($0, text.lowercased()) } ?? words.first ?? "")
            case "integer": input[name] = 90
            case "boolean": input[name] = false
            default: input[name] = .null
            }
        }
        return .object(input)
    }

    private static func fits(_ word: String, _ text: String) -> Bool {
        let signs: [String: [String]] = [
            "revision_request": ["please", "change", "should", "wrong", "shorten", "fix"],
            "scope_change": ["another", "as well", "in addition"],
            "discussion": ["?"], "no_op": ["thanks", "fyi"], "acceptance": ["approve", "accept", "good to go"],
        ]
        return signs[word]?.contains(where: text.contains) ?? false
    }
}
