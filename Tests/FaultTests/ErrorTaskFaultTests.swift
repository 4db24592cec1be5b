import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// What is written on the task about an error after it was made: a further failure, that it is done, and the words about
/// that. The last two are one step of ours and two calls.
@Suite("What is told of an error is told once, whatever is lost")
struct ErrorTaskFaultTests {
    enum Board: String, CaseIterable, Sendable { case clickUp = "clickup", asana }

    /// The killed server has completed the task and not said so; the one that hears nothing has said it.
    static let cuts: [(FaultAction, resolving: String)] = [
        (.dropAfter, "comment.create"), (.killAfter, "task.update"),
    ]

    @Test(
        "A further failure, and the completing or the words about it, carried out with the answer lost",
        arguments: Board.allCases, cuts.indices)
    func lost(board: Board, cut: Int) async throws {
        let (action, resolving) = Self.cuts[cut]
        try await Installation.open(Self.options(board)) { installation in
            let scene = Scene(installation: installation, board: board, action: action)
            var server = try await scene.begin()
            let task = try #require(await scene.errors().first).id
            server = try await scene.again(2, fails: true, cutting: "comment.create", on: task, server)
            _ = try await scene.again(3, fails: false, cutting: resolving, on: task, server)
            let errors = await scene.errors(), runs = try await installation.records().runs.map(\.id)
            #expect(errors.count == 1 && errors[0].isDone, "\(errors)")
            let comments = errors.first?.comments ?? []
            #expect(comments.count == 2, "\(comments)")
            #expect(comments.first?.contains("Run \(runs[1])") == true, "\(comments)")
            #expect(comments.last?.contains("Fixed: run \(runs[2])") == true, "\(comments)")
        }
    }

    private static func options(_ board: Board) -> Installation.Options {
        var options = Installation.Options()
        switch board {
        case .clickUp:
            let errors = "\"board\": {\"errors\": {\"container\": \"901100000001\"}}, \"alerts\": {"
            options.agents = [("sentinel", SampleAgents.sentinel(replacing: "\"alerts\": {", with: errors))]
        case .asana:
            options.agents = [("jessie", AsanaWriteTests.agent)]
            options.environment = ["SWEEP_SECONDS": "10", "ASANA_ACCESS_TOKEN": SandboxKeys().asana]
        }
        return options
    }
}

/// One task whose runs fail and end well as they are told to.
private struct Scene {
    struct ErrorTask: Sendable {
        let id: String, comments: [String], isDone: Bool
    }

    let installation: Installation
    let board: ErrorTaskFaultTests.Board
    let action: FaultAction

    /// The first run has failed, and its task is made.
    func begin() async throws -> RunningServer {
        try await installation.steer(["name": "fails", "times": 1])
        if board == .asana {
            try await installation.board.asana("assign", AsanaWriteTests.task, ["assignee": "1208000000000010"])
        }
        let server = try await installation.startServer()
        if board == .clickUp { try await installation.board.move(KillTests.task, to: "ready (automate)") }
        return try await told(1, server)
    }

    /// The next run of the task, with this call on the error's task carried out and its answer lost.
    func again(
        _ number: Int, fails: Bool, cutting operation: String, on task: String, _ server: RunningServer
    ) async throws -> RunningServer {
        if fails { try await installation.steer(["name": "fails", "times": 1]) }
        try installation.sandbox.faults.add(
            FaultRule(
                vendor: board.rawValue, operation: operation, about: task, action,
                pid: action == .killAfter ? server.process.pid : nil))
        let last = try #require(try await installation.records().runs.last)
        let answer = try await installation.command("runs", "again", last.id)
        #expect(answer.status == 0, "\(answer.text)")
        return try await told(number, server)
    }

    /// Waits until every run so far has ended and what there is to tell of its error is told. The server that was killed
    /// is started again.
    private func told(_ number: Int, _ first: RunningServer) async throws -> RunningServer {
        var server = first
        let end = ContinuousClock.now + .seconds(300)
        while try await !isTold(number) {
            guard ContinuousClock.now < end else {
                throw NeverHappened("the error of run \(number) is told within 300 s: \(await errors())")
            }
            if !server.process.isRunning { server = try await installation.startServer() }
            try await Task.sleep(for: .milliseconds(20))
        }
        return server
    }

    private func isTold(_ number: Int) async throws -> Bool {
        guard installation.sandbox.faults.entries.allSatisfy({ $0.struck > 0 }) else { return false }
        let records = try await installation.records()
        let steps = records.steps.filter { ["error_task", "error_resolved"].contains($0.kind) }
        return records.runs.count == number && steps.count == number && steps.allSatisfy { $0.state == "done" }
    }

    func errors() async -> [ErrorTask] {
        let state = await installation.look().state[board.rawValue]
        let tasks = (state?["tasks"]?.array ?? []).filter { $0["name"]?.string?.contains("failed: ") == true }
        return tasks.map { task in
            ErrorTask(
                id: (task["gid"] ?? task["id"])?.string ?? "",
                comments: (task["comments"]?.array ?? []).compactMap { $0["text"]?.string },
                isDone: task["completed"]?.bool ?? (task["status"]?.string == "complete"))
        }
    }
}
