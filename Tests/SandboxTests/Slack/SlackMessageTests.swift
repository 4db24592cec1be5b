import BureauSandbox
import Testing

private let decision: JSON = [
    "type": "actions",
    "elements": [
        [
            "type": "button", "action_id": "approve", "value": "gate_1", "style": "primary",
            "text": ["type": "plain_text", "text": "Approve"],
        ]
    ],
]

private func text(_ markup: String) -> JSON {
    ["type": "section", "text": ["type": "mrkdwn", "text": .string(markup)]]
}

@Test("A message posted by channel name answers the id, and history finds it again by its metadata")
func postAndFind() async throws {
    try await ServiceHost.run { host in
        let metadata: JSON = ["event_type": "bureau_delivery", "event_payload": ["delivery": "d_01"]]
        let posted = try await host.slack(
            "chat.postMessage", ["channel": "#seo-automation", "text": "Ready", "metadata": metadata])
        #expect(posted["channel"]?.string == "C0RESULTS")
        let before = try await host.slack("conversations.history", ["channel": "C0RESULTS"])
        #expect(before["messages"]?[0]?["text"]?.string == "Ready" && before["messages"]?[0]?["metadata"] == nil)
        let found = try await host.slack(
            "conversations.history",
            ["channel": "C0RESULTS", "include_all_metadata": true, "oldest": "1700000000.000000"])
        #expect(found["messages"]?[0]?["metadata"] == metadata)
        let ts = posted["ts"]?.string ?? ""
        let later = try await host.slack("conversations.history", ["channel": "C0RESULTS", "oldest": .string(ts)])
        #expect(later["messages"]?.array?.isEmpty == true)
    }
}

@Test("Form bodies work like JSON bodies, and JSON without a charset is remarked on")
func bodies() async throws {
    try await ServiceHost.run { host in
        let form =
            "token=xoxb-demo&channel=C0ALERTS&text=a+%26+b&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D&unfurl_links=false"
        let posted = try await host.send(
            "POST", "/slack/api/chat.postMessage", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            bytes: Array(form.utf8))
        #expect(posted.json["message"]?["text"]?.string == "a & b")
        #expect(posted.json["message"]?["blocks"]?[0]?["type"]?.string == "divider")
        let warned = try await host.send(
            "POST", "/slack/api/auth.test",
            headers: ["Authorization": "Bearer xoxb-demo", "Content-Type": "application/json"], bytes: Array("{}".utf8))
        #expect(warned.json["warning"]?.string == "missing_charset")
        #expect(warned.headers["x-oauth-scopes"]?.contains("chat:write") == true)
    }
}

@Test("Text without blocks removes the blocks; metadata that is not mentioned stays")
func update() async throws {
    try await ServiceHost.run { host in
        let posted = try await host.slack(
            "chat.postMessage",
            [
                "channel": "C0APPROVE", "text": "Decide", "blocks": [decision],
                "metadata": ["event_type": "gate", "event_payload": ["id": "1"]],
            ])
        let place: JSON = ["channel": "C0APPROVE", "ts": posted["ts"] ?? .null]
        var change = place
        change["text"] = "Approved"
        #expect(try await host.slack("chat.update", change)["ok"]?.bool == true)
        let message = try await host.state("slack")["messages"]?[0]
        #expect(message?["text"]?.string == "Approved" && message?["edited"]?.bool == true)
        #expect(message?["blocks"]?.array?.isEmpty == true)
        #expect(message?["metadata"]?["event_type"]?.string == "gate")
    }
}

@Test("History leaves out replies and pages with a cursor")
func historyPages() async throws {
    try await ServiceHost.run { host in
        var parent: JSON = nil
        for number in 1...5 {
            parent =
                try await host.slack(
                    "chat.postMessage", ["channel": "C0RESULTS", "text": .string("m\(number)")])["ts"] ?? .null
        }
        let reply = try await host.slack(
            "chat.postMessage", ["channel": "C0RESULTS", "text": "reply", "thread_ts": parent])
        #expect(reply["ok"]?.bool == true)
        let first = try await host.slack("conversations.history", ["channel": "C0RESULTS", "limit": 3])
        let cursor = try #require(first["response_metadata"]?["next_cursor"])
        let rest = try await host.slack(
            "conversations.history", ["channel": "C0RESULTS", "limit": 3, "cursor": cursor])
        let texts = ((first["messages"]?.array ?? []) + (rest["messages"]?.array ?? [])).compactMap {
            $0["text"]?.string
        }
        #expect(texts == ["m5", "m4", "m3", "m2", "m1"])
        #expect(rest["response_metadata"]?["next_cursor"]?.string == "")
        let thread = try await host.slack("conversations.replies", ["channel": "C0RESULTS", "ts": parent])
        #expect(thread["messages"]?.array?.compactMap { $0["text"]?.string } == ["m5", "reply"])
    }
}

