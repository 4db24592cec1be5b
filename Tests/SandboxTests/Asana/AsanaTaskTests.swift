import BureauSandbox
import Testing

@testable import BureauSandbox

private typealias Demo = AsanaDemo

private let named: [(fields: String, json: String)] = [
    ("name", #"{"gid":"1208000000000101","name":"Intake"}"#),
    (
        "project",
        #"{"gid":"1208000000000101","project":{"gid":"1208000000000100","name":"Jessie Intake","resource_type":"project"}}"#
    ),
    ("project.name", #"{"gid":"1208000000000101","project":{"gid":"1208000000000100","name":"Jessie Intake"}}"#),
    ("nothing", #"{"gid":"1208000000000101"}"#),
]

@Test("Only the fields that are named come, and the gid", arguments: named)
private func optFields(fields: String, json: String) async throws {
    try await ServiceHost.run { host in
        let reply = try await host.asana("GET", "/sections/\(Demo.intake)?opt_fields=\(fields)")
        #expect(reply.json["data"]?.text == json)
    }
}

@Test("Lists are compact, one thing is nearly whole, and what is only given on request is not")
func compact() async throws {
    try await ServiceHost.run { host in
        let listed = try await host.asana("GET", "/tasks?project=\(Demo.project)").json["data"]?[0]?.object ?? [:]
        #expect(Set(listed.keys) == ["gid", "resource_type", "name", "resource_subtype"])
        let one = try await host.asana("GET", "/tasks/\(Demo.task)").json["data"]
        #expect(one?["memberships"]?[0]?["section"]?["name"]?.string == "Intake")
        #expect(one?["html_notes"] == nil && one?["assignee"]?.isNull == true)
        let field = one?["custom_fields"]?.array?.first { $0["name"]?.string == "Skill" }
        #expect(
            field?["enum_value"]?["name"]?.string == "SEO report" && field?["display_value"]?.string == "SEO report")
        let rich = try await host.asana("GET", "/tasks/\(Demo.task)?opt_fields=html_notes,assignee.email")
        #expect(rich.json["data"]?["html_notes"]?.string?.hasPrefix("<body>") == true)
    }
}

@Test("Pages follow each other by an opaque offset that is good for its own list only")
func asanaPages() async throws {
    try await ServiceHost.run { host in
        for number in 1...4 {
            _ = try await host.asana(
                "POST", "/tasks", ["name": .string("T\(number)"), "projects": [.string(Demo.project)]])
        }
        let base = "/tasks?project=\(Demo.project)&limit=3"
        var offset = "", found: [String] = [], pages = 0
        while pages < 9 {
            let page = try await host.asana("GET", base + offset).json
            found += (page["data"]?.array ?? []).compactMap { $0["gid"]?.string }
            pages += 1
            guard let next = page["next_page"]?["offset"]?.string else { break }
            offset = "&offset=\(next)"
        }
        #expect(pages == 3 && found.count == 7 && Set(found).count == 7)
        let foreign = try await host.asana("GET", "/tasks?project=\(Demo.builds)&limit=3\(offset)")
        #expect(foreign.status == 400)
    }
}

@Test("Tasks are sifted by when they changed and whether they are done; a comment counts as a change")
func sifting() async throws {
    try await ServiceHost.run { host in
        let before = AsanaTime.text(AsanaTime.milliseconds("2026-01-01T00:00:00Z") ?? 0)
        let fresh = { try await host.asana("GET", "/tasks?project=\(Demo.project)&modified_since=\(before)").json }
        #expect(try await fresh()["data"]?.array?.count == 3)
        let task = try await host.asana("GET", "/tasks/\(Demo.task)?opt_fields=modified_at").json["data"]
        let since = AsanaTime.text((AsanaTime.milliseconds(task?["modified_at"]?.string ?? "") ?? 0) + 3_600_000)
        let changed = { try await host.asana("GET", "/tasks?project=\(Demo.project)&modified_since=\(since)").json }
        #expect(try await changed()["data"]?.array?.isEmpty == true)
        _ = try await host.asana("POST", "/tasks/\(Demo.task)/stories", ["text": "hello"])
        #expect(try await changed()["data"]?.array?.compactMap { $0["gid"]?.string } == [Demo.task])
        _ = try await host.asana("PUT", "/tasks/\(Demo.task)", ["completed": true])
        let open = try await host.asana("GET", "/tasks?project=\(Demo.project)&completed_since=now").json
        #expect(open["data"]?.array?.count == 2)
    }
}

private let values: [(field: String, written: JSON, member: String, read: String, shown: String?)] = [
    (
        "1208000000000300", "1208000000000302", "enum_value.name",
        #"{"gid":"1208000000000302","name":"Content brief"}"#, "Content brief"
    ),
    ("1208000000000300", nil, "enum_value.name", "null", nil),
    ("1208000000000310", "bluebird", "text_value", "\"bluebird\"", "bluebird"),
    ("1208000000000330", ["date": "2026-10-01"], "date_value", #"{"date":"2026-10-01"}"#, "2026-10-01"),
]

@Test("Custom fields are written by type and read back in the shape of their type", arguments: values)
private func fieldValues(field: String, written: JSON, member: String, read: String, shown: String?) async throws {
    try await ServiceHost.run { host in
        let path = "/tasks/\(Demo.task)?opt_fields=custom_fields.\(member),custom_fields.display_value"
        let reply = try await host.asana("PUT", path, ["custom_fields": .object([field: written])])
        #expect(reply.status == 200)
        let value = reply.json["data"]?["custom_fields"]?.array?.first { $0["gid"]?.string == field }
        #expect(value?[member.split(separator: ".").first.map(String.init) ?? ""]?.text == read)
        #expect(value?["display_value"]?.string == shown)
    }
}

@Test("A move takes the task out of its section and puts it on top of the other; doing it again changes nothing")
func moving() async throws {
    try await ServiceHost.run { host in
        for _ in 1...2 {
            let moved = try await host.asana("POST", "/sections/\(Demo.review)/addTask", ["task": .string(Demo.task)])
            #expect(moved.json["data"]?.object?.isEmpty == true)
        }
        let task = try await host.asana("GET", "/tasks/\(Demo.task)").json["data"]
        #expect(task?["memberships"]?.array?.compactMap { $0["section"]?["name"]?.string } == ["Review"])
        let stories = try await host.asana("GET", "/tasks/\(Demo.task)/stories").json["data"]?.array ?? []
        #expect(stories.compactMap { $0["resource_subtype"]?.string } == ["section_changed"])
        #expect(stories.first?["type"]?.string == "system")
        _ = try await host.asana("POST", "/tasks/\(Demo.task)/addProject", ["project": .string(Demo.builds)])
        let both = try await host.asana("GET", "/tasks/\(Demo.task)").json["data"]
        #expect(both?["memberships"]?.array?.count == 2)
    }
}

@Test("A field that is refused leaves the rest of the same call undone")
func wholeOrNothing() async throws {
    try await ServiceHost.run { host in
        let reply = try await host.asana("PUT", "/tasks/\(Demo.task)", ["name": "New", "custom_fields": ["1": "x"]])
        #expect(reply.status == 400)
        #expect(try await host.asanaTask(Demo.task)["name"]?.string?.hasPrefix("SEO report") == true)
    }
}
