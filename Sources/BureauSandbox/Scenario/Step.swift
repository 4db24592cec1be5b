import Foundation

/// One thing a scripted session does. A script is a sequence of these; `TurnRunner` turns them into events.
enum Step: Sendable {
    /// One model request: what the model says and calls between its span's start and end, then the calls' results.
    case request([Piece], Usage.Tokens)
    case file(OutputFile)
    /// An event of any type, for what clients must take in without knowing it.
    case event(String, [String: JSON])
    case error(type: String, message: String, retry: String)
    case rescheduled
    /// A sub-agent does one model request in a thread of its own, and hands its result back.
    case delegate(SubAgent)
    /// Nothing more, until someone interrupts.
    case silence
    case finish(Finish)

    enum Piece: Sendable {
        case thinking
        case message(String)
        case call(ToolCall)
    }

    enum Finish: Sendable { case endTurn, refusal, retriesExhausted, terminated }
}

/// A tool the scripted agent uses, with the result it will get.
struct ToolCall: Sendable {
    enum Kind: Sendable, Hashable {
        case builtIn
        case mcp(server: String)
        /// Carried out by the client.
        case custom
    }
    var kind = Kind.builtIn
    var name: String
    var input: JSON
    var result: String
    var isError = false
    /// Waits for a person.
    var asks = false
    /// True when the session cannot go on by itself after this call.
    var waits: Bool { asks || kind == .custom }

    static func bash(_ command: String, _ result: String) -> ToolCall {
        ToolCall(name: "bash", input: ["command": .string(command)], result: result)
    }
    static func fetch(_ url: String, _ result: String) -> ToolCall {
        ToolCall(name: "web_fetch", input: ["url": .string(url)], result: result)
    }
    static func search(_ query: String, _ result: String) -> ToolCall {
        ToolCall(name: "web_search", input: ["query": .string(query)], result: result)
    }
    static func write(_ path: String, bytes: Int) -> ToolCall {
        ToolCall(
            name: "write", input: ["file_path": .string(path), "content": "(\(bytes) bytes)"],
            result: "Wrote \(bytes) bytes to \(path)")
    }
    static func mcp(_ server: String, _ name: String, _ input: JSON, _ result: String, asks: Bool = false) -> ToolCall {
        ToolCall(kind: .mcp(server: server), name: name, input: input, result: result, asks: asks)
    }
}

extension ToolCall {
    /// What comes before an input that the agent is told to use, on the next line.
    private static let telling = "with exactly this input:\n"

    /// The same call with the input that a refusal asks for. Nil when it asks for none.
    func asTold(in refusal: String) -> ToolCall? {
        guard let start = refusal.range(of: Self.telling, options: .backwards)?.upperBound,
            let told = try? JSON(parsing: Data(refusal[start...].utf8)), told.object != nil
        else { return nil }
        var call = self
        call.input = told
        return call
    }
}

/// A sub-agent of the session: its name and model, what it is asked, what it does, what it answers.
struct SubAgent: Sendable {
    var name: String
    var model: String
    var task: String
    var pieces: [Step.Piece]
    var answer: String
    var tokens: Usage.Tokens

    /// What its thread tells of it.
    var record: AgentRecord {
        AgentRecord(id: "agent_\(name)", name: name, model: model, system: "", version: 1, scenario: .sentinel)
    }
}

/// What a session leaves under its outputs folder.
struct OutputFile: Sendable {
    var name: String
    var mimeType: String
    var bytes: [UInt8]
}
