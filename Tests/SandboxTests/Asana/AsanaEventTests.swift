import BureauSandbox
import Foundation
import Testing

@testable import BureauSandbox

private typealias Demo = AsanaDemo

@Test("Signatures are the ones of the worked examples")
func vectors() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "VendorsTests/Fixtures/signature-vectors.json")
    let all = try JSON(parsing: Data(contentsOf: file))["vectors"]?.array ?? []
    let ours = all.filter { $0["scheme"]?.string == "asana" && $0["valid"]?.bool == true }
    #expect(ours.count >= 3)
    for vector in ours {
        let made = hexHMAC(Array((vector["body"]?.string ?? "").utf8), secret: vector["secret"]?.string ?? "")
        #expect(made == vector["headers"]?["X-Hook-Signature"]?.string)
    }
}

@Test("The handshake comes before the answer, a signed heartbeat after it, and the secret is shown once")
func handshake() async throws {
    try await ServiceHost.run { host in
        let target = host.receiver.url + "/hooks/asana/w1"
        let made = try await host.asana(
            "POST", "/webhooks", ["resource": .string(Demo.project), "target": .string(target)])
        #expect(made.status == 201)
        let secret = made.json["X-Hook-Secret"]?.string ?? ""
        #expect(secret.count == 64 && made.json["data"]?["target"]?.string == target)
        let sent = await host.receiver.next(2)
        #expect(sent.first?.headers["x-hook-secret"] == secret && sent.first?.headers["x-hook-signature"] == nil)
        #expect(sent.last?.bytes == Array(#"{"events":[]}"#.utf8))
        #expect(sent.last?.headers["x-hook-signature"] == hexHMAC(sent.last?.bytes ?? [], secret: secret))
        let gid = made.json["data"]?["gid"]?.string ?? ""
        #expect(try await !host.asana("GET", "/webhooks/\(gid)").text.contains(secret))
        #expect(try await host.asana("DELETE", "/webhooks/\(gid)").status == 200)
        #expect(try await host.asana("GET", "/webhooks/\(gid)").status == 404)
    }
}

private let acts: [(act: String, fields: JSON, told: [String])] = [
    ("assign", ["assignee": "me"], ["changed default_task assignee", "added assigned"]),
    ("comment", ["text": "hello"], ["added comment_added"]),
    (
        "move", ["section": "Ready"],
        ["removed default_task", "added default_task", "added section_changed"]
    ),
    ("complete", [:], ["changed default_task completed", "added marked_complete"]),
    (
        "field", ["field": "Skill", "value": "Ads report"],
        ["changed default_task custom_fields", "added enum_custom_field_changed"]
    ),
    ("rename", ["text": "New"], ["changed default_task name", "added name_changed"]),
    ("tag", ["tag": "1208000000000400"], ["changed default_task tags", "added added_to_tag"]),
    ("delete", [:], ["deleted default_task"]),
]

@Test("What people do is told in one signed body, under their gid", arguments: acts)
private func told(act: String, fields: JSON, told: [String]) async throws {
    try await ServiceHost.run { host in
        let hook = try await host.asanaHook()
        var fields = fields
        fields["task"] = .string(Demo.task)
        fields["user"] = .string(Demo.ana)
        #expect(try await host.asanaPerson(act, fields).status == 200)
        let sent = await host.receiver.next(1)
        #expect(sent.first?.told == told)
        #expect(sent.first?.headers["x-hook-signature"] == hexHMAC(sent.first?.bytes ?? [], secret: hook.secret))
        #expect(sent.first?.json["events"]?.array?.allSatisfy { $0["user"]?["gid"]?.string == Demo.ana } == true)
    }
}

private let filters: [(filters: JSON, told: [String])] = [
    ([["resource_type": "story", "resource_subtype": "comment_added", "action": "added"]], ["added comment_added"]),
    ([["resource_type": "task", "action": "changed", "fields": ["completed"]]], ["changed default_task completed"]),
    (
        [["action": "deleted"], ["resource_type": "task"]],
        ["changed default_task assignee", "changed default_task completed"]
    ),
]

@Test("An event passes when any filter takes it", arguments: filters)
private func filtering(filters: JSON, told: [String]) async throws {
    try await ServiceHost.run { host in
        _ = try await host.asanaHook(filters)
        let task: JSON = .string(Demo.task)
        try await host.asanaPerson("assign", ["task": task, "assignee": "me"])
        try await host.asanaPerson("comment", ["task": task, "text": "hello"])
        try await host.asanaPerson("complete", ["task": task])
        var found: [String] = []
        while found.count < told.count {
            let sent = await host.receiver.next(1)
            if sent.isEmpty { break }
            found += sent.flatMap(\.told)
        }
        #expect(found == told)
    }
}

@Test("A burst leaves in few bodies, and what happens below a task is told to its project")
func burst() async throws {
    try await ServiceHost.run { host in
        _ = try await host.asanaHook()
        let part = try await host.asana("POST", "/tasks/\(Demo.task)/subtasks", ["name": "Part"])
        let gid = part.json["data"]?["gid"]?.string ?? ""
        // What happens while one body is under way waits for the next.
        try await host.fault("asana", "webhook.deliver", "delay_ms:1000")
        for number in 1...20 {
            try await host.asanaPerson("comment", ["task": .string(gid), "text": .string("\(number)")])
        }
        var bodies = 0, comments = 0
        while comments < 20 {
            let sent = await host.receiver.next(1)
            if sent.isEmpty { break }
            bodies += 1
            comments += sent[0].told.count { $0 == "added comment_added" }
        }
        #expect(comments == 20 && bodies < 20)
    }
}

