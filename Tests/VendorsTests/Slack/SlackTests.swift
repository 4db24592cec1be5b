import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func client(_ server: VendorServer, _ transport: HTTPTransport) -> SlackClient {
    SlackClient(
        transport: transport, baseURL: server.baseURL + "/slack/api", token: Secret("xoxb-canary-0123456789abcdef"))
}

@Suite("Slack")
struct SlackTests {
    @Test("A message carries text, blocks, metadata and thread")
    func post() async throws {
        try await VendorServer.run(answer: { _ in
            .json(#"{"ok":true,"channel":"C0R","ts":"1779441330.000100","message":{}}"#)
        }) { server, transport in
            let message = SlackMessage(
                channel: "C0R", text: "Ready",
                blocks: [
                    .header("Done"), .section(text: "*x*", fields: ["*Cost*\n$1.82"]), .divider, .context(["c"]),
                    .section(text: " "),
                    .actions(
                        blockID: "gate:1",
                        [
                            SlackButton(actionID: "approve", label: "Approve", target: .value("g1"), style: .primary),
                            SlackButton(actionID: "open", label: "Open", target: .url("https://x")),
                        ]),
                ], metadata: .init(eventType: "bureau_delivery", payload: ["delivery": .string("d_1")]),
                threadTS: "1779441330.000001")
            let posted = try await client(server, transport).post(message)
            #expect(posted == SlackPosted(channel: "C0R", ts: "1779441330.000100"))
            let request = try #require(server.received.first)
            #expect(
                request.path == "/slack/api/chat.postMessage"
                    && request.headers["content-type"] == "application/json; charset=utf-8")
            #expect(
                try request.json
                    == .parsed(
                        """
                        {"channel":"C0R","text":"Ready","thread_ts":"1779441330.000001","unfurl_links":false,
                        "metadata":{"event_type":"bureau_delivery","event_payload":{"delivery":"d_1"}},"blocks":[
                        {"type":"header","text":{"type":"plain_text","text":"Done"}},
                        {"type":"section","text":{"type":"mrkdwn","text":"*x*"},"fields":[{"type":"mrkdwn","text":"*Cost*\\n$1.82"}]},{"type":"divider"},
                        {"type":"context","elements":[{"type":"mrkdwn","text":"c"}]},
                        {"type":"actions","block_id":"gate:1","elements":[
                        {"type":"button","action_id":"approve","style":"primary","value":"g1","text":{"type":"plain_text","text":"Approve"}},
                        {"type":"button","action_id":"open","url":"https://x","text":{"type":"plain_text","text":"Open"}}]}]}
                        """))
        }
    }

    @Test("An update names the message and stays within 4,000 bytes")
    func update() async throws {
        try await VendorServer.run(answer: { _ in .json(#"{"ok":true,"channel":"C0R","ts":"1.2","text":""}"#) }) {
            server, transport in
            let message = SlackMessage(channel: "ignored", text: String(repeating: "日", count: 3000), threadTS: "9.9")
            _ = try await client(server, transport).update(SlackPosted(channel: "C0R", ts: "1.2"), with: message)
            let json = try #require(server.received.first?.json)
            #expect(json["channel"] == .string("C0R") && json["ts"] == .string("1.2") && json["thread_ts"] == nil)
            let bytes = json["text"]?.scalarText?.utf8.count ?? 0
            #expect(bytes <= 4000 && bytes > 3990)
        }
    }

    @Test("Reading methods send forms and follow cursors")
    func reading() async throws {
        try await VendorServer.run(answer: { request in
            switch request.path.split(separator: "/").last {
            case "auth.test": .json(#"{"ok":true,"user_id":"U1","bot_id":"B1","team_id":"T1"}"#)
            case "conversations.info": .json(#"{"ok":true,"channel":{"id":"C0R","name":"seo","is_member":true}}"#)
            case "conversations.list":
                .json(#"{"ok":true,"channels":[{"id":"C0R","name":"seo"}],"response_metadata":{"next_cursor":""}}"#)
            case "users.lookupByEmail":
                request.form["email"] == "a+b@x"
                    ? .json(#"{"ok":true,"user":{"id":"U2","name":"trung"}}"#)
                    : .json(#"{"ok":false,"error":"users_not_found"}"#)
            default:
                .json(
                    #"{"ok":true,"messages":[{"ts":"1.2","text":"t","bot_id":"B1","metadata":{"event_type":"e","event_payload":{"delivery":"d_1"}}},{"ts":"1.1"}],"response_metadata":{"next_cursor":"c2"}}"#
                )
            }
        }) { server, transport in
            let client = client(server, transport)
            #expect(try await client.authTest().userID == "U1")
            #expect(try await client.conversation("C0R").isMember)
            #expect(try await client.conversations(cursor: "c1").nextCursor == nil)
            #expect(try await client.userByEmail("a+b@x")?.id == "U2")
            #expect(try await client.userByEmail("nobody@x") == nil)
            let page = try await client.history("C0R", oldest: "1.0", cursor: "c1")
            #expect(page.nextCursor == "c2" && page.messages.first?.metadata?.payload["delivery"] == .string("d_1"))
            #expect(
                server.received.last?.form == [
                    "channel": "C0R", "include_all_metadata": "true", "limit": "100", "oldest": "1.0",
                    "inclusive": "true", "cursor": "c1",
                ])
        }
    }

    @Test(
        "A no in a 200 is classified by its name",
        arguments: [
            (200, [:], "ratelimited", .limited(retryAfterMilliseconds: nil)),
            (429, ["retry-after": "30"], "ratelimited", .limited(retryAfterMilliseconds: 30_000)),
            (200, [:], "internal_error", .unavailable(status: 200)),
            (200, [:], "fatal_error", .unavailable(status: 200)),
            (200, [:], "invalid_auth", .credential(status: 200, code: "invalid_auth")),
            (200, [:], "missing_scope", .credential(status: 200, code: "missing_scope")),
            (200, [:], "channel_not_found", .rejected(status: 200, code: "channel_not_found")),
            (200, [:], "invalid_blocks", .rejected(status: 200, code: "invalid_blocks")),
            (200, [:], "never_heard_of", .rejected(status: 200, code: "never_heard_of")),
            (503, [:], "x", .unavailable(status: 503)),
        ] as [(Int, [String: String], String, VendorError.Kind)])
    func errors(status: Int, headers: [String: String], name: String, kind: VendorError.Kind) async throws {
        let body =
            #"{"ok":false,"error":"\#(name)","response_metadata":{"messages":["[ERROR] xoxb-canary-0123456789abcdef"]}}"#
        try await VendorServer.run(answer: { _ in .json(body, status: status, headers: headers) }) {
            server, transport in
            let error = try await vendorError {
                try await client(server, transport).post(SlackMessage(channel: "C0R", text: "t"))
            }
            #expect(error.kind == kind)
            #expect(!"\(error) \(error.sentence)".contains("canary"))
        }
    }

    @Test("A page of HTML is trouble, whatever its status", arguments: [200, 502])
    func html(status: Int) async throws {
        try await VendorServer.run(answer: { _ in .html(status: status) }) { server, transport in
            let error = try await vendorError { try await client(server, transport).authTest() }
            #expect(error.kind == .unavailable(status: status) && error.mayHaveHappened)
        }
    }

    @Test(
        "A no without Slack's words comes from something in between: not tried again, and told as that",
        arguments: [400, 401, 403, 404, 407])
    func refusedOnTheWay(status: Int) async throws {
        try await VendorServer.run(answer: { _ in .html(status: status) }) { server, transport in
            let error = try await vendorError {
                try await client(server, transport).post(SlackMessage(channel: "C0R", text: "t"))
            }
            #expect(error.kind == .rejected(status: status, code: ""))
            #expect(!error.isRetryable && !error.mayHaveHappened && !error.isRefusalInWords)
            #expect(error.sentence.contains("proxy or firewall") && error.sentence.contains("(\(status))"))
        }
    }

    @Test(
        "Foreign text is made harmless",
        arguments: [("<!channel> & co", "&lt;!channel&gt; &amp; co"), ("Zoë", "Zoë"), ("&amp;", "&amp;amp;")])
    func escape(text: String, escaped: String) { #expect(SlackText.escape(text) == escaped) }

    @Test(
        "Cutting never leaves half a link, half an escape or half a character",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("ab &amp; cd", 6, "ab …"),
            ("a <https://x|label> b", 12, "a …"), ("👩‍👩‍👧‍👧👩‍👩‍👧‍👧", 12, "👩‍👩‍👧‍👧…"), ("abc", 0, ""),
        ])
    func cut(text: String, max: Int, expected: String) { #expect(SlackText.cut(text, unitsMax: max) == expected) }

    @Test("However much is asked for, the blocks stay within every limit, and buttons survive")
    func limits() {
        let long = String(repeating: "é", count: 20_000)
        let button = SlackButton(actionID: "a", label: long, target: .value("v"))
        let tooLong = SlackButton(actionID: "a", label: "x", target: .value(long))
        let blocks =
            [
                SlackBlock.header(long), .section(text: long, fields: Array(repeating: long, count: 30)),
                .context(Array(repeating: long, count: 30)),
            ]
            + Array(repeating: .divider, count: 80) + [
                .actions(blockID: long, Array(repeating: button, count: 30) + [tooLong])
            ]
        let fitted = SlackBlock.fitted(blocks)
        #expect(fitted.count == 50)
        guard case .actions(let id, let buttons)? = fitted.last else {
            Issue.record("the buttons are gone")
            return
        }
        #expect(id.utf16.count <= 255 && buttons.count == 25 && buttons.allSatisfy { $0.label.utf16.count <= 75 })
    }
}
