import BureauSandbox
import Crypto
import Foundation
import Testing

private func move(_ host: ServiceHost, _ status: String, task: String = "86demoshm1") async throws {
    #expect(try await host.clickUp("PUT", "/task/\(task)", ["status": .string(status)]).status == 200)
}

private func signature(_ bytes: [UInt8], _ secret: String) -> String {
    HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Data(secret.utf8)))
        .map { String(format: "%02x", $0) }.joined()
}

private func health(_ host: ServiceHost) async throws -> (status: String?, count: Int?) {
    let hook = try await host.clickUp("GET", "/team/9018614428/webhook").json["webhooks"]?[0]
    return (hook?["health"]?["status"]?.string, hook?["health"]?["fail_count"]?.int)
}

@Test("A status change raises two events with one history id, signed over the bytes as sent")
func statusEvents() async throws {
    try await ServiceHost.run { host in
        try await move(host, "Ready (Automate)")
        let sent = await host.receiver.next(2)
        #expect(sent.map(\.event) == ["taskStatusUpdated", "taskUpdated"])
        #expect(sent.allSatisfy { $0.path == "/webhook/sentinel" })
        #expect(sent.allSatisfy { $0.headers["x-signature"] == signature($0.bytes, "demo-clickup-webhook-secret") })
        let items = sent.compactMap { $0.json["history_items"]?[0] }
        #expect(Set(items.compactMap { $0["id"]?.string }).count == 1)
        #expect(items.first?["before"]?["status"]?.string == "to do")
        #expect(items.first?["after"]?["status"]?.string == "ready (automate)")
        #expect(items.first?["parent_id"]?.string == "901100000001")
        #expect(items.first?["user"]?["id"]?.int == 8000)
    }
}

@Test("Setting the status a task has raises nothing, and a person's move carries that person")
func sameStatusAndPerson() async throws {
    try await ServiceHost.run { host in
        try await move(host, "to do")
        _ = try await host.send(
            "POST", "/board/86demoblu1/status", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            bytes: Array("status=review".utf8))
        let sent = await host.receiver.next(2)
        #expect(sent.allSatisfy { $0.json["task_id"]?.string == "86demoblu1" })
        #expect(sent.first?.json["history_items"]?[0]?["user"]?["id"]?.int == 8001)
    }
}

@Test("A new task and a comment raise the events the vendor raises, each list's at its own address")
func otherEvents() async throws {
    try await ServiceHost.run { host in
        _ = try await host.clickUp("POST", "/list/901100000002/task", ["name": "A brief"])
        let made = try await host.clickUp("POST", "/list/901100000001/task", ["name": "An audit"])
        let sent = await host.receiver.next(4)
        #expect(sent.filter { $0.path == "/webhook/catalyst" }.count == 2)
        let created = sent.filter { $0.path == "/webhook/sentinel" }
        try #require(created.count == 2)
        #expect(created.map(\.event) == ["taskCreated", "taskStatusUpdated"])
        #expect(created[0].json["history_items"]?.array?.count == 2)
        #expect(created[1].json["history_items"]?[0]?["before"]?["status"]?.isNull == true)
        let id = made.json["id"]?.string ?? ""
        let comment = try await host.clickUp(
            "POST", "/task/\(id)/comment", ["comment_text": "Done", "notify_all": false])
        let posted = await host.receiver.next(2)
        #expect(posted.map(\.event) == ["taskCommentPosted", "taskUpdated"])
        #expect(posted[0].json["history_items"]?[0]?["id"] == comment.json["hist_id"])
        #expect(posted[0].json["history_items"]?[0]?["comment"]?["text_content"]?.string == "Done")
    }
}

@Test("History ids are not given out again after a reset")
func freshIDs() async throws {
    try await ServiceHost.run { host in
        try await move(host, "review")
        let before = await host.receiver.next(2)
        _ = try await host.control("/reset", [:])
        try await move(host, "review")
        let after = await host.receiver.next(2)
        #expect(before.first?.json["history_items"]?[0]?["id"] != after.first?.json["history_items"]?[0]?["id"])
    }
}

