import BureauSandbox
import Testing

private struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "chat.postMessage"
    let body: JSON, error: String
}

private func message(_ more: [String: JSON], to channel: String = "C0RESULTS") -> JSON {
    .object(more.merging(["channel": .string(channel)]) { first, _ in first })
}

private func blocks(_ blocks: JSON...) -> JSON { message(["text": "t", "blocks": .array(blocks)]) }

private func section(_ text: String) -> JSON {
    ["type": "section", "text": ["type": "mrkdwn", "text": .string(text)]]
}

private let button: JSON = ["type": "button", "text": ["type": "plain_text", "text": "Go"], "action_id": "go"]
private func long(_ count: Int) -> String { String(repeating: "x", count: count) }

private let refusals: [Refused] = [
    Refused(
        testDescription: "A channel that is not there", body: message(["text": "t"], to: "C0NONE"),
        error: "channel_not_found"),
    Refused(
        testDescription: "A private channel without the bot", body: message(["text": "t"], to: "C0PRIVATE"),
        error: "channel_not_found"),
    Refused(
        testDescription: "A channel the bot is not in", body: message(["text": "t"], to: "C0GENERAL"),
        error: "not_in_channel"),
    Refused(testDescription: "A closed channel", body: message(["text": "t"], to: "C0OLD"), error: "is_archived"),
    Refused(testDescription: "Nothing to say", body: message([:]), error: "no_text"),
    Refused(
        testDescription: "Markdown beside text", body: message(["text": "t", "markdown_text": "m"]),
        error: "markdown_text_conflict"),
    Refused(
        testDescription: "Too much Markdown", body: message(["markdown_text": .string(long(12_001))]),
        error: "msg_too_long"),
    Refused(
        testDescription: "An argument Slack does not know", body: message(["text": "t", "chanel": "x"]),
        error: "invalid_arguments"),
    Refused(testDescription: "No channel", body: ["text": "t"], error: "invalid_arguments"),
    Refused(
        testDescription: "Metadata without a payload", body: message(["text": "t", "metadata": ["event_type": "x"]]),
        error: "invalid_metadata_format"),
    Refused(
        testDescription: "Blocks as broken text", body: message(["text": "t", "blocks": "[{"]),
        error: "invalid_blocks_format"),
    Refused(
        testDescription: "A section text of 3,001 characters", body: blocks(section(long(3001))),
        error: "invalid_blocks"),
    Refused(testDescription: "An empty section text", body: blocks(section("")), error: "invalid_blocks"),
    Refused(testDescription: "A section without content", body: blocks(["type": "section"]), error: "invalid_blocks"),
    Refused(
        testDescription: "A header in mrkdwn",
        body: blocks(["type": "header", "text": ["type": "mrkdwn", "text": "h"]]), error: "invalid_blocks"),
    Refused(
        testDescription: "A header of 151 characters",
        body: blocks(["type": "header", "text": ["type": "plain_text", "text": .string(long(151))]]),
        error: "invalid_blocks"),
    Refused(
        testDescription: "Eleven context elements",
        body: blocks([
            "type": "context", "elements": .array(Array(repeating: ["type": "mrkdwn", "text": "x"], count: 11)),
        ]),
        error: "invalid_blocks"),
    Refused(
        testDescription: "Twenty-six buttons",
        body: blocks(["type": "actions", "elements": .array(Array(repeating: button, count: 26))]),
        error: "invalid_blocks"),
    Refused(
        testDescription: "A button of an unknown style",
        body: blocks([
            "type": "actions",
            "elements": [["type": "button", "style": "warning", "text": ["type": "plain_text", "text": "Go"]]],
        ]),
        error: "invalid_blocks"),
    Refused(
        testDescription: "Fifty-one blocks",
        body: message(["text": "t", "blocks": .array(Array(repeating: ["type": "divider"], count: 51))]),
        error: "invalid_blocks"),
    Refused(
        testDescription: "The same block id twice",
        body: blocks(["type": "divider", "block_id": "a"], ["type": "divider", "block_id": "a"]),
        error: "invalid_blocks"),
    Refused(testDescription: "A block of no known type", body: blocks(["type": "poem"]), error: "invalid_blocks"),
    Refused(
        testDescription: "Blocks with too much text together",
        body: message(["text": "t", "blocks": .array(Array(repeating: section(long(2900)), count: 5))]),
        error: "msg_blocks_too_long"),
    Refused(
        testDescription: "A reply to nothing", body: message(["text": "t", "thread_ts": "1700000000.000000"]),
        error: "thread_not_found"),
    Refused(
        testDescription: "An update in a channel given by name", method: "chat.update",
        body: ["channel": "#seo-automation", "ts": "1.2", "text": "t"], error: "channel_not_found"),
    Refused(
        testDescription: "An update of nothing", method: "chat.update",
        body: ["channel": "C0RESULTS", "ts": "1.2", "text": "t"], error: "message_not_found"),
    Refused(
        testDescription: "An update of 4,001 bytes", method: "chat.update",
        body: ["channel": "C0RESULTS", "ts": "1.2", "text": .string(String(repeating: "é", count: 2001))],
        error: "msg_too_long"),
    Refused(
        testDescription: "A history of a channel the bot is not in", method: "conversations.history",
        body: ["channel": "C0GENERAL"], error: "not_in_channel"),
    Refused(
        testDescription: "A broken cursor", method: "conversations.history",
        body: ["channel": "C0RESULTS", "cursor": "x"], error: "invalid_cursor"),
    Refused(
        testDescription: "A person nobody knows", method: "users.lookupByEmail", body: ["email": "x@y.example"],
        error: "users_not_found"),
    Refused(
        testDescription: "A file of no bytes", method: "files.getUploadURLExternal",
        body: ["filename": "a", "length": 0], error: "invalid_arguments"),
    Refused(
        testDescription: "A file that never came", method: "files.completeUploadExternal",
        body: ["files": [["id": "F0NONE"]]], error: "file_not_found"),
    Refused(
        testDescription: "A window without a press", method: "views.open",
        body: [
            "trigger_id": "1.2",
            "view": ["type": "modal", "title": ["type": "plain_text", "text": "Why"], "blocks": []],
        ],
        error: "invalid_trigger_id"),
    Refused(testDescription: "A method that is not there", method: "chat.shout", body: [:], error: "unknown_method"),
]

@Test("Slack is refused what the vendor refuses, with HTTP 200", arguments: refusals)
private func refused(_ call: Refused) async throws {
    try await ServiceHost.run { host in
        let answer = try await host.slack(call.method, call.body)
        #expect(answer["ok"]?.bool == false)
        #expect(answer["error"]?.string == call.error)
        if call.error == "invalid_blocks" {
            #expect(answer["response_metadata"]?["messages"]?[0]?.string?.contains("json-pointer:/blocks") == true)
        }
    }
}

@Test("A call needs the right token", arguments: [(nil, "not_authed"), ("Bearer xoxb-other", "invalid_auth")])
func slackToken(header: String?, error: String) async throws {
    try await ServiceHost.run { host in
        let headers = header.map { ["Authorization": $0] } ?? [:]
        let reply = try await host.send("POST", "/slack/api/auth.test", headers: headers, json: [:])
        #expect(reply.status == 200)
        #expect(reply.json["error"]?.string == error)
    }
}
