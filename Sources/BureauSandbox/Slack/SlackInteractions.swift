import Foundation
import HTTPTypes
import Hummingbird

/// Buttons and commands on their way to the product: signed, form-encoded, three seconds to answer.
extension SlackStandIn {
    static let answerSecondsMax: Int64 = 3

    func addControl(to router: Router<SandboxContext>) {
        router.post("/_control/slack/click") { [self] request, context in
            let body = try await request.json(context)
            return await outcome {
                try await click(
                    channelID: body["channel"]?.string ?? "", ts: body["ts"]?.string ?? "",
                    actionID: body["action_id"]?.string ?? "", userID: body["user"]?.string ?? "U0JAKE")
            }
        }
        router.post("/_control/slack/submit") { [self] request, context in
            let body = try await request.json(context)
            return await outcome {
                try await submit(text: body["text"]?.string ?? "", userID: body["user"]?.string ?? "U0JAKE")
            }
        }
        router.post("/_control/slack/command") { [self] request, context in
            let body = try await request.json(context)
            return await outcome {
                try await command(
                    body["command"]?.string ?? "/bureau", text: body["text"]?.string ?? "",
                    channelID: body["channel"]?.string ?? "C0RESULTS", userID: body["user"]?.string ?? "U0JAKE")
            }
        }
    }

    private func outcome(_ perform: () async throws -> JSON) async -> Response {
        do {
            return .json(try await perform())
        } catch {
            let code = (error as? SlackRefusal)?.code ?? "failed"
            return .json(["error": .string(code)], status: .badRequest)
        }
    }

    /// Presses a button of a message as a person would. Answers what the product said.
    func click(channelID: String, ts: String, actionID: String, userID: String) async throws -> JSON {
        let (message, user, channel) = try read { workspace throws(SlackRefusal) in
            guard let message = workspace.message(channelID, ts) else { throw "message_not_found" }
            guard let user = workspace.users.first(where: { $0.id == userID }) else { throw "user_not_found" }
            return (message, user, try workspace.channel(channelID))
        }
        guard let (block, element) = Self.button(actionID, in: message.blocks) else {
            throw SlackRefusal("action_not_found")
        }
        let opened = presses.open(.init(channelID: channelID, userID: userID, messageTS: ts), now: nowSeconds)
        let actionTS = try change { workspace, now throws(SlackRefusal) in workspace.makeTS(now) }
        var action = element
        action["block_id"] = block["block_id"] ?? .null
        action["action_ts"] = .string(actionTS)
        for name in ["accessibility_label", "confirm"] { action[name] = nil }
        let payload: JSON = [
            "type": "block_actions", "team": ["id": .string(SlackWorkspace.teamID), "domain": "agency-demo"],
            "user": [
                "id": .string(user.id), "username": .string(user.name), "name": .string(user.name),
                "team_id": .string(SlackWorkspace.teamID),
            ],
            "api_app_id": .string(SlackWorkspace.appID), "token": "deprecated",
            "trigger_id": .string(opened.trigger),
            "response_url": .string("\(frame.baseURL)/slack/response/\(opened.ticket)"),
            "container": [
                "type": "message", "message_ts": .string(ts), "channel_id": .string(channelID),
                "is_ephemeral": .bool(message.onlyFor != nil),
            ],
            "channel": ["id": .string(channelID), "name": .string(channel.name)],
            "message": message.onlyFor == nil ? SlackRender.message(message) : nil, "state": ["values": [:]],
            "actions": [action],
        ]
        let answer = try await send([("payload", payload.text)], to: "/slack/interactions", subject: actionID)
        return .compact([
            "status": answer.map { .int($0.status) } ?? .null, "body": JSON(answer?.body),
            "trigger_id": .string(opened.trigger), "action_ts": .string(actionTS),
        ])
    }

    /// Fills in the form that was opened last and sends it, as a person would: every text field gets `text`.
    func submit(text: String, userID: String) async throws -> JSON {
        guard let view = presses.lastView else { throw SlackRefusal("view_not_found") }
        guard let user = try read({ workspace throws(SlackRefusal) in workspace.users.first { $0.id == userID } })
        else {
            throw SlackRefusal("user_not_found")
        }
        var values: [String: JSON] = [:]
        for block in view["blocks"]?.array ?? [] where block["type"]?.string == "input" {
            guard let id = block["block_id"]?.string, let action = block["element"]?["action_id"]?.string else {
                continue
            }
            values[id] = .object([action: ["type": "plain_text_input", "value": .string(text)]])
        }
        var submitted = view
        submitted["state"] = .object(["values": .object(values)])
        let payload: JSON = [
            "type": "view_submission", "team": ["id": .string(SlackWorkspace.teamID), "domain": "agency-demo"],
            "user": ["id": .string(user.id), "username": .string(user.name), "name": .string(user.name)],
            "api_app_id": .string(SlackWorkspace.appID), "token": "deprecated", "trigger_id": "1.2.submit",
            "view": submitted,
        ]
        let answer = try await send([("payload", payload.text)], to: "/slack/interactions", subject: "view_submission")
        return .compact(["status": answer.map { .int($0.status) } ?? .null, "body": JSON(answer?.body)])
    }