@Test("An event is tried five times, then lost, and the webhook counts as failing until a success")
func fiveAttempts() async throws {
    try await ServiceHost.run { host in
        // The twin event of the same change is not sent, so that all five attempts are for one event.
        _ = try await host.clickUp(
            "PUT", "/webhook/5e0a3c1e-0000-4000-8000-00000000d3e0", ["events": ["taskStatusUpdated"]])
        host.receiver.answer([500, 503, 500, 404, 500])
        try await move(host, "review")
        let attempts = await host.receiver.next(5)
        #expect(attempts.count == 5 && Set(attempts.map(\.bytes)).count == 1)
        let failing = try await host.wait({ try await health(host) }) { $0.status == "failing" }
        #expect(failing == ("failing", 1))
        try await move(host, "blocked")
        #expect(await host.receiver.next(1).count == 1)
        let active = try await host.wait({ try await health(host) }) { $0.status == "active" }
        #expect(active == ("active", 0))
    }
}

@Test("401 and 410 suspend a webhook at once; switching it on again is enough", arguments: [401, 410])
func suspension(status: Int) async throws {
    try await ServiceHost.run { host in
        host.receiver.answer([status])
        try await move(host, "review")
        #expect(await host.receiver.next(1).count == 1)
        let suspended = try await host.wait({ try await health(host) }) { $0.status == "suspended" }
        #expect(suspended.status == "suspended")
        try await move(host, "blocked")
        _ = try await host.clickUp("PUT", "/webhook/5e0a3c1e-0000-4000-8000-00000000d3e0", ["status": "active"])
        try await move(host, "complete")
        let sent = await host.receiver.next(2)
        #expect(sent.first?.json["history_items"]?[0]?["after"]?["status"]?.string == "complete")
    }
}

@Test("A webhook has a secret of its own, its own place, and only one twin")
func registering() async throws {
    try await ServiceHost.run { host in
        let body: JSON = [
            "endpoint": "127.0.0.1:9/hook", "events": ["taskStatusUpdated"], "list_id": 901_100_000_002,
        ]
        let made = try await host.clickUp("POST", "/team/9018614428/webhook", body)
        #expect(made.json["webhook"]?["endpoint"]?.string == "https://127.0.0.1:9/hook")
        #expect(made.json["webhook"]?["secret"]?.string?.count == 64)
        #expect(made.json["webhook"]?["list_id"]?.int == 901_100_000_002)
        let twin = try await host.clickUp("POST", "/team/9018614428/webhook", body)
        #expect(twin.status == 400 && twin.json["ECODE"]?.string == "OAUTH_171")
        let id = made.json["id"]?.string ?? ""
        #expect(try await host.clickUp("DELETE", "/webhook/\(id)").status == 200)
        #expect(try await host.clickUp("DELETE", "/webhook/\(id)").status == 404)
    }
}

private let faults: [(action: String, events: [String])] = [
    ("drop", ["taskUpdated"]), ("duplicate", ["taskStatusUpdated", "taskStatusUpdated", "taskUpdated"]),
    ("reorder", ["taskUpdated", "taskStatusUpdated"]),
    ("status_after:500", ["taskStatusUpdated", "taskUpdated", "taskStatusUpdated"]),
    ("status:500", ["taskUpdated", "taskStatusUpdated"]), ("delay_ms:20", ["taskStatusUpdated", "taskUpdated"]),
    ("suspend", []),
]

@Test("Deliveries can be dropped, doubled, reordered, delayed, repeated and suspended", arguments: faults)
private func deliveryFaults(action: String, events: [String]) async throws {
    let held = HeldBack()
    try await ServiceHost.run({ $0.sleep = { try await held.sleep($0) } }) { host in
        try await host.fault("clickup", "webhook.deliver", action)
        try await move(host, "review")
        // What is held back or repeated is the last.
        var sent = await host.receiver.next(max(0, events.count - 1)).map(\.event)
        held.open()
        sent += await host.receiver.next(min(1, events.count)).map(\.event)
        #expect(sent == events)
        if action == "suspend" {
            #expect(try await host.wait({ try await health(host) }) { $0.status == "suspended" }.status == "suspended")
        }
    }
}
