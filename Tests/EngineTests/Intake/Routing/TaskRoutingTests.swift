import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// Two agents whose tasks may be given to each other, with the stand-ins they work at.
private struct Desk: Sendable {
    let kind: WorkToolKind
    let bench: Bench
    let parts: EngineParts
    let visitor: BoardVisitor

    /// A field both boards have.
    var field: String { kind == .clickUp ? "seed_keywords" : "Client" }
    var task: String { kind == .clickUp ? "86demoshm1" : "1208000000000500" }

    init(
        _ kind: WorkToolKind, routeTo: String = "", phrases: String = "", otherPlace: Bool = false,
        _ standIns: StandIns
    ) async throws {
        self.kind = kind
        let field = kind == .clickUp ? "seed_keywords" : "Client"
        let skill = { (name: String, routes: String) in
            #", "skill": {"field": "\#(field)", "names": ["\#(name)"]\#(routes)}"#
        }
        func agent(_ name: String, _ display: String, _ own: String, _ routes: String, isElsewhere: Bool) -> String {
            switch kind {
            case .clickUp:
                return Agents.make(name: name, extra: #", "board": {"confirm": true}"#)
                    .replacingOccurrences(of: "SEO Sentinel", with: display)
                    .replacingOccurrences(
                        of: #""trigger_status": "Ready (Automate)""#,
                        with: #""trigger_status": "Ready (Automate)""# + skill(own, routes)
                    )
                    .replacingOccurrences(of: Agents.list, with: isElsewhere ? "901100000009" : Agents.list)
            case .asana:
                return AsanaHouse.agent(name, skill: skill(own, routes))
                    .replacingOccurrences(of: #""display_name": "Jessie""#, with: "\"display_name\": \"\(display)\"")
                    .replacingOccurrences(of: #"["100"]"#, with: isElsewhere ? #"["9"]"# : #"["1208000000000100"]"#)
                    .replacingOccurrences(of: #""assignee": "10""#, with: #""assignee": "1208000000000010""#)
            }
        }
        bench = try await Bench(agents: [
            "jessie.json": agent("jessie", "Jessie", "SEO report", routeTo, isElsewhere: false),
            "catalyst.json": agent("catalyst", "Catalyst", "Content brief", phrases, isElsewhere: otherPlace),
        ])
        var connections = standIns.connections
        connections.asana = AsanaClient(
            transport: standIns.transport, baseURL: "http://127.0.0.1:\(standIns.port)/asana/api/1.0",
            token: Secret("demo-asana-token"))
        parts = try bench.parts(connections)
        visitor = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
    }

    func say(_ words: String) async throws {
        switch kind {
        case .clickUp: try await visitor.fillIn(task, field: field, .string(words))
        case .asana: try await visitor.asana("field", task, ["field": field, "value": words])
        }
    }

    /// The task comes to Jessie, whose run is assessed.
    func come() async throws -> RunRecord {
        switch kind {
        case .clickUp: try await visitor.move(task, to: "ready (automate)")
        case .asana: try await visitor.asana("assign", task, ["assignee": "1208000000000010"])
        }
        let loaded = try #require(bench.catalog.agent("jessie"))
        let new = NewRun(
            agent: "jessie", agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .webhook,
            requestedBy: "test", dedupeKey: "jessie/1", taskID: task, taskTool: kind)
        let run = try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
        return try await assess(run.id)
    }

    func assess(_ id: String) async throws -> RunRecord { try await bench.assess(id, with: parts) }

    func runs(of agent: String) async throws -> [RunRecord] {
        try await bench.database.read { try RunStore(db: $0).list(RunFilter(limit: 50)) }.filter { $0.agent == agent }
    }
}

@Suite("A task that asks for another agent")
struct TaskRoutingTests {
    private func at(
        _ kind: WorkToolKind, routeTo: String = "", phrases: String = "", otherPlace: Bool = false,
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await withStandIns { standIns in
            try await body(
                try await Desk(kind, routeTo: routeTo, phrases: phrases, otherPlace: otherPlace, standIns))
        }
    }

    @Test(
        "Given to the one it names, which says so; both runs tell who was asked and who took it",
        arguments: WorkToolKind.allCases)
    func routed(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            try await desk.say("content brief")
            let asked = try await desk.come()
            #expect(asked.state == .ignored)
            #expect(asked.cause?.sentence.contains("says \"content brief\": Catalyst took it") == true)
            let taken = try #require(try await desk.runs(of: "catalyst").first)
            #expect(asked.cause?.sentence.contains(taken.id) == true && taken.taskID == desk.task)
            let route = try #require(
                try await desk.bench.database.read { try RunRouteStore(db: $0).taken(by: taken.id) })
            #expect((route.asked, route.takenBy, route.runID) == ("jessie", "catalyst", asked.id))
            let done = try await desk.assess(taken.id)
            #expect(done.state == .starting, "\(done.cause?.sentence ?? "")")
            let notes = try await desk.bench.steps(taken.id, .notice).filter { $0.kind == WorkNote.kind }
            let text = try #require(try notes.first?.intent(as: WorkText.self).plain)
            #expect(text.contains("Jessie was asked."), "\(text)")
            #expect(text.contains("says \"content brief\", so Catalyst does it."), "\(text)")
        }
    }

    @Test(
        "Where the field is empty, the one whose phrase stands in the task takes it, and says so",
        arguments: WorkToolKind.allCases, [false, true])
    func phrased(kind: WorkToolKind, isElsewhere: Bool) async throws {
        let routes = isElsewhere ? #", "route_to": ["catalyst"]"# : ""
        try await at(
            kind, routeTo: routes, phrases: #", "phrases": ["Shamrock Detailing"]"#, otherPlace: isElsewhere
        ) { desk in
            try await desk.say("")
            let asked = try await desk.come()
            let taken = try #require(try await desk.runs(of: "catalyst").first, "\(asked.cause?.sentence ?? "")")
            let sentence = "The task's words mean Catalyst: Catalyst took it, see run \(taken.id)."
            #expect(asked.state == .ignored && asked.cause?.sentence == sentence)
            let route = try await desk.bench.database.read { try RunRouteStore(db: $0).taken(by: taken.id) }
            #expect(route?.said == "" && route?.takenBy == "catalyst")
            #expect(try await desk.assess(taken.id).state == .starting)
            let notes = try await desk.bench.steps(taken.id, .notice).filter { $0.kind == WorkNote.kind }
            let text = try #require(try notes.first?.intent(as: WorkText.self).plain)
            #expect(text.contains("Jessie was asked. The task's words mean Catalyst, so Catalyst does it."), "\(text)")
        }
    }

    private static let questions: [(String, String, Bool, String)] = [
        ("Cooking", "", false, "which no agent here does"),
        ("Content brief", "", true, "Catalyst does not work on tasks from here"),
    ]

    @Test(
        "Asked, with the choices, where nobody is meant or the one that is may not have it",
        arguments: WorkToolKind.allCases, questions.indices)
    func asked(kind: WorkToolKind, row: Int) async throws {
        let (said, routes, isElsewhere, words) = Self.questions[row]
        try await at(kind, routeTo: routes, otherPlace: isElsewhere) { desk in
            try await desk.say(said)
            let run = try await desk.come()
            #expect(run.state == .needsInfo)
            let sentence = try #require(run.cause?.sentence)
            #expect(sentence.contains(words) && sentence.contains("SEO report (Jessie)"), "\(sentence)")
            let watch = try await desk.bench.database.read { try TaskWatchStore(db: $0).find(run.id) }
            #expect(watch?.asked == [desk.field])
            #expect(try await desk.runs(of: "catalyst").isEmpty)
            let route = try await desk.bench.database.read { try RunRouteStore(db: $0).find(run.id) }
            #expect(route?.said == said && route?.takenBy == nil)
        }
    }

    @Test(
        "One that works elsewhere takes it where the file of the asked one allows that",
        arguments: WorkToolKind.allCases)
    func allowed(kind: WorkToolKind) async throws {
        try await at(kind, routeTo: #", "route_to": ["catalyst"]"#, otherPlace: true) { desk in
            try await desk.say("Content brief")
            #expect(try await desk.come().state == .ignored)
            #expect(try await desk.runs(of: "catalyst").count == 1)
        }
    }

    @Test(
        "The question waits until the field or an answer says something else, then the task goes where it says",
        arguments: WorkToolKind.allCases)
    func answered(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            try await desk.say("Cooking")
            let run = try await desk.come()
            let watcher = TaskWatcher(parts: desk.parts, wake: {})
            desk.bench.clock.advance(milliseconds: 3_600_000)
            try await watcher.lookAtDue()
            #expect(try await desk.bench.find(run.id).state == .needsInfo, "the field says what it said")
            switch kind {
            case .clickUp: try await desk.say("Content brief")
            case .asana:
                try await desk.visitor.asana(
                    "comment", desk.task, ["text": "Content brief", "user": "1208000000000012"])
            }
            desk.bench.clock.advance(milliseconds: 3_600_000)
            try await watcher.lookAtDue()
            #expect(try await desk.bench.find(run.id).state == .queued)
            #expect(try await desk.assess(run.id).state == .ignored)
            #expect(try await desk.runs(of: "catalyst").count == 1)
        }
    }
}
