import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

/// Where the vendors' machine-readable descriptions lie: BUREAU_SPECS, or Tests/Specs.
private let specsFolder: String? = {
    let own = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Specs").path()
    let candidates = [ProcessInfo.processInfo.environment["BUREAU_SPECS"], own].compactMap(\.self)
    return candidates.first { FileManager.default.fileExists(atPath: $0 + "/slack-web-subset.openapi.json") }
}()

private struct Captured: Encodable {
    let spec, method, path, query, contentType, body: String

    init(_ request: Received) {
        let known = [
            ("/slack/api", "slack-web-subset.openapi.json"), ("/clickup/api", "clickup-v2-subset.openapi.json"),
            ("/asana/api/1.0", "asana-1.0-subset.openapi.json"),
        ]
        let place = known.first { request.path.hasPrefix($0.0 + "/") } ?? ("", "")
        spec = place.1
        path = String(request.path.dropFirst(place.0.count))
        contentType = request.headers["content-type"] ?? ""
        (method, query, body) = (request.method, request.query, request.text)
    }
}

private func violations(_ requests: [Received]) async throws -> String {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/validate_requests.py").path()
    return try await withTemporaryFolder { folder in
        let file = folder + "/requests.json"
        try JSONEncoder().encode(requests.map(Captured.init)).write(to: URL(filePath: file))
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script, specsFolder ?? "", file]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? "" : "\(text)(exit \(process.terminationStatus))"
    }
}

private let notice: Comment =
    "The vendors' descriptions are not here: set BUREAU_SPECS to their folder, or put them into Tests/Specs."

/// The check is written in Python and needs its jsonschema package.
private let hasValidator: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import jsonschema"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

@Suite(
    "Requests against the vendors' descriptions", .enabled(if: specsFolder != nil, notice),
    .enabled(if: hasValidator, "python3 with the jsonschema package is not here."))
