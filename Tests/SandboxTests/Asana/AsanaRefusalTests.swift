import BureauSandbox
import Testing

private struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET", path: String, token: String? = "Bearer demo-asana-token", data: JSON?
    let status: Int

    init(
        _ description: String, _ method: String = "GET", _ path: String, _ data: JSON? = nil,
        token: String? = "Bearer demo-asana-token", status: Int = 400
    ) {
        (testDescription, self.method, self.path, self.data) = (description, method, path, data)
        (self.token, self.status) = (token, status)
    }
}

private let task = "/tasks/\(AsanaDemo.task)", hook: JSON = ["resource": .string(AsanaDemo.project)]
private func filtered(_ filters: JSON, on resource: String = AsanaDemo.project) -> JSON {
    ["resource": .string(resource), "target": "http://127.0.0.1:9/x", "filters": filters]
}

private let refusals: [Refused] = [
    Refused("A call without a token", "GET", "/users/me", token: nil, status: 401),
    Refused("A token without Bearer", "GET", "/users/me", token: "demo-asana-token", status: 401),
    Refused("Another token", "GET", "/users/me", token: "Bearer demo-other", status: 401),
    Refused("A path that does not exist", "GET", "/spaces", status: 404),
    Refused("A task that is not there", "GET", "/tasks/1", status: 404),
    Refused("A project that is not there", "GET", "/projects/1/sections", status: 404),
    Refused("Tasks of everything", "GET", "/tasks"),
    Refused("Tasks of a project and a section", "GET", "/tasks?project=\(AsanaDemo.project)&section=1208000000000101"),
    Refused("A page of none", "GET", "/tasks?project=\(AsanaDemo.project)&limit=0"),
    Refused("A page above 100", "GET", "/tasks?project=\(AsanaDemo.project)&limit=101"),
    Refused("An offset nobody gave", "GET", "/tasks?project=\(AsanaDemo.project)&limit=1&offset=1"),
    Refused("A time that is none", "GET", "/tasks?project=\(AsanaDemo.project)&modified_since=soon"),
    Refused("An empty field name", "GET", task + "?opt_fields=name,,notes"),
    Refused("Search, which is paid", "GET", "/workspaces/\(AsanaDemo.workspace)/tasks/search", status: 402),
    Refused("A batch of nothing", "POST", "/batch", ["actions": []]),
    Refused(
        "A batch of eleven", "POST", "/batch",
        ["actions": .array(Array(repeating: ["method": "get", "relative_path": "/users/me"], count: 11))]),
    Refused(
        "An upload in a batch", "POST", "/batch",
        ["actions": [["method": "post", "relative_path": "/attachments", "data": [:]]]]),
    Refused("A batch in a batch", "POST", "/batch", ["actions": [["method": "post", "relative_path": "/batch"]]]),
    Refused(
        "An action with a method nobody knows", "POST", "/batch",
        ["actions": [["method": "fetch", "relative_path": "/users/me"]]]),
    Refused("A tag without a name", "POST", "/workspaces/\(AsanaDemo.workspace)/tags", ["color": "none"]),
    Refused("A tag in no workspace", "POST", "/tags", ["name": "x"]),
    Refused("A tag that is not there", "POST", task + "/addTag", ["tag": "1"], status: 404),
    Refused("Events of another workspace", "GET", "/workspaces/2/events", status: 404),
    Refused("Events of a workspace without a token", "GET", "/workspaces/\(AsanaDemo.workspace)/events", status: 412),
    Refused("A member no task has", "PUT", task, ["section": "1"]),
    Refused("Completed in words", "PUT", task, ["completed": "yes"]),
    Refused("A field of another project", "PUT", task, ["custom_fields": ["1208000000000350": 3]]),
    Refused("An option by its name", "PUT", task, ["custom_fields": ["1208000000000300": "SEO report"]]),
    Refused("An option of another field", "PUT", task, ["custom_fields": ["1208000000000300": "1208000000000321"]]),
    Refused("A date as plain text", "PUT", task, ["custom_fields": ["1208000000000330": "2026-10-01"]]),
    Refused("A day that does not exist", "PUT", task, ["due_on": "2026-13-01"]),
    Refused("An assignee nobody knows", "PUT", task, ["assignee": "1"], status: 404),
    Refused("A task in no place", "POST", "/tasks", ["name": "x"]),
    Refused("A task in a project that is not there", "POST", "/tasks", ["name": "x", "projects": ["1"]], status: 404),
    Refused(
        "A move to a section that is not there", "POST", "/sections/1/addTask", ["task": .string(AsanaDemo.task)],
        status: 404),
    Refused(
        "A move of a task that is not there", "POST", "/sections/1208000000000101/addTask", ["task": "1"], status: 404),
    Refused("A comment without words", "POST", task + "/stories", [:]),
    Refused("A comment in both forms", "POST", task + "/stories", ["text": "a", "html_text": "<body>a</body>"]),
    Refused("An attachment that is not multipart", "POST", "/attachments", ["parent": "1"]),
    Refused("A webhook without a target", "POST", "/webhooks", hook),
    Refused("A webhook that is not answered", "POST", "/webhooks", filtered([])),
    Refused("A filter with an unknown action", "POST", "/webhooks", filtered([["action": "exploded"]])),
    Refused("Fields without changed", "POST", "/webhooks", filtered([["action": "added", "fields": ["name"]]])),
    Refused(
        "Tasks on a workspace", "POST", "/webhooks", filtered([["resource_type": "task"]], on: AsanaDemo.workspace)),
    Refused("A workspace without filters", "POST", "/webhooks", filtered([], on: AsanaDemo.workspace)),
    Refused("Webhooks of no workspace", "GET", "/webhooks"),
    Refused("A webhook that is not there", "GET", "/webhooks/1", status: 404),
]

