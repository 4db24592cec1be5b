import BureauSandbox
import Foundation
import Subprocess
import Testing

/// The folder with the vendors' machine-readable specifications: ours, or another one to try newer files with.
private let specifications =
    ProcessInfo.processInfo.environment["BUREAU_SPECS"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Specs").path

@Test("What the stand-ins accept and answer is what the vendors' specifications say")
func specificationsHold() async throws {
    try await DriveHost.run { host, token in
        try await useClickUp(host)
        try await useAsana(host)
        try await useSlack(host)
        try await useDrive(host, token)
        var all = host.exchanges.json.array ?? []
        for sent in await host.receiver.next(10) { all.append(bodyCheck(sent)) }
        let messages = try await host.state("slack")["messages"]?.array ?? []
        for message in messages where message["blocks"]?.array?.isEmpty == false {
            all.append(["schema": "slack-blockkit-message.schema.json", "value": message["blocks"] ?? .null])
        }
        let report = try await hold(.array(all))
        #expect(report.problems.isEmpty, "\(report.problems.joined(separator: "\n"))")
        #expect(report.checked >= 100)
    }
}

/// Every kind of call, and a webhook that hears of them.
private func useAsana(_ host: ServiceHost) async throws {
    let task = "1208000000000500", project = "1208000000000100", workspace = "1208000000000001"
    let hook = try await host.asana(
        "POST", "/webhooks",
        ["resource": .string(project), "target": .string("\(host.receiver.url)/asana/spec"), "filters": []])
    let hookID = hook.json["data"]?["gid"]?.string ?? ""
    for path in [
        "/users/me", "/users?workspace=\(workspace)", "/workspaces", "/workspaces/\(workspace)/projects",
        "/projects/\(project)", "/projects/\(project)/sections", "/projects/\(project)/custom_field_settings",
        "/projects/\(project)/tasks", "/sections/1208000000000101", "/sections/1208000000000101/tasks?limit=1",
        "/tasks?project=\(project)&opt_fields=name,custom_fields.enum_value.name,memberships.section.name",
        "/tasks/\(task)", "/tasks/\(task)/subtasks", "/custom_fields/1208000000000300",
        "/webhooks?workspace=\(workspace)", "/webhooks/\(hookID)",
    ] { #expect(try await host.asana("GET", path).status == 200, "\(path)") }
    let made = try await host.asana(
        "POST", "/tasks", ["name": "Demo", "projects": [.string(project)], "assignee": "me", "due_on": "2026-12-01"])
    let id = made.json["data"]?["gid"]?.string ?? ""
    _ = try await host.asana("POST", "/tasks/\(id)/subtasks", ["name": "Part"])
    _ = try await host.asana(
        "PUT", "/tasks/\(id)",
        ["completed": true, "custom_fields": ["1208000000000300": "1208000000000301", "1208000000000310": "demo"]])
    _ = try await host.asana("POST", "/sections/1208000000000103/addTask", ["task": .string(id)])
    _ = try await host.asana("POST", "/tasks/\(id)/addProject", ["project": "1208000000000200"])
    _ = try await host.asana("POST", "/tasks/\(id)/addFollowers", ["followers": ["1208000000000011"]])
    let story = try await host.asana("POST", "/tasks/\(id)/stories", ["html_text": "<body>a <strong>b</strong></body>"])
    let storyID = story.json["data"]?["gid"]?.string ?? ""
    _ = try await host.asana("PUT", "/stories/\(storyID)", ["text": "c"])
    for path in ["/stories/\(storyID)", "/tasks/\(id)/stories", "/tasks/\(id)"] {
        _ = try await host.asana("GET", path)
    }
    let file = try await host.asanaFile(to: id, name: "a.md", Array("x".utf8))
    _ = try await host.asana("GET", "/attachments?parent=\(id)")
    _ = try await host.asana("GET", "/attachments/\(file.json["data"]?["gid"]?.string ?? "")")
    let sync = try await host.asana("GET", "/events?resource=\(project)").json["sync"]?.string ?? ""
    _ = try await host.asana("DELETE", "/stories/\(storyID)")
    _ = try await host.asana("GET", "/events?resource=\(project)&sync=\(sync)")
    _ = try await host.asana(
        "POST", "/batch",
        [
            "actions": [
                ["method": "get", "relative_path": "/users/me", "options": ["fields": ["name"]]],
                ["method": "put", "relative_path": .string("/tasks/\(id)"), "data": ["name": "Demo, again"]],
                ["method": "get", "relative_path": "/tasks/1"],
            ]
        ])
    let stream = "/workspaces/\(workspace)/events"
    let began = try await host.asana("GET", stream).json["sync"]?.string ?? ""
    _ = try await host.asana("GET", "\(stream)?sync=\(began)")
    _ = try await host.asana(
        "PUT", "/webhooks/\(hookID)", ["filters": [["resource_type": "task", "action": "deleted"]]])
    _ = try await host.asana("POST", "/tasks/\(id)/removeProject", ["project": "1208000000000200"])
}

private func bodyCheck(_ sent: Receiver.Delivery) -> JSON {
    switch sent.path {
    case "/slack/interactions":
        [
            "schema": "slack-inbound.schema.json", "definition": "block_actions",
            "value": SlackCheck.payload(sent) ?? .null,
        ]
    case "/slack/commands":
        [
            "schema": "slack-inbound.schema.json", "definition": "slash_command",
            "value": .object(SlackCheck.fields(sent).mapValues { .string($0) }),
        ]
    case "/asana/spec": ["schema": "asana-webhook-delivery.schema.json", "value": sent.json]
    default: ["schema": "clickup-webhook-delivery.schema.json", "value": sent.json]
    }
}

private func useClickUp(_ host: ServiceHost) async throws {
    for path in [
        "/user", "/team", "/task/86demoshm1", "/list/901100000001", "/list/901100000001/field",
        "/list/901100000001/task?page=0&subtasks=true", "/team/9018614428/webhook",
    ] { _ = try await host.clickUp("GET", path) }
    let made = try await host.clickUp(
        "POST", "/list/901100000001/task",
        ["name": "Demo", "description": "d", "parent": "86demoshm1", "custom_fields": []])
    let id = made.json["id"]?.string ?? ""
    _ = try await host.clickUp("PUT", "/task/\(id)", ["status": "Ready (Automate)"])
    _ = try await host.clickUp("POST", "/task/\(id)/comment", ["comment_text": "plain", "notify_all": false])
    let parts: JSON = [
        ["text": "Audit", "attributes": ["bold": true]], ["text": "\n", "attributes": [:]],
        ["type": "tag", "user": ["id": 8001]], ["text": "Report", "attributes": ["link": "https://a.example"]],
    ]
    _ = try await host.clickUp("POST", "/task/\(id)/comment", ["comment": parts, "notify_all": false])
    _ = try await host.clickUp("GET", "/task/\(id)/comment")
    let fields = try await host.clickUp("GET", "/list/901100000001/field").json["fields"]?.array ?? []
    for field in fields where field["name"]?.string == "client_id" {
        _ = try await host.clickUp("POST", "/task/\(id)/field/\(field["id"]?.string ?? "")", ["value": "demo"])
        _ = try await host.clickUp("DELETE", "/task/\(id)/field/\(field["id"]?.string ?? "")")
    }
    let file = "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a.md\"\r\n\r\nx\r\n--b--\r\n"
    _ = try await host.send(
        "POST", "/clickup/api/v2/task/\(id)/attachment",
        headers: ["Authorization": "pk_demo", "Content-Type": "multipart/form-data; boundary=b"],
        bytes: Array(file.utf8))
    _ = try await host.clickUp("GET", "/task/\(id)?include_markdown_description=true")
    let hook = try await host.clickUp(
        "POST", "/team/9018614428/webhook",
        ["endpoint": "https://a.example", "events": ["taskStatusUpdated"], "task_id": "86demoshm2"])
    let hookID = hook.json["id"]?.string ?? ""
    _ = try await host.clickUp(
        "PUT", "/webhook/\(hookID)", ["endpoint": "https://b.example", "events": "*", "status": "active"])
    _ = try await host.clickUp("DELETE", "/webhook/\(hookID)")
}

private func useSlack(_ host: ServiceHost) async throws {
    let blocks: JSON = [
        ["type": "header", "text": ["type": "plain_text", "text": "Audit complete"]],
        ["type": "section", "fields": [["type": "mrkdwn", "text": "*Client*\nDemo"]]],
        ["type": "context", "elements": [["type": "mrkdwn", "text": "run 1"]]], ["type": "divider"],
        [
            "type": "actions",
            "elements": [
                ["type": "button", "action_id": "go", "value": "1", "text": ["type": "plain_text", "text": "Go"]]
            ],
        ],
    ]
    _ = try await host.slack("auth.test")
    let posted = try await host.slack(
        "chat.postMessage",
        [
            "channel": "C0RESULTS", "text": "t", "blocks": blocks, "unfurl_links": false,
            "metadata": ["event_type": "x", "event_payload": ["a": "b"]],
        ])
    let ts = posted["ts"] ?? .null
    _ = try await host.slack("chat.postMessage", ["channel": "C0RESULTS", "text": "reply", "thread_ts": ts])
    _ = try await host.control("/slack/click", ["channel": "C0RESULTS", "ts": ts, "action_id": "go"])
    _ = try await host.control("/slack/command", ["text": "status"])
    _ = try await host.slack("chat.update", ["channel": "C0RESULTS", "ts": ts, "text": "t2", "blocks": blocks])
    _ = try await host.slack("chat.postEphemeral", ["channel": "C0RESULTS", "user": "U0ANA", "text": "psst"])
    _ = try await host.slack("conversations.history", ["channel": "C0RESULTS", "include_all_metadata": true])
    _ = try await host.slack("conversations.replies", ["channel": "C0RESULTS", "ts": ts])
    _ = try await host.slack("conversations.list", ["limit": 2])
    _ = try await host.slack("conversations.info", ["channel": "C0RESULTS"])
    _ = try await host.slack("conversations.join", ["channel": "C0GENERAL"])
    _ = try await host.slack("conversations.open", ["users": "U0TRUNG"])
    _ = try await host.slack("users.info", ["user": "U0JAKE"])
    _ = try await host.slack("users.lookupByEmail", ["email": "ana@agency.example"])
    let ticket = try await host.slack("files.getUploadURLExternal", ["filename": "a.md", "length": 1])
    _ = try await host.send("POST", ticket["upload_url"]?.string ?? "", bytes: [65])
    let fileID = ticket["file_id"] ?? .null
    _ = try await host.slack("files.completeUploadExternal", ["files": [["id": fileID]], "channel_id": "C0RESULTS"])
    _ = try await host.slack("files.info", ["file": fileID])
    _ = try await host.slack("chat.delete", ["channel": "C0RESULTS", "ts": ts])
}

private func useDrive(_ host: ServiceHost, _ token: String) async throws {
    let id = try await host.freshID(token)
    _ = try await host.drive(
        "POST", "/files?supportsAllDrives=true&fields=*", token,
        [
            "id": .string(id), "name": "Audits", "mimeType": "application/vnd.google-apps.folder",
            "parents": ["1DEMOROOT"], "appProperties": ["bureau_path": "a"],
        ])
    _ = try await host.drive("GET", "/files/\(id)?supportsAllDrives=true&fields=*", token)
    _ = try await host.drive("PATCH", "/files/\(id)?supportsAllDrives=true&fields=*", token, ["name": "Audits 2"])
    _ = try await host.found("trashed = false", token)
    let start = try await host.send(
        "POST", "/google/upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=*",
        headers: ["Authorization": token], json: ["name": "a.zip", "parents": [.string(id)]])
    let address = start.headers["location"] ?? ""
    _ = try await host.send("PUT", String(address.dropFirst(host.baseURL.count)), bytes: [1, 2, 3])
}

/// Runs the check; what disagreed, and how many bodies were looked at.
private func hold(_ exchanges: JSON) async throws -> (problems: [String], checked: Int) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-specs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "exchanges.json")
    try exchanges.bytes.write(to: file)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "hold_against_specs.py")
    let result = try await Subprocess.run(
        .name("python3"), arguments: [script.path, specifications, file.path],
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    var lines = result.standardOutput.split(separator: "\n").map(String.init)
    let last = lines.popLast() ?? ""
    guard last.hasPrefix("checked "), let checked = Int(last.dropFirst("checked ".count)) else {
        return (["the check did not run: \(result.standardError)"], 0)
    }
    return (lines, checked)
}