    /// Types a slash command as a person would.
    func command(_ command: String, text: String, channelID: String, userID: String) async throws -> JSON {
        let (user, channel) = try read { workspace throws(SlackRefusal) in
            guard let user = workspace.users.first(where: { $0.id == userID }) else { throw "user_not_found" }
            return (user, try workspace.channel(channelID))
        }
        let opened = presses.open(.init(channelID: channelID, userID: userID, messageTS: nil), now: nowSeconds)
        let fields = [
            ("token", "deprecated"), ("team_id", SlackWorkspace.teamID), ("team_domain", "agency-demo"),
            ("channel_id", channel.id), ("channel_name", channel.name), ("user_id", user.id), ("user_name", user.name),
            ("command", command), ("text", text), ("api_app_id", SlackWorkspace.appID),
            ("is_enterprise_install", "false"),
            ("response_url", "\(frame.baseURL)/slack/response/\(opened.ticket)"), ("trigger_id", opened.trigger),
        ]
        let answer = try await send(fields, to: "/slack/commands", subject: command)
        if let answer, answer.isAccepted, !answer.body.isEmpty {
            let origin = SlackPresses.Origin(channelID: channelID, userID: userID, messageTS: nil)
            let json = try? JSON(parsing: Data(answer.body.utf8))
            try say(json?.object == nil ? ["text": .string(answer.body)] : json ?? [:], for: origin)
        }
        return .compact([
            "status": answer.map { .int($0.status) } ?? .null, "body": JSON(answer?.body),
            "trigger_id": .string(opened.trigger),
        ])
    }

    private func send(_ fields: [(String, String)], to path: String, subject: String) async throws -> Outbound.Answer? {
        guard let product = frame.productURL else { throw SlackRefusal("no_product_address") }
        let body = Array(FormFields.encode(fields).utf8), timestamp = String(nowSeconds)
        let signed = Array("v0:\(timestamp):".utf8) + body
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"), ("X-Slack-Request-Timestamp", timestamp),
            ("X-Slack-Signature", "v0=" + hexHMAC(signed, secret: frame.options.slackSigningSecret)),
        ]
        let entry = frame.log.open(
            "slack", path == "/slack/commands" ? "command.send" : "interaction.send", method: "POST", path: path,
            subject: subject)
        let answer = await frame.options.post(
            product + path, headers, body, Self.answerSecondsMax * Int64(frame.options.slackPatience))
        frame.log.close(entry, outcome: answer.map { String($0.status) } ?? "no answer")
        return answer
    }

    private static func button(_ actionID: String, in blocks: [JSON]) -> (block: JSON, element: JSON)? {
        for block in blocks {
            let elements = (block["elements"]?.array ?? []) + (block["accessory"].map { [$0] } ?? [])
            if let element = elements.first(where: { $0["action_id"]?.string == actionID }) { return (block, element) }
        }
        return nil
    }

    // MARK: What comes back

    /// The response address of a press or a command: `replace_original`, `delete_original`, or a new message.
    func respond(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let ticket = try context.parameters.require("ticket")
        let body = try await request.json(context)
        switch presses.use(ticket: ticket, now: nowSeconds) {
        case .failure(let refusal):
            return .json(Self.no(refusal), status: .notFound)
        case .success(let origin):
            do { try say(body, for: origin) } catch { return .json(Self.no(error)) }
            return .bytes("ok", type: "text/plain")
        }
    }

    private func say(_ body: JSON, for origin: SlackPresses.Origin) throws(SlackRefusal) {
        let blocks = body["blocks"]?.array
        try SlackBlocks.check(blocks ?? [])
        try change { workspace, now throws(SlackRefusal) in
            if let ts = origin.messageTS, body["delete_original"]?.bool == true {
                return try workspace.delete(origin.channelID, ts)
            }
            if let ts = origin.messageTS, body["replace_original"]?.bool == true {
                let change = SlackChange(text: body["text"]?.string, blocks: blocks)
                _ = try workspace.update(origin.channelID, ts, change, now: now)
                return
            }
            var draft = SlackDraft(channel: origin.channelID, text: body["text"]?.string ?? "")
            draft.blocks = blocks ?? []
            draft.threadTS = body["thread_ts"]?.string
            draft.onlyFor = body["response_type"]?.string == "in_channel" ? nil : origin.userID
            _ = try workspace.post(draft, as: SlackWorkspace.botUserID, now: now)
        }
    }

    func openView(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        guard let view = arguments["view"], ["modal", "home"].contains(view["type"]?.string ?? ""),
            let title = view["title"]?["text"]?.string, (1...24).contains(title.count),
            let blocks = view["blocks"]?.array
        else { throw SlackRefusal("invalid_arguments", ["[ERROR] a view needs type, title and blocks"]) }
        try SlackBlocks.check(blocks, max: 100, isModal: true)
        guard view.bytes.count <= 250_000 else { throw "view_too_large" }
        try presses.spend(
            trigger: arguments.string("trigger_id") ?? "", view: view, now: nowSeconds,
            patience: frame.options.slackPatience)
        let id = try change { workspace, now throws(SlackRefusal) in workspace.makeID("V", now) }
        var opened = view
        opened["id"] = .string(id)
        opened["team_id"] = .string(SlackWorkspace.teamID)
        return ["view": opened]
    }
}