private let faults: [(action: String, events: [String])] = [
    ("drop", ["2"]), ("duplicate", ["1", "1", "2"]), ("status_after:500", ["1", "1", "2"]), ("status:500", ["1", "2"]),
    ("delay_ms:20", ["1", "2"]),
]

@Test("Deliveries can be dropped, doubled, delayed and repeated", arguments: faults)
private func deliveryFaults(action: String, events: [String]) async throws {
    try await ServiceHost.run { host in
        _ = try await host.asanaHook()
        try await host.fault("asana", "webhook.deliver", action)
        try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": "one"])
        var found: [String] = []
        let first = events.count { $0 == "1" }
        for _ in 0..<first { found += await host.receiver.next(1).map { _ in "1" } }
        if first == 0 {
            _ = try await host.wait({ host.sandbox.faults.entries.first?.struck }) { $0 == 1 }
        }
        try await host.asanaPerson("complete", ["task": .string(Demo.task)])
        found += await host.receiver.next(1).map { $0.told.first == "changed default_task completed" ? "2" : "?" }
        #expect(found == events)
    }
}

@Test("A body that is held back comes after the next")
func reordered() async throws {
    let held = HeldBack()
    try await ServiceHost.run({ $0.sleep = { try await held.sleep($0) } }) { host in
        _ = try await host.asanaHook()
        try await host.fault("asana", "webhook.deliver", "reorder")
        try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": "one"])
        _ = try await host.wait({ host.sandbox.faults.entries.first?.struck }) { $0 == 1 }
        try await host.asanaPerson("complete", ["task": .string(Demo.task)])
        var sent = await host.receiver.next(1)
        held.open()
        sent += await host.receiver.next(1)
        #expect(sent.map(\.told.first) == ["changed default_task completed", "added comment_added"])
    }
}

@Test("Asana may delete a webhook in silence, and says when it is about to")
func deletion() async throws {
    try await ServiceHost.run { host in
        let hook = try await host.asanaHook()
        host.receiver.answer([500])
        try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": "one"])
        _ = await host.receiver.next(1)
        let failing = try await host.wait({ try await host.asana("GET", "/webhooks/\(hook.gid)").json["data"] }) {
            $0?["failure_deletion_timestamp"]?.string != nil || $0?["last_failure_at"]?.string != nil
        }
        #expect(failing?["last_failure_content"]?.string == "500")
        #expect(await host.receiver.next(1).count == 1)
        try await host.fault("asana", "webhook.deliver", "suspend")
        try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": "two"])
        let gone = try await host.wait({ try await host.asana("GET", "/webhooks/\(hook.gid)").status }) { $0 == 404 }
        #expect(gone == 404)
    }
}

@Test("A webhook that failed for a day is deleted")
func failureWindow() throws {
    var workspace = AsanaSeed.workspace(now: 1_000_000)
    workspace.webhooks = [
        AsanaWebhook(
            gid: "9", resource: AsanaRef(gid: Demo.project, type: "project"), target: "t", secret: "test", created: 0,
            filters: [])
    ]
    let day = AsanaWebhook.failingMillisecondsMax
    let survived = [0, day - 1, day].map { workspace.failed("9", "500", next: nil, now: 1_000_000 + $0) }
    #expect(survived == [true, true, false] && workspace.webhooks.isEmpty)
}

@Test("The event stream starts with a refusal that carries a token, and a page asked for twice is the same")
func stream() async throws {
    try await ServiceHost.run { host in
        let base = "/events?resource=\(Demo.project)"
        let first = try await host.asana("GET", base)
        #expect(first.status == 412 && first.json["errors"]?[0]?["message"] != nil)
        let token = first.json["sync"]?.string ?? ""
        for number in 1...120 {
            try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": .string("\(number)")])
        }
        let page = try await host.asana("GET", base + "&sync=\(token)")
        #expect(page.json["data"]?.array?.count == 100 && page.json["has_more"]?.bool == true)
        let again = try await host.asana("GET", base + "&sync=\(token)")
        #expect(again.json["data"] == page.json["data"])
        let rest = try await host.asana("GET", base + "&sync=\(page.json["sync"]?.string ?? "")")
        #expect(rest.json["data"]?.array?.count == 20 && rest.json["has_more"]?.bool == false)
        let none = try await host.asana("GET", base + "&sync=\(rest.json["sync"]?.string ?? "")")
        #expect(none.json["data"]?.array?.isEmpty == true)
        #expect(try await host.asana("GET", "/events?resource=\(Demo.builds)&sync=\(token)").status == 412)
        try await host.asanaPerson("lose_tokens", [:])
        let lost = try await host.asana("GET", base + "&sync=\(rest.json["sync"]?.string ?? "")")
        #expect(lost.status == 412)
        let fresh = try await host.asana("GET", base + "&sync=\(lost.json["sync"]?.string ?? "")")
        #expect(fresh.status == 200)
    }
}

@Test("A token of the event stream dies after a day")
func oldToken() {
    let log = AsanaEventLog(), token = log.token(Demo.project, now: 0)
    #expect(log.page(token, of: Demo.project, now: AsanaEventLog.ageMillisecondsMax) != nil)
    #expect(log.page(token, of: Demo.project, now: AsanaEventLog.ageMillisecondsMax + 1) == nil)
}