@Test("Asana is refused what the vendor refuses, in the vendor's shape", arguments: refusals)
private func refused(_ call: Refused) async throws {
    try await ServiceHost.run { host in
        let headers = call.token.map { ["Authorization": $0] } ?? [:]
        let reply = try await host.send(
            call.method, "/asana/api/1.0" + call.path, headers: headers, json: call.data.map { ["data": $0] })
        #expect(reply.status == call.status)
        #expect(reply.json["errors"]?[0]?["message"]?.string?.isEmpty == false)
        #expect(reply.json["errors"]?[0]?["help"]?.string?.contains("developers.asana.com") == true)
        // What was refused left nothing behind.
        #expect(try await host.asanaTask(AsanaDemo.task)["comments"]?.array?.isEmpty == true)
        #expect(try await host.state("asana")["webhooks"]?.array?.isEmpty == true)
    }
}

@Test("Scripted failures look like Asana's", arguments: [("limited:7", 429), ("status:500", 500), ("status:503", 503)])
func scripted(action: String, status: Int) async throws {
    try await ServiceHost.run { host in
        try await host.fault("asana", "task.get", action)
        let reply = try await host.asana("GET", "/tasks/\(AsanaDemo.task)")
        #expect(reply.status == status && reply.json["errors"]?[0]?["message"] != nil)
        #expect(reply.headers["retry-after"] == (status == 429 ? "7" : nil))
        #expect((reply.json["errors"]?[0]?["phrase"] != nil) == (status == 500))
    }
}

private let writes: [(operation: String, method: String, path: String, data: JSON, seen: @Sendable (JSON) -> Bool)] = [
    (
        "comment.create", "POST", task + "/stories", ["text": "hello"],
        { $0["comments"]?.array?.count == 1 }
    ),
    (
        "section.add_task", "POST", "/sections/\(AsanaDemo.review)/addTask", ["task": .string(AsanaDemo.task)],
        { $0["section"]?.string == "Review" }
    ),
    ("task.update", "PUT", task, ["name": "New"], { $0["name"]?.string == "New" }),
]

@Test("A write can be carried out and its answer lost", arguments: writes)
private func lostAnswers(
    operation: String, method: String, path: String, data: JSON, seen: @Sendable (JSON) -> Bool
) async throws {
    try await ServiceHost.run { host in
        try await host.fault("asana", operation, "drop_after")
        await #expect(throws: (any Error).self) { _ = try await host.asana(method, path, data) }
        #expect(seen(try await host.asanaTask(AsanaDemo.task)))
    }
}
