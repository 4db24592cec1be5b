import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func client(_ server: VendorServer, _ transport: HTTPTransport) -> ClickUpClient {
    ClickUpClient(
        transport: transport, baseURL: server.baseURL + "/clickup/api/v2", token: Secret("pk_canary_0123456789abcdef"),
        now: { Date(timeIntervalSince1970: 1_000_000) }, makeBoundary: { "b1" })
}

@Suite("ClickUp client")
struct ClickUpClientTests {
    @Test("A file goes up as one form part with its name, streamed and byte for byte")
    func attach() async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0) }
            try Data(bytes).write(to: URL(filePath: folder + "/f"))
            try await VendorServer.run(answer: { _ in .json(#"{"id":"at_1","version":"0","title":"x"}"#) }) {
                server, transport in
                let id = try await client(server, transport).attach(
                    "86cx", file: folder + "/f", name: "a \"ü\"\r\nX-Evil: 1.md", mime: "text/markdown")
                let request = try #require(server.received.first)
                #expect(id == "at_1" && request.path == "/clickup/api/v2/task/86cx/attachment")
                #expect(request.headers["content-type"] == "multipart/form-data; boundary=b1")
                let head =
                    "--b1\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a %22ü%22%0D%0AX-Evil: 1.md\"\r\nContent-Type: text/markdown\r\n\r\n"
                #expect(request.body == Array(head.utf8) + bytes + Array("\r\n--b1--\r\n".utf8))
            }
        }
    }

    @Test("A comment is made of parts, never of Markdown")
    func comment() async throws {
        try await VendorServer.run(answer: { _ in .json(#"{"id":90110000,"hist_id":"26508","date":1776585600999}"#) }) {
            server, transport in
            let posted = try await client(server, transport).comment(
                "86cx",
                parts: [
                    .bold("Ready"), .newline, .link("Report", url: "https://x"), .mention(userID: 8001), .code("run_1"),
                    .bullet,
                ])
            #expect(posted.id == "90110000" && posted.historyID == "26508" && posted.date == 1_776_585_600_999)
            #expect(server.received.first?.headers["authorization"] == "pk_canary_0123456789abcdef")
            #expect(
                try server.received.first?.json
                    == .parsed(
                        """
                        {"comment":[{"text":"Ready","attributes":{"bold":true}},{"text":"\\n","attributes":{}},{"text":"Report","attributes":{"link":"https://x"}},
                        {"type":"tag","user":{"id":8001}},{"text":"run_1","attributes":{"code":true}},{"text":"\\n","attributes":{"list":{"list":"bullet"}}}],"notify_all":false}
                        """))
        }
    }

    @Test("A long comment is cut, but its last part stays")
    func longComment() {
        let fitted = ClickUpCommentPart.fitted([
            .text(String(repeating: "x", count: 30_000)), .text("more"), .text("run_1"),
        ])
        #expect(fitted.count == 3 && fitted.last == .text("run_1"))
        if case .text(let text)? = fitted.first { #expect(text.count < 10_000 && text.hasSuffix("…")) }
    }

    @Test("Reading calls carry their filters")
    func reading() async throws {
        try await VendorServer.run(answer: { request in
            switch request.path.split(separator: "/").last {
            case "user": .json(#"{"user":{"id":"8001","username":"Bot"}}"#)
            case "comment": .json(#"{"comments":[{"id":"1","comment_text":"hi","user":{"id":5},"date":"7"}]}"#)
            case "field": .json(#"{"fields":[{"id":"f","name":"F","type":"text"}]}"#)
            case "webhook":
                .json(
                    #"{"webhooks":[{"id":"w","endpoint":"e","events":["*"],"health":{"status":"failing","fail_count":3},"secret":"canary"}]}"#
                )
            case "901" where request.path.contains("/list/"):
                .json(#"{"id":"901","name":"L","statuses":[{"status":"to do"},{"status":"Ready (Automate)"}]}"#)
            default: .json(#"{"tasks":[{"id":"t1","list":{"id":"901"},"status":{"status":"x"}}],"last_page":true}"#)
            }
        }) { server, transport in
            let client = client(server, transport)
            #expect(try await client.me().id == 8001)
            let comments = try await client.comments("86cx", start: 7, startID: "1")
            #expect(comments.map(\.text) == ["hi"] && comments.map(\.userID) == [5])
            #expect(try await client.fields(list: "901").map(\.id) == ["f"])
            let webhook = try #require(try await client.webhooks(workspace: "1").first)
            #expect(webhook.health == .failing && webhook.failCount == 3 && !"\(webhook)".contains("canary"))
            let list = try await client.list("901")
            #expect(list.hasStatus(" ready (automate)") && !list.hasStatus("done"))
            let page = try await client.tasks(list: "901", statuses: ["ready (automate)"], updatedAfter: 5, page: 2)
            #expect(page.isLastPage && page.tasks.map(\.id) == ["t1"])
            #expect(server.received[1].queryItems == ["start": "7", "start_id": "1"])
            #expect(
                server.received[5].query
                    == "page=2&order_by=updated&include_closed=true&subtasks=true&statuses%5B%5D=ready%20%28automate%29&date_updated_gt=5"
            )
        }
    }

    @Test(
        "Answers are classified by code, then by status",
        arguments: [
            (
                400, [:], #"{"err":"Status does not exist","ECODE":"ITEM_114"}"#,
                .rejected(status: 400, code: "ITEM_114")
            ),
            (401, [:], #"{"err":"Token invalid","ECODE":"OAUTH_025"}"#, .credential(status: 401, code: "OAUTH_025")),
            (
                400, [:], #"{"err":"Authorization Header Required","ECODE":"OAUTH_017"}"#,
                .credential(status: 400, code: "OAUTH_017")
            ),
            (
                401, [:], #"{"err":"Team not authorized","ECODE":"OAUTH_027"}"#,
                .rejected(status: 401, code: "OAUTH_027")
            ),
            (401, [:], "", .credential(status: 401, code: "")),
            (400, [:], #"{"ECODE":"OAUTH_171"}"#, .rejected(status: 400, code: "OAUTH_171")),
            (404, [:], #"{"ECODE":"ITEM_013"}"#, .rejected(status: 404, code: "ITEM_013")),
            (405, [:], "<html>", .rejected(status: 405, code: "")),
            (429, ["x-ratelimit-reset": "1000012"], #"{"ECODE":"APP_002"}"#, .limited(retryAfterMilliseconds: 12_000)),
            (429, ["x-ratelimit-reset": "999"], "", .limited(retryAfterMilliseconds: 60_000)),
            (429, [:], "", .limited(retryAfterMilliseconds: 60_000)),
            (502, [:], "<html>", .unavailable(status: 502)),
            (500, [:], #"{"err":"pk_canary_0123456789abcdef"}"#, .unavailable(status: 500)),
            (200, [:], "<html>", .unreadable(field: "task")),
        ] as [(Int, [String: String], String, VendorError.Kind)])
    func errors(status: Int, headers: [String: String], body: String, kind: VendorError.Kind) async throws {
        try await VendorServer.run(answer: { _ in .json(body, status: status, headers: headers) }) {
            server, transport in
            let error = try await vendorError { try await client(server, transport).task("86cx") }
            #expect(error.kind == kind)
            #expect(!"\(error) \(error.sentence)".contains("canary"))
        }
    }

    @Test("A List that is no number never becomes a subscription to everything")
    func widening() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let error = try await vendorError {
                try await client(server, transport).createWebhook(
                    workspace: "1", endpoint: "https://x", events: ["*"], list: "abc")
            }
            #expect(error.kind == .rejected(status: 0, code: "list_id") && server.received.isEmpty)
        }
    }
}
