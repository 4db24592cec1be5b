import BureauSandbox
import Testing

private struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET", path: String, token: String? = "pk_demo", body: JSON? = .none
    let status: Int, code: String
}

private let refusals: [Refused] = [
    Refused(testDescription: "A call without a token", path: "/user", token: nil, status: 400, code: "OAUTH_017"),
    Refused(testDescription: "An unknown token", path: "/user", token: "pk_other", status: 401, code: "OAUTH_025"),
    Refused(testDescription: "A task that is not there", path: "/task/86none", status: 404, code: "ITEM_013"),
    Refused(
        testDescription: "A custom id that is not announced as one", path: "/task/SEO-101", status: 404,
        code: "ITEM_013"),
    Refused(
        testDescription: "A custom id of another workspace", path: "/task/SEO-101?custom_task_ids=true&team_id=1",
        status: 401, code: "OAUTH_027"),
    Refused(testDescription: "A list of another workspace", path: "/list/1", status: 401, code: "OAUTH_027"),
    Refused(
        testDescription: "A status the list does not have", method: "PUT", path: "/task/86demoshm1",
        body: ["status": "shipped"], status: 400, code: "ITEM_114"),
    Refused(
        testDescription: "A custom field through the task update", method: "PUT", path: "/task/86demoshm1",
        body: ["custom_fields": []], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "A comment without notify_all", method: "POST", path: "/task/86demoshm1/comment",
        body: ["comment_text": "hello"], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "An empty comment", method: "POST", path: "/task/86demoshm1/comment",
        body: ["comment_text": "", "notify_all": false], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "A mention of nobody", method: "POST", path: "/task/86demoshm1/comment",
        body: ["comment": [["type": "tag"]], "notify_all": false], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "A task without a name", method: "POST", path: "/list/901100000001/task",
        body: ["name": "  "], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "An attachment that is not multipart", method: "POST", path: "/task/86demoshm1/attachment",
        body: ["attachment": "x"], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "A webhook for an unknown event", method: "POST", path: "/team/9018614428/webhook",
        body: ["endpoint": "https://a.example", "events": ["taskExploded"]], status: 400, code: "INPUT_005"),
    Refused(
        testDescription: "A webhook in another workspace", method: "POST", path: "/team/1/webhook",
        body: ["endpoint": "https://a.example", "events": "*"], status: 401, code: "OAUTH_027"),
]

@Test("ClickUp is refused what the vendor refuses", arguments: refusals)
private func refused(_ call: Refused) async throws {
    try await ServiceHost.run { host in
        let headers = call.token.map { ["Authorization": $0] } ?? [:]
        let reply = try await host.send(call.method, "/clickup/api/v2" + call.path, headers: headers, json: call.body)
        #expect(reply.status == call.status)
        #expect(reply.json["ECODE"]?.string == call.code)
        #expect(reply.json["err"]?.string?.isEmpty == false)
    }
}

@Test("An OAuth token comes with Bearer, and every answer says how many calls are left")
func bearerAndRate() async throws {
    try await ServiceHost.run { host in
        let reply = try await host.send("GET", "/clickup/api/v2/user", headers: ["Authorization": "Bearer pk_demo"])
        #expect(reply.status == 200)
        #expect(reply.json["user"]?["id"]?.int == 8000)
        #expect(reply.headers["x-ratelimit-limit"] == "10000")
        #expect(reply.headers["x-ratelimit-remaining"] == "9999")
        #expect(Int(reply.headers["x-ratelimit-reset"] ?? "") ?? 0 > 1_700_000_000)
    }
}

@Test("A path that does not exist is answered in HTML")
func unknownPath() async throws {
    try await ServiceHost.run { host in
        let reply = try await host.clickUp("DELETE", "/spaces")
        #expect(reply.status == 404)
        #expect(reply.headers["content-type"]?.hasPrefix("text/html") == true)
    }
}
