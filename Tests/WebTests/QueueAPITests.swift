import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("What was set aside, tried again and dismissed over the API")
struct QueueAPITests {
    private static let run = "01KARVN0000000000000000003", other = "01KARVN0000000000000000004"

    /// A run of each of two clients that was given up.
    private static func seed(_ server: Served) async throws {
        for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
        try await ReportSeed(run: run, runState: "failed").put(into: server)
        try await ReportSeed(
            id: "01KAREP0000000000000000002", run: other, client: "plunkett", runState: "failed", files: []
        ).put(into: server)
        _ = try await server.database.write {
            try $0.execute("UPDATE run SET cause = 'retries_exhausted', session_id = NULL", [])
        }
    }

    private static func outcomes(_ document: BureauDomain.JSONValue) -> [String: Bool] {
        let items = document["items"]?.array ?? []
        return Dictionary(
            items.map { ($0["id"]?.string ?? "", $0["ok"]?.bool ?? false) }, uniquingKeysWith: { $1 })
    }

    private static let deeds: [(String, RunState)] = [("redrive", .queued), ("drop", .failed)]

    @Test("Those that are named are tried again or dismissed, once each, and noted", arguments: deeds)
    func named(deed: String, state: RunState) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.seed(server)
            let erin = try await Program.of(server, "erin", .engineer)
            let body = #"{"ids": ["\#(Self.run)", "01KARVN0000000000000000009"]}"#
            let answer = try await erin.send(.post, "/api/v1/queue/\(deed)", body)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(Self.outcomes(answer.document) == [Self.run: true, "01KARVN0000000000000000009": false])
            #expect(try await server.house.queue.parked(QueueFilter()).map(\.id) == [Self.other])
            let found = try await server.house.runs.find(Self.run).state
            #expect(deed == "drop" ? found == state : found != .failed)
            #expect(try await server.house.audit.list(subject: "queue \(Self.run)").first?.actor.name == "erin")
        }
    }

    @Test("One that is named is found behind more than a look takes, by its whole id or how it begins")
    func behind() async throws {
        try await Served.run { server in
            try await Self.seed(server)
            let queued = [try await server.addRun(client: "acme").id, try await server.addRun(client: "acme").id]
            var filter = QueueFilter()
            filter.limit = 1
            for id in [Self.run, Self.other] {
                filter.ids = [id]
                #expect(try await server.house.queue.parked(filter).map(\.id) == [id])
            }
            for id in queued {
                filter.ids = ["nobody'\"", id.lowercased()]
                #expect(try await server.house.queue.waiting(filter).map(\.id) == [id])
            }
            filter.ids = [String(Self.run.prefix(5))]
            #expect(try await server.house.queue.parked(filter).isEmpty, "too short to name one")
            (filter.ids, filter.limit) = ([String(Self.run.prefix(10))], 10)
            #expect(try await server.house.queue.parked(filter).count == 2)
        }
    }

    @Test("A client's are dismissed together, and nothing of a client that is not seen")
    func together() async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.seed(server)
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            for body in [#"{"client": "plunkett"}"#, #"{"ids": ["\#(Self.other)"]}"#] {
                let answer = try await ana.send(.post, "/api/v1/queue/drop", body)
                #expect(answer.status == 200 && !Self.outcomes(answer.document).values.contains(true))
            }
            let done = try await ana.send(.post, "/api/v1/queue/drop", #"{"agent": "sentinel"}"#)
            #expect(Self.outcomes(done.document) == [Self.run: true])
            #expect(try await server.house.queue.parked(QueueFilter()).map(\.id) == [Self.other])
        }
    }

    @Test("Runs that wait are stopped when they are meant, and nothing else of the queue is")
    func waiting() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let (own, foreign) = (
                try await server.addRun(client: "acme"), try await server.addRun(client: "plunkett")
            )
            let erin = try await Program.of(server, "erin", .engineer)
            let answer = try await erin.send(
                .post, "/api/v1/queue/drop", #"{"client": "acme", "waiting": true}"#)
            #expect(Self.outcomes(answer.document) == [own.id: true], "\(answer.text)")
            #expect(try await server.house.runs.find(own.id).state == .stopped)
            #expect(try await server.house.runs.find(foreign.id).state == .queued)
        }
    }

    @Test("What was set aside is listed as far as it fits what is asked")
    func narrowed() async throws {
        try await Served.run { server in
            try await Self.seed(server)
            let erin = try await Program.of(server, "erin", .engineer)
            func parked(_ query: String) async throws -> [String] {
                (try await erin.json("/api/v1/queue" + query)["parked"]?.array ?? []).compactMap { $0["id"]?.string }
            }
            #expect(try await parked("?client=acme") == [Self.run])
            #expect(try await parked("?cause=retries_exhausted").count == 2)
            #expect(try await parked("?agent=nobody").isEmpty)
        }
    }

    private static let refusals: [(String, Int)] = [
        ("{}", 422), (#"{"ids": []}"#, 422), (#"{"waiting": true}"#, 422),
        (#"{"waiting": true, "agent": "sentinel", "cause": "lost_too_often"}"#, 422), (#"{"ids": ["short"]}"#, 400),
        (#"{"agent": "a\u0000b"}"#, 400), (#"{"agent": "a\nb"}"#, 400), (#"{"agent": ""}"#, 400),
        (#"{"everything": true}"#, 400),
    ]

    @Test("A request that means everything, or nothing there can be, does nothing", arguments: refusals)
    func refused(body: String, status: Int) async throws {
        try await Served.run { server in
            try await Self.seed(server)
            let erin = try await Program.of(server, "erin", .engineer)
            let answer = try await erin.send(.post, "/api/v1/queue/drop", body)
            #expect(answer.status == status, "\(body): \(answer.text)")
            #expect(answer.document["fix"]?.string != nil)
            #expect(try await server.house.queue.parked(QueueFilter()).count == 2)
        }
    }
}
