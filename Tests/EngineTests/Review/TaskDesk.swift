import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// One agent and one task of it on a stand-in board, whichever tool keeps it.
struct TaskDesk: Sendable {
    let kind: WorkToolKind
    let bench: Bench
    let parts: EngineParts
    let visitor: BoardVisitor

    var task: String { kind == .clickUp ? "86demoshm1" : "1208000000000500" }

    /// `change` edits the agent's file.
    init(
        _ kind: WorkToolKind, _ standIns: StandIns, board: String = #"{"confirm": true}"#,
        settings: (inout EngineSettings) -> Void = { _ in }, _ change: (String) -> String = { $0 }
    ) async throws {
        self.kind = kind
        let extra = #", "board": \#(board), "review": {"enabled": true, "answer_discussion": true}"#
        let agent =
            switch kind {
            case .clickUp: Agents.make(name: "jessie", extra: extra)
            case .asana:
                AsanaHouse.agent("jessie", board: board)
                    .replacingOccurrences(of: #""delivery":"#, with: #""review": {"enabled": true}, "delivery":"#)
                    .replacingOccurrences(of: #"["100"]"#, with: #"["1208000000000100"]"#)
                    .replacingOccurrences(of: #""assignee": "10""#, with: #""assignee": "1208000000000010""#)
            }
        bench = try await Bench(agents: ["jessie.json": change(agent)])
        var connections = standIns.connections
        connections.asana = AsanaClient(
            transport: standIns.transport, baseURL: "http://127.0.0.1:\(standIns.port)/asana/api/1.0",
            token: Secret("demo-asana-token"))
        parts = try bench.parts(connections, settings)
        visitor = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
    }

    // MARK: People

    /// Each in a millisecond of its own: those of one have no order.
    @discardableResult
    func comment(_ text: String, byAnother: Bool = false) async throws -> String {
        let last = Doors.system.now()
        while Doors.system.now() == last { await Task.yield() }
        switch kind {
        case .clickUp: return try await visitor.comment(task, text, by: byAnother ? 8002 : 8001)
        case .asana:
            return try await visitor.asana(
                "comment", task, ["text": text, "user": byAnother ? "1208000000000012" : "1208000000000011"])
        }
    }

    func edit(_ comment: String, to text: String) async throws {
        switch kind {
        case .clickUp: try await visitor.edit(task, comment: comment, to: text)
        case .asana: try await visitor.asana("edit", task, ["story": comment, "text": text])
        }
    }

    // MARK: The run

    /// The task comes to the agent; its run is queued.
    func come() async throws -> RunRecord {
        switch kind {
        case .clickUp: try await visitor.move(task, to: "ready (automate)")
        case .asana: try await visitor.asana("assign", task, ["assignee": "1208000000000010"])
        }
        let loaded = try #require(bench.catalog.agent("jessie"), "\(bench.catalog.problems)")
        let new = NewRun(
            agent: "jessie", agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .webhook,
            requestedBy: "test", dedupeKey: "jessie/1", taskID: task, taskTool: kind)
        return try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
    }

    func assess(_ id: String) async throws -> RunRecord { try await bench.assess(id, with: parts) }

    /// A run whose results wait for people.
    func inReview() async throws -> RunRecord {
        let run = try await come()
        let turn: [RunMachine.Event] = [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)]
        for event in Bench.toRunning + turn { try await bench.move(run.id, event) }
        return try await bench.find(run.id)
    }

    /// Another run on the same task that has asked for these.
    func waiting(for names: [String], key: String = "jessie/2") async throws -> RunRecord {
        let loaded = try #require(bench.catalog.agent("jessie"), "\(bench.catalog.problems)")
        let new = NewRun(
            agent: "jessie", agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .webhook,
            requestedBy: "test", dedupeKey: key, taskID: task, taskTool: kind)
        let run = try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
        try await bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "Needed: \(names).")))
        try await bench.database.write { try TaskWatchStore(db: $0).ask(run.id, names) }
        return try await bench.find(run.id)
    }

    /// The next round is worked and comes to review.
    func nextRound(_ id: String) async throws -> RunRecord {
        let turn: [RunMachine.Event] = [
            .revisionSent, .turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil),
        ]
        for event in turn { try await bench.move(id, event) }
        return try await bench.find(id)
    }

    /// Looks at the task, later, and returns the run as it is then.
    func look(_ id: String, after milliseconds: Int64 = 120_000) async throws -> RunRecord {
        bench.clock.advance(milliseconds: milliseconds)
        let now = bench.clock.now
        _ = try await bench.database.write { [task, kind] in
            try TaskWatchStore(db: $0).hint(kind, taskID: task, now: now)
        }
        try await TaskWatcher(parts: parts, wake: {}).lookAtDue()
        let problem = try await bench.database.read {
            try $0.first("SELECT problem FROM task_watch WHERE run_id = ?", [id])?.textIfAny("problem")
        }
        #expect(problem == nil)
        return try await bench.find(id)
    }

    func outcomes(_ id: String) async throws -> [ReviewDecision.Outcome] {
        try await bench.database.read { try FeedbackStore(db: $0).list(run: id) }.map(\.outcome)
    }

    func answers(_ id: String) async throws -> [String: String] {
        try await bench.database.read { try AnswerStore(db: $0).all(run: id) }
    }

    /// What is to be said on the task, as one text.
    func said(_ id: String) async throws -> String {
        try await bench.steps(id, .notice).map(\.intent).joined(separator: "\n")
    }
}