@Test("A file goes up in three steps and appears once, in a channel the bot is in")
func upload() async throws {
    try await ServiceHost.run { host in
        let bytes = Array("# Audit ✓\n".utf8)
        let ticket = try await host.slack(
            "files.getUploadURLExternal", ["filename": "audit.md", "length": .int(bytes.count)])
        let url = ticket["upload_url"]?.string ?? ""
        #expect(try await host.send("POST", url, bytes: Array(bytes.dropLast())).status == 400)
        #expect(try await host.send("POST", url, bytes: bytes).status == 200)
        var complete: JSON = [
            "files": [["id": ticket["file_id"] ?? .null, "title": "Audit"]], "channel_id": "C0GENERAL",
        ]
        #expect(try await host.slack("files.completeUploadExternal", complete)["error"]?.string == "not_in_channel")
        complete["channel_id"] = "C0RESULTS"
        let done = try await host.slack("files.completeUploadExternal", complete)
        #expect(done["files"]?[0]?["title"]?.string == "Audit")
        #expect(try await host.slack("files.completeUploadExternal", complete)["error"]?.string == "file_not_found")
        #expect(try await host.send("GET", done["files"]?[0]?["permalink"]?.string ?? "").bytes == bytes)
    }
}

@Test("A pressed button arrives signed, answers through its response address five times, and opens one window")
func press() async throws {
    try await ServiceHost.run { host in
        let posted = try await host.slack(
            "chat.postMessage", ["channel": "C0APPROVE", "text": "Decide", "blocks": [decision]])
        let pressed = try await host.control(
            "/slack/click",
            ["channel": "C0APPROVE", "ts": posted["ts"] ?? .null, "action_id": "approve", "user": "U0ANA"])
        #expect(pressed.json["status"]?.int == 200)
        let sent = try #require(await host.receiver.next(1).first)
        #expect(sent.path == "/slack/interactions")
        #expect(sent.headers["x-slack-signature"] == SlackCheck.signature(sent))
        let payload = try #require(SlackCheck.payload(sent))
        #expect(payload["user"]?["id"]?.string == "U0ANA")
        #expect(payload["actions"]?[0]?["value"]?.string == "gate_1")
        let view: JSON = ["type": "modal", "title": ["type": "plain_text", "text": "Why"], "blocks": [text("why?")]]
        let opening: JSON = ["trigger_id": payload["trigger_id"] ?? .null, "view": view]
        #expect(try await host.slack("views.open", opening)["ok"]?.bool == true)
        #expect(try await host.slack("views.open", opening)["error"]?.string == "exchanged_trigger_id")
        let url = payload["response_url"]?.string ?? ""
        for use in 1...6 {
            let reply = try await host.send(
                "POST", url, headers: [:], json: ["replace_original": true, "text": .string("Approved \(use)")])
            #expect(reply.status == (use <= 5 ? 200 : 404))
        }
        #expect(try await host.state("slack")["messages"]?[0]?["text"]?.string == "Approved 5")
    }
}

@Test("A slash command arrives signed, and its answer is shown to the person who typed it")
func slashCommand() async throws {
    try await ServiceHost.run { host in
        host.receiver.answer([200], body: "{\"response_type\":\"ephemeral\",\"text\":\"Starting…\"}")
        let typed = try await host.control(
            "/slack/command", ["command": "/bureau", "text": "audit shamrock & co", "user": "U0JAKE"])
        #expect(typed.json["status"]?.int == 200)
        let sent = try #require(await host.receiver.next(1).first)
        #expect(sent.path == "/slack/commands")
        #expect(sent.headers["x-slack-signature"] == SlackCheck.signature(sent))
        #expect(SlackCheck.fields(sent)["text"] == "audit shamrock & co")
        let shown = try await host.state("slack")["messages"]?[0]
        #expect(shown?["text"]?.string == "Starting…" && shown?["ephemeral_to"]?.string == "U0JAKE")
    }
}

@Test("The channels page renders markup and mentions, threads and edits, and nothing that runs")
func channelsPage() async throws {
    try await ServiceHost.run { host in
        let posted = try await host.slack(
            "chat.postMessage",
            [
                "channel": "C0ALERTS", "text": "t",
                "blocks": [
                    text(
                        "*Failed*: <@U0TRUNG> see <https://x.example/?a=1&amp;b=2|the run> &lt;script&gt; <javascript:x|no> a*b*c"
                    )
                ],
            ])
        _ = try await host.slack(
            "chat.postMessage", ["channel": "C0ALERTS", "text": "in `thread`", "thread_ts": posted["ts"] ?? .null])
        let page = try await host.send("GET", "/channels").text
        #expect(page.contains("<strong>Failed</strong>"))
        #expect(page.contains("@Trung (demo)"))
        #expect(page.contains("<a href=\"https://x.example/?a=1&amp;b=2\" rel=\"noreferrer\">the run</a>"))
        #expect(page.contains("&lt;script&gt;") && page.contains("a*b*c"))
        #expect(page.contains("<div class=\"thread\">") && page.contains("in <code>thread</code>"))
        #expect(!page.contains("<script>") && !page.contains("href=\"javascript:"))
    }
}
