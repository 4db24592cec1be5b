import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Slack's Web API, played locally: one workspace with a few channels and people, buttons that really press, and the
/// /channels page.
final class SlackStandIn: StandIn {
    static let argumentBytesMax = 1 << 20
    /// Slack takes files of up to 1 GB; the stand-in keeps them in memory and stops here.
    static let fileBytesMax = 64 << 20
    static let scopes = [
        "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write",
        "groups:history", "groups:read", "im:write", "users:read", "users:read.email",
    ]

    let name = "slack"
    let page = (path: "/channels", title: "Slack: channels")
    let frame: SandboxFrame
    let presses = SlackPresses()
    private let workspace = Mutex(SlackSeed.workspace())
    private let now: @Sendable () -> Int

    /// - Parameter now: Unix microseconds.
    init(
        _ frame: SandboxFrame,
        now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1_000_000) }
    ) {
        self.frame = frame
        self.now = now
    }

    var nowSeconds: Int { now() / 1_000_000 }

    func read<Value>(_ look: (SlackWorkspace) throws(SlackRefusal) -> Value) throws(SlackRefusal) -> Value {
        try look(workspace.withLock { $0 })
    }

    func change<Value>(
        _ change: (inout SlackWorkspace, Int) throws(SlackRefusal) -> Value
    ) throws(SlackRefusal) -> Value {
        try workspace.withLock { workspace throws(SlackRefusal) in try change(&workspace, now()) }
    }

    func reset() async {
        workspace.withLock { $0 = SlackSeed.workspace() }
        presses.forget()
    }

    func state() async -> JSON {
        let workspace = workspace.withLock { $0 }
        let messages = workspace.messages.map { message -> JSON in
            .compact([
                "channel": .string(message.channelID),
                "channel_name": JSON(workspace.channels.first { $0.id == message.channelID }?.name),
                "ts": .string(message.ts), "user": .string(message.userID), "text": .string(message.text),
                "blocks": .array(message.blocks), "metadata": message.metadata ?? .null,
                "thread_ts": JSON(message.threadTS), "edited": .bool(message.edited != nil),
                "ephemeral_to": message.onlyFor.map { .string($0) },
                "files": message.fileIDs.isEmpty ? nil : .array(message.fileIDs.map { .string($0) }),
            ])
        }
        let files = workspace.files.values.sorted { $0.id < $1.id }.map { file -> JSON in
            ["id": .string(file.id), "title": .string(file.title), "size": .int(file.bytes?.count ?? 0)]
        }
        return ["messages": .array(messages), "files": .array(files)]
    }

    func addRoutes(to router: Router<SandboxContext>) {
        router.post("/slack/api/:method") { [self] request, context in
            let method = try context.parameters.require("method")
            return try await standIn("slack", method, request, context) { await call(method, request) }
        }
        // The address a file goes to needs no token: its last part is the secret.
        router.post("/slack/upload/v1/:ticket") { [self] request, context in
            try await standIn("slack", "files.upload", request, context) { try await upload(request, context) }
        }
        router.post("/slack/response/:ticket") { [self] request, context in
            try await standIn("slack", "response_url", request, context) { try await respond(request, context) }
        }
        addControl(to: router)
        addPages(to: router)
    }

    /// Runs one method. Success and refusal alike are HTTP 200, as at Slack.
    private func call(_ method: String, _ request: Request) async -> Response {
        var scopes: HTTPFields = [:]
        if let name = HTTPField.Name("x-oauth-scopes") { scopes[name] = Self.scopes.joined(separator: ",") }
        do {
            guard let shape = SlackShapes.all[method] else { throw SlackRefusal("unknown_method") }
            let header = request.headers[.authorization]
            if let header { try check(token: header.hasPrefix("Bearer ") ? String(header.dropFirst(7)) : "") }
            let arguments = try await SlackArguments(request, bytesMax: Self.argumentBytesMax, shape: shape)
            if header == nil { try check(token: arguments.token) }
            var answer = try perform(method, arguments)
            answer["ok"] = true
            if !arguments.warnings.isEmpty {
                let warnings = JSON.array(arguments.warnings.map { .string($0) })
                answer["warning"] = .string(arguments.warnings.joined(separator: ","))
                var metadata = answer["response_metadata"] ?? [:]
                metadata["warnings"] = warnings
                answer["response_metadata"] = metadata
            }
            return .json(answer, headers: scopes)
        } catch let refusal as SlackRefusal {
            return .json(Self.no(refusal), headers: scopes)
        } catch {
            return .json(Self.no("invalid_form_data"), headers: scopes)
        }
    }

    static func no(_ refusal: SlackRefusal) -> JSON {
        .compact([
            "ok": false, "error": .string(refusal.code),
            "response_metadata": refusal.messages.isEmpty
                ? nil : ["messages": .array(refusal.messages.map { .string($0) })],
        ])
    }

    private func check(token: String?) throws(SlackRefusal) {
        guard let token, !token.isEmpty else { throw "not_authed" }
        guard token == frame.options.acceptedKeys.slack else { throw "invalid_auth" }
    }

    private func perform(_ method: String, _ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        switch method {
        case "auth.test": authTest()
        case "chat.postMessage": try postMessage(arguments)
        case "chat.postEphemeral": try postEphemeral(arguments)
        case "chat.update": try update(arguments)
        case "chat.delete": try delete(arguments)
        case "conversations.list": try listChannels(arguments)
        case "conversations.info": try channelInfo(arguments)
        case "conversations.join": try join(arguments)
        case "conversations.open": try openDirect(arguments)
        case "conversations.history": try history(arguments)
        case "conversations.replies": try replies(arguments)
        case "users.info": try userInfo(arguments)
        case "users.lookupByEmail": try lookup(arguments)
        case "files.getUploadURLExternal": try promiseUpload(arguments)
        case "files.completeUploadExternal": try completeUpload(arguments)
        case "files.info": try fileInfo(arguments)
        case "views.open": try openView(arguments)
        default: throw "unknown_method"
        }
    }
}