struct SpecTests {
    @Test("Every ClickUp request is one that its description allows")
    func clickUp() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let client = ClickUpClient(
                transport: transport, baseURL: server.baseURL + "/clickup/api/v2", token: Secret("pk_1"))
            try await withTemporaryFolder { folder in
                try Data("x".utf8).write(to: URL(filePath: folder + "/f"))
                // The answers are empty, so most calls end as unreadable: only what was sent matters here.
                _ = try? await client.me()
                _ = try? await client.task("86cx")
                _ = try? await client.list("901")
                _ = try? await client.fields(list: "901")
                _ = try? await client.tasks(list: "901", statuses: ["to do"], updatedAfter: 5, page: 1)
                _ = try? await client.setStatus("86cx", "review")
                _ = try? await client.comment(
                    "86cx",
                    parts: [
                        .bold("a"), .text("b"), .code("c"), .link("d", url: "https://x"), .mention(userID: 1), .newline,
                        .bullet,
                    ])
                _ = try? await client.comments("86cx", start: 1, startID: "2")
                _ = try? await client.attach("86cx", file: folder + "/f", name: "f", mime: "text/plain")
                _ = try? await client.webhooks(workspace: "1")
                _ = try? await client.createWebhook(
                    workspace: "1", endpoint: "https://x", events: ["taskStatusUpdated"], list: "901")
                _ = try? await client.createWebhook(
                    workspace: "1", endpoint: "https://x", events: ["taskCommentPosted"])
                _ = try? await client.updateWebhook("w", endpoint: "https://x", events: ["taskStatusUpdated"])
                _ = try? await client.deleteWebhook("w")
                _ = try? await client.createTask(list: "901", name: "n", text: "x", status: nil)
                _ = try? await client.createTask(list: "901", name: "n", text: "x", status: "to do", assignee: 10)
                for value: JSONValue in [.string("x"), .number(3.5), .bool(true), .array([.string("a")]), .null] {
                    _ = try? await client.setField("86cx", "f1", value)
                }
                _ = try? await client.updateTask("86cx", name: "n", text: "x", status: "complete")
                _ = try? await client.task(named: "ABC-1", workspace: "1")
            }
            #expect(server.received.count == 23)
            let found = try await violations(server.received)
            #expect(found == "")
        }
    }

    @Test("Every Asana request is one that its description allows")
    func asana() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let client = AsanaClient(
                transport: transport, baseURL: server.baseURL + "/asana/api/1.0", token: Secret("test_1"))
            try await withTemporaryFolder { folder in
                try Data("x".utf8).write(to: URL(filePath: folder + "/f"))
                // The answers are empty, so most calls end as unreadable: only what was sent matters here.
                _ = try? await client.me()
                _ = try? await client.task("500")
                _ = try? await client.tasks(project: "100", modifiedSince: 5, offset: "o")
                _ = try? await client.createTask(project: "100", name: "n", notes: "x", assignee: "10")
                _ = try? await client.updateTask("500", name: "n", notes: "x", isCompleted: true)
                _ = try? await client.setFields(
                    "500",
                    [
                        "1": .string("x"), "2": .number(3.5), "3": .array([.string("301")]), "4": .null,
                        "5": .object(["date": .string("2026-10-01")]),
                    ])
                _ = try? await client.addTask("500", toSection: "103")
                _ = try? await client.sections(project: "100")
                _ = try? await client.project("100")
                _ = try? await client.projects(workspace: "1", offset: "o")
                _ = try? await client.comment("500", AsanaRichText([.text("a")], tail: [.code("b")]))
                _ = try? await client.stories("500", offset: "o")
                _ = try? await client.story("777")
                _ = try? await client.attach("500", file: folder + "/f", name: "f", mime: "text/plain")
                _ = try? await client.attachments(task: "500")
                _ = try? await client.createWebhook(
                    project: "100", target: "https://x.example/1",
                    filters: [
                        AsanaWebhookFilter(resourceType: "task", action: "changed", fields: ["assignee"]),
                        AsanaWebhookFilter(resourceType: "story", resourceSubtype: "comment_added", action: "added"),
                    ])
                _ = try? await client.webhooks(workspace: "1", project: "100", offset: "o")
                _ = try? await client.webhook("9")
                _ = try? await client.deleteWebhook("9")
                _ = try? await client.events(project: "100", sync: "s")
                _ = try? await client.customFields(project: "100", offset: "o")
                _ = try? await client.workspace(ofProject: "100")
            }
            #expect(server.received.count == 22)
            let found = try await violations(server.received)
            #expect(found == "")
        }
    }

    @Test("Every Slack request is one that its description allows, however much is put into a message")
    func slack() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let client = SlackClient(
                transport: transport, baseURL: server.baseURL + "/slack/api", token: Secret("xoxb-1"))
            let long = String(repeating: "é<https://x|y>&amp;🦊", count: 2000)
            let button = SlackButton(actionID: "a", label: long, target: .value("v"), style: .danger)
            let blocks: [SlackBlock] = [
                .header(long), .section(text: "x", fields: ["a", "b"]), .section(text: nil, fields: [long, long]),
                .context([long]), .divider,
                .actions(blockID: long, [button, SlackButton(actionID: "u", label: "u", target: .url("https://x"))]),
                .section(text: ""),
            ]
            let message = SlackMessage(
                channel: "C0R", text: long, blocks: blocks + Array(repeating: .divider, count: 60),
                metadata: .init(eventType: "e", payload: ["n": .number(1), "s": .string("x")]),
                threadTS: "1779441330.000100")
            _ = try? await client.post(message)
            _ = try? await client.post(SlackMessage(channel: "C0R", text: "plain"))
            _ = try? await client.update(SlackPosted(channel: "C0R", ts: "1779441330.000100"), with: message)
            _ = try? await client.authTest()
            _ = try? await client.history("C0R", oldest: "1779441330.000100", cursor: "c")
            _ = try? await client.conversation("C0R")
            _ = try? await client.conversations(cursor: "c")
            _ = try? await client.userByEmail("a@b.example")
            #expect(server.received.count == 8)
            let found = try await violations(server.received)
            #expect(found == "")
        }
    }

    @Test("The check itself notices a wrong request")
    func control() async throws {
        let wrong = Received(
            method: "PUT", path: "/clickup/api/v2/task/1", query: "nonsense=1",
            headers: ["content-type": "application/json"],
            body: Array(#"{"status":7}"#.utf8))
        let wrongInAsana = Received(
            method: "PUT", path: "/asana/api/1.0/tasks/1", query: "",
            headers: ["content-type": "application/json"], body: Array(#"{"data":{"completed":"yes"}}"#.utf8))
        let found = try await violations([wrong, wrongInAsana])
        #expect(found.contains("nonsense") && found.contains("status") && found.contains("completed"))
    }
}
