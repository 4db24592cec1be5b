import Foundation

extension SlackClient {
    /// Opens a modal that asks for one text. `triggerID` comes with a button press and works once, within 3 seconds.
    /// The answer arrives as a `view_submission` with `callbackID` and `privateMetadata`.
    package func askForText(_ question: SlackQuestion, triggerID: String) async throws(VendorError) {
        struct Body: Encodable {
            let triggerID: String
            let view: SlackQuestion
            enum CodingKeys: String, CodingKey { case triggerID = "trigger_id", view }
        }
        struct Answer: Decodable { let ok: Bool }
        try await send("views.open", Body(triggerID: triggerID, view: question), as: Answer.self)
    }

    /// Answers a command or a press through the address that came with it: five times at most, within 30 minutes. Only
    /// Slack's own host is written to, or the one this client was pointed at.
    package func respond(_ text: String, to responseURL: String) async throws(VendorError) {
        struct Body: Encodable {
            let text: String
            let responseType = "ephemeral"
            enum CodingKeys: String, CodingKey { case text, responseType = "response_type" }
        }
        var request = VendorRequest(vendor: .slack, operation: "response_url", method: .post, url: responseURL)
        guard isOurs(responseURL) else { throw request.failure(.unreadable(field: "response_url")) }
        request.headers["content-type"] = "application/json; charset=utf-8"
        request.body = .bytes(try RequestJSON.bytes(Body(text: text), request))
        let response = try await transport.send(request)
        guard response.isSuccess else { throw SlackFailure.error(response, request, now: now()) }
    }

    private func isOurs(_ address: String) -> Bool {
        guard let url = URLComponents(string: address), let own = URLComponents(string: baseURL), url.user == nil else {
            return false
        }
        if url.scheme == "https", url.host == "hooks.slack.com", url.port == nil { return true }
        return url.scheme == own.scheme && url.host == own.host && url.port == own.port
    }

    /// Shows a message to one person only, in a channel the bot is in.
    package func postEphemeral(_ text: String, channel: String, user: String) async throws(VendorError) {
        struct Body: Encodable { let channel: String, user: String, text: String }
        struct Answer: Decodable { let ok: Bool }
        try await send("chat.postEphemeral", Body(channel: channel, user: user, text: text), as: Answer.self)
    }
}

/// A modal with one text field. (Block Kit modal: title and buttons at most 24 characters, label 2,000.)
package struct SlackQuestion: Sendable, Encodable {
    package var callbackID: String
    package var title: String
    package var label: String
    package var submit: String
    /// Comes back unseen with the answer; at most 3,000 characters.
    package var privateMetadata: String
    /// Where the answer's text is found in the submission.
    package static let blockID = "answer", actionID = "text"

    package init(callbackID: String, title: String, label: String, submit: String, privateMetadata: String) {
        self.callbackID = callbackID
        self.title = title
        self.label = label
        self.submit = submit
        self.privateMetadata = privateMetadata
    }

    private enum Keys: String, CodingKey {
        case type, title, submit, close, blocks, callbackID = "callback_id", privateMetadata = "private_metadata"
    }

    private struct Plain: Encodable {
        let type = "plain_text"
        let text: String
    }

    private struct Input: Encodable {
        struct Element: Encodable {
            let type = "plain_text_input"
            let actionID = SlackQuestion.actionID
            let isMultiline = true
            let lengthMax = 1_000
            enum CodingKeys: String, CodingKey {
                case type, actionID = "action_id", isMultiline = "multiline", lengthMax = "max_length"
            }
        }
        let type = "input"
        let blockID = SlackQuestion.blockID
        let label: Plain
        let element = Element()
        enum CodingKeys: String, CodingKey { case type, blockID = "block_id", label, element }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode("modal", forKey: .type)
        try fields.encode(callbackID, forKey: .callbackID)
        try fields.encode(privateMetadata, forKey: .privateMetadata)
        try fields.encode(Plain(text: String(title.prefix(24))), forKey: .title)
        try fields.encode(Plain(text: String(submit.prefix(24))), forKey: .submit)
        try fields.encode(Plain(text: "Cancel"), forKey: .close)
        try fields.encode([Input(label: Plain(text: String(label.prefix(2_000))))], forKey: .blocks)
    }
}
