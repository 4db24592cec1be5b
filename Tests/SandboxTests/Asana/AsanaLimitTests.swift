import Testing

@testable import BureauSandbox

@Suite("What Asana lets a token do at once and in a minute")
struct AsanaLimitTests {
    private func limit(_ host: ServiceHost, _ words: JSON) async throws {
        let answer = try await host.send(
            "POST", "/_control/asana/limits", headers: ["content-type": "application/json"], bytes: Array(words.bytes))
        #expect(answer.status == 200)
    }

    @Test("Above a minute's calls a token waits for the next minute, and what was refused counts too")
    func perMinute() {
        var allowance = AsanaAllowance(.init(callsPerMinute: 2))
        let waits = [0, 100, 30_000, 59_000, 60_000].map { milliseconds -> Int? in
            let wait = allowance.enter(isRead: true, now: milliseconds)
            if wait == nil { allowance.leave(isRead: true, having: 1) }
            return wait
        }
        #expect(waits == [nil, nil, 30, 1, nil])
    }

    @Test("What answers walk through is limited beside the number of calls")
    func cost() {
        var allowance = AsanaAllowance(.init(costPerMinute: 100))
        #expect(allowance.enter(isRead: true, now: 0) == nil)
        allowance.leave(isRead: true, having: AsanaAllowance.cost(of: .array(Array(repeating: ["a": 1], count: 50))))
        #expect(allowance.enter(isRead: true, now: 20_000) == 40)
        #expect(allowance.enter(isRead: true, now: 60_000) == nil)
    }

    @Test(
        "A call above a limit is answered 429 with the seconds to wait",
        arguments: ["calls_per_minute", "cost_per_minute", "reads_in_flight"])
    func refused(limited: String) async throws {
        try await ServiceHost.run { host in
            try await limit(host, .object([limited: 0]))
            let answer = try await host.asana("GET", "/users/me")
            let wait = answer.headers["retry-after"].flatMap { Int($0) } ?? 0
            #expect(answer.status == 429 && (1...60).contains(wait), "\(answer.headers)")
            #expect(answer.json["errors"]?.array?.count == 1)
        }
    }

    @Test(
        "No more writes at once than allowed: the one above is refused, reads go on",
        arguments: [(0, 50, 429, 200), (15, 0, 200, 429)])
    func inFlight(writes: Int, reads: Int, write: Int, read: Int) async throws {
        try await ServiceHost.run { host in
            try await limit(host, ["writes_in_flight": .int(writes), "reads_in_flight": .int(reads)])
            #expect(try await host.asana("PUT", "/tasks/\(AsanaDemo.task)", ["name": "x"]).status == write)
            #expect(try await host.asana("GET", "/users/me").status == read)
        }
    }

    @Test("A call that has ended leaves its place, the refused one as well as the one carried out")
    func leaves() async throws {
        try await ServiceHost.run { host in
            try await limit(host, ["writes_in_flight": 1])
            for status in [404, 200, 400, 200] {
                let path = status == 404 ? "/tasks/1" : "/tasks/\(AsanaDemo.task)"
                let body: JSON = status == 400 ? ["nonsense": 1] : ["name": "x"]
                #expect(try await host.asana("PUT", path, body).status == status)
            }
        }
    }

    @Test("A batch answers each of its calls by itself, in their order, and each counts")
    func batch() async throws {
        try await ServiceHost.run { host in
            let actions: JSON = [
                ["method": "get", "relative_path": "/users/me", "options": ["fields": ["name"]]],
                ["method": "get", "relative_path": "/tasks/1"],
                [
                    "method": "post", "relative_path": .string("/tasks/\(AsanaDemo.task)/stories"),
                    "data": ["text": "from a batch"],
                ],
            ]
            let answer = try await host.asana("POST", "/batch", ["actions": actions])
            let found = answer.json["data"]?.array ?? []
            #expect(answer.status == 200 && found.compactMap { $0["status_code"]?.int } == [200, 404, 201])
            #expect(found.first?["body"]?["data"]?["name"]?.string == "Jessie")
            let texts = try await host.asanaTask(AsanaDemo.task)["comments"]?.array?.compactMap { $0["text"]?.string }
            #expect(texts == ["from a batch"])
            // The batch itself is the one write that may be under way.
            try await limit(host, ["writes_in_flight": 1])
            let second = try await host.asana("POST", "/batch", ["actions": actions]).json["data"]?.array ?? []
            #expect(second.compactMap { $0["status_code"]?.int } == [200, 404, 429])
            #expect(second.last?["headers"]?["retry-after"] != nil)
        }
    }

    @Test("A tag is made, put on a task and taken off, and each is heard of in the whole workspace")
    func tags() async throws {
        try await ServiceHost.run { host in
            let stream = "/workspaces/\(AsanaDemo.workspace)/events", task = "/tasks/\(AsanaDemo.task)"
            let sync = try await host.asana("GET", stream).json["sync"]?.string ?? ""
            let made = try await host.asana("POST", "/workspaces/\(AsanaDemo.workspace)/tags", ["name": "q4"])
            let tag = made.json["data"]?["gid"]?.string ?? ""
            #expect(made.status == 201)
            #expect(try await host.asana("POST", task + "/addTag", ["tag": .string(tag)]).status == 200)
            let there = try await host.asana("GET", task + "/tags").json["data"]?.array?.compactMap {
                $0["gid"]?.string
            }
            #expect(there == [tag])
            let tasks = try await host.asana("GET", "/tags/\(tag)/tasks").json["data"]?.array
            #expect(tasks?.compactMap { $0["gid"]?.string } == [AsanaDemo.task])
            #expect(try await host.asana("POST", task + "/removeTag", ["tag": .string(tag)]).status == 200)
            #expect(try await host.asana("GET", task + "/tags").json["data"]?.array == [])
            let heard = try await host.asana("GET", "\(stream)?sync=\(sync)").json["data"]?.array ?? []
            let changes = heard.compactMap { $0["change"] }.filter { $0["field"]?.string == "tags" }
            #expect(changes.compactMap { $0["action"]?.string } == ["added", "removed"])
        }
    }
}
