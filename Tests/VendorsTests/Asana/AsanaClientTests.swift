import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func client(_ server: VendorServer, _ transport: HTTPTransport) -> AsanaClient {
    AsanaClient(
        transport: transport, baseURL: server.baseURL + "/asana/api/1.0", token: Secret("test_canary_0123456789abcdef"),
        now: { Date(timeIntervalSince1970: 1_000_000) }, makeBoundary: { "b1" })
}

@Suite("Asana client")
struct AsanaClientTests {
    @Test("A file goes up as two form parts, its name encoded when it is not plain")
    func attach() async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0) }
            try Data(bytes).write(to: URL(filePath: folder + "/f"))
            try await VendorServer.run(answer: { _ in .json(#"{"data":{"gid":"9","name":"x","size":700000}}"#) }) {
                server, transport in
                let made = try await client(server, transport).attach(
                    "500", file: folder + "/f", name: "a\"ü\r\n.md", mime: "text/markdown")
                let request = try #require(server.received.first)
                #expect(made.gid == "9" && made.sizeBytes == 700_000 && request.path == "/asana/api/1.0/attachments")
                let head =
                    "--b1\r\nContent-Disposition: form-data; name=\"parent\"\r\n\r\n500\r\n--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%C3%BC%0D%0A.md\"; filename*=UTF-8''a%22%C3%BC%0D%0A.md\r\nContent-Type: text/markdown\r\n\r\n"
                #expect(request.body == Array(head.utf8) + bytes + Array("\r\n--b1--\r\n".utf8))
            }
        }
    }

    @Test("A file above 100 MiB or not there is refused before anything is sent")
    func tooLarge() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: URL(filePath: folder + "/f"))
            let handle = try #require(FileHandle(forWritingAtPath: folder + "/f"))
            try handle.truncate(atOffset: UInt64(AsanaClient.attachmentBytesMax) + 1)
            try handle.close()
            try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
                for name in ["f", "gone"] {
                    let error = try await vendorError {
                        try await client(server, transport).attach(
                            "500", file: "\(folder)/\(name)", name: "f", mime: "text/plain")
                    }
                    #expect(error.kind == .rejected(status: 0, code: "local_file") && !error.mayHaveHappened)
                }
                #expect(server.received.isEmpty)
            }
        }
    }

    @Test("Reading calls name what they read and follow pages")
    func reading() async throws {
        try await VendorServer.run(answer: { request in
            switch request.path.split(separator: "/").last {
            case "me": .json(#"{"data":{"gid":"10","name":"Jessie","email":"j@x.example"}}"#)
            case "stories":
                .json(
                    #"{"data":[{"gid":"1","type":"system","resource_subtype":"assigned","text":"assigned"},{"gid":"2","type":"comment","resource_subtype":"comment_added","text":"hi","created_by":{"gid":"11","name":"Ann"},"created_at":"2026-05-22T09:15:30.123Z","is_edited":true}],"next_page":{"offset":"o2","path":"/x","uri":"https://x"}}"#
                )
            case "sections": .json(#"{"data":[{"gid":"103","name":"Ready"}],"next_page":null}"#)
            case "webhooks":
                .json(
                    #"{"data":{"gid":"9","active":true,"target":"t","resource":{"gid":"100"},"failure_deletion_timestamp":"2026-05-22T09:15:30Z"},"X-Hook-Secret":"canary_hook"}"#,
                    status: 201)
            default: .json(#"{"data":{"gid":"500"}}"#)
            }
        }) { server, transport in
            let client = client(server, transport)
            #expect(try await client.me().gid == "10")
            let stories = try await client.stories("500", offset: "o1")
            #expect(stories.nextOffset == "o2" && stories.items.map(\.isComment) == [false, true])
            let comment = try #require(stories.items.last)
            #expect(comment.author?.gid == "11" && comment.createdAt == 1_779_441_330_123 && comment.isEdited)
            let sections = try await client.sections(project: "100")
            #expect(sections.nextOffset == nil && sections.items.map(\.name) == ["Ready"])
            let made = try await client.createWebhook(project: "100", target: "t", filters: [])
            #expect(made.webhook.deletedAt == 1_779_441_330_000 && made.secret != nil)
            #expect(!"\(made)".contains("canary"))
            #expect(server.received[0].headers["authorization"] == "Bearer test_canary_0123456789abcdef")
            #expect(server.received[1].queryItems["offset"] == "o1" && server.received[1].queryItems["limit"] == "100")
            #expect(server.received[1].queryItems["opt_fields"]?.contains("created_by.name") == true)
        }
    }

    @Test(
        "A lost token of the event stream is an answer, not an error",
        arguments: [
            (412, #"{"errors":[{"message":"expired"}],"sync":"s2"}"#, true, 0),
            (
                200,
                #"{"data":[{"action":"added","resource":{"gid":"7","resource_type":"story"},"parent":{"gid":"500","resource_type":"task"},"user":null}],"sync":"s2","has_more":true}"#,
                false, 1
            ),
        ])
    func events(status: Int, body: String, isLost: Bool, count: Int) async throws {
        try await VendorServer.run(answer: { _ in .json(body, status: status) }) { server, transport in
            let page = try await client(server, transport).events(project: "100", sync: "s1")
            #expect(page.isTokenLost == isLost && page.sync == "s2" && page.events.count == count)
            #expect(page.hasMore == !isLost && page.events.allSatisfy { $0.taskID == "500" })
        }
    }

    @Test(
        "Answers are classified by status",
        arguments: [
            (400, [:], #"{"errors":[{"message":"bad html"}]}"#, .rejected(status: 400, code: "")),
            (401, [:], "", .credential(status: 401, code: "")),
            (402, [:], "", .rejected(status: 402, code: "")),
            (403, [:], "", .rejected(status: 403, code: "")),
            (404, [:], "<html>", .rejected(status: 404, code: "")),
            (429, ["retry-after": "12"], "", .limited(retryAfterMilliseconds: 12_000)),
            (429, [:], "", .limited(retryAfterMilliseconds: nil)),
            (451, [:], "", .rejected(status: 451, code: "")),
            (
                500, [:], #"{"errors":[{"message":"test_canary_0123456789abcdef","phrase":"6 sad squid"}]}"#,
                .unavailable(status: 500)
            ),
            (504, [:], "<html>", .unavailable(status: 504)),
            (200, [:], "<html>", .unreadable(field: "task")),
        ] as [(Int, [String: String], String, VendorError.Kind)])
    func errors(status: Int, headers: [String: String], body: String, kind: VendorError.Kind) async throws {
        try await VendorServer.run(answer: { _ in .json(body, status: status, headers: headers) }) {
            server, transport in
            let error = try await vendorError { try await client(server, transport).task("500") }
            #expect(error.kind == kind)
            #expect(!"\(error) \(error.sentence)".contains("canary"))
            if status == 500 { #expect(error.requestID == "6 sad squid") }
        }
    }
}
