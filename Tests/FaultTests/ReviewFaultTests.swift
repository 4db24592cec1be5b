import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The writes that only a review makes: carried out, with the answer lost or the server killed in between.
@Suite("A write of a review whose answer is lost has one visible effect")
struct ReviewFaultTests {
    /// Where people judge.
    enum Board: String, Sendable {
        case clickUp, asana
        var task: String { self == .clickUp ? "86demoshm1" : AsanaWriteTests.task }
        var accepted: String { self == .clickUp ? "complete" : "Done" }
    }

    struct Case: Sendable, CustomStringConvertible {
        let name: String, vendor: String, operation: String
        var skip = 0
        var board = Board.clickUp
        let action: FaultAction
        var description: String { "\(name), \(board), \(action.text)" }
    }
    static let cases = [FaultAction.dropAfter, .killAfter].flatMap { action in
        [
            Case(name: "the round's message", vendor: "anthropic", operation: "session.send", action: action),
            Case(name: "the note that it has begun", vendor: "clickup", operation: "comment.create", action: action),
            Case(name: "the round's result", vendor: "clickup", operation: "comment.create", skip: 1, action: action),
            Case(name: "a file of the round", vendor: "clickup", operation: "attachment.create", action: action),
            Case(name: "the accepted status", vendor: "clickup", operation: "task.update", skip: 1, action: action),
            Case(
                name: "the note that it has begun", vendor: "asana", operation: "comment.create", board: .asana,
                action: action),
            Case(
                name: "the round's result", vendor: "asana", operation: "comment.create", skip: 1, board: .asana,
                action: action),
            Case(
                name: "a file of the round", vendor: "asana", operation: "attachment.create", board: .asana,
                action: action),
            Case(
                name: "the round's section", vendor: "asana", operation: "section.add_task", board: .asana,
                action: action),
            Case(
                name: "the accepted section", vendor: "asana", operation: "section.add_task", skip: 2, board: .asana,
                action: action),
        ]
    }

    @Test("Committed and lost", arguments: cases)
    func lost(_ item: Case) async throws {
        try await Installation.open(Self.options(item.board)) { installation in
            var server = try await installation.startServer()
            switch item.board {
            case .clickUp: try await installation.board.move(item.board.task, to: "ready (automate)")
            case .asana:
                try await installation.board.asana("assign", item.board.task, ["assignee": "1208000000000010"])
            }
            try await state("in_review", installation, &server)
            try await comment(item.board, "Reply here to say what should change", installation, &server)
            if item.board == .asana { try await place("Review", item.board, installation, &server) }
            let pid = item.action == .killAfter ? server.process.pid : nil
            try installation.sandbox.faults.add(
                FaultRule(vendor: item.vendor, operation: item.operation, skip: item.skip, item.action, pid: pid))
            try await write("Please shorten the summary.", item.board, installation)
            try await comment(item.board, "revision 2 of this task", installation, &server)
            try await state("in_review", installation, &server)
            if item.board == .asana { try await place("Review", item.board, installation, &server) }
            try await write("Approved.", item.board, installation)
            try await state("done", installation, &server)
            try await comment(item.board, "Accepted by", installation, &server)
            // Told beside the work, and after a kill perhaps later than what follows from it.
            try await comment(item.board, "Round 2 has begun", installation, &server)
            try await place(item.board.accepted, item.board, installation, &server)
            try await check(item, installation)
        }
    }

    private static func options(_ board: Board) -> Installation.Options {
        var options = Installation.Options()
        options.environment = ["REVIEW_LOOK_SECONDS": "1"]
        guard board == .asana else {
            let agent = SampleAgents.sentinel.replacingOccurrences(
                of: "\"alerts\": {",
                with: "\"review\": {\"enabled\": true, \"accepted_status\": \"complete\"}, \"alerts\": {")
            options.agents = [("sentinel", agent)]
            return options
        }
        options.environment.merge(["SWEEP_SECONDS": "10", "ASANA_ACCESS_TOKEN": SandboxKeys().asana]) { $1 }
        let agent = AsanaWriteTests.agent
            .replacingOccurrences(of: "\"board\": {", with: "\"review\": {\"enabled\": true}, \"board\": {")
            .replacingOccurrences(
                of: "\"done\": {\"place\": \"Done\"}",
                with: "\"in_review\": {\"place\": \"Review\"}, \"done\": {\"place\": \"Done\"}")
        options.agents = [("jessie", agent)]
        return options
    }

    private func write(_ text: String, _ board: Board, _ installation: Installation) async throws {
        switch board {
        case .clickUp: try await installation.board.comment(board.task, text)
        case .asana:
            try await installation.board.asana("comment", board.task, ["text": text, "user": "1208000000000012"])
        }
    }

    /// The task as its people see it.
    private func task(_ board: Board, _ sight: Sight) -> (place: String, comments: [String], files: Int) {
        guard board == .asana else {
            let task = sight.task(board.task)
            return (task?.status ?? "", task?.comments ?? [], task?.attachments.count ?? 0)
        }
        let task = sight.state["asana"]?["tasks"]?.array?.first { $0["gid"]?.string == board.task }
        let comments = (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
        return (task?["section"]?.string ?? "", comments, task?["attachments"]?.array?.count ?? 0)
    }

    private func place(
        _ wanted: String, _ board: Board, _ installation: Installation, _ server: inout RunningServer
    ) async throws {
        try await meanwhile(installation, &server) {
            task(board, await installation.look()).place == wanted
        }
    }

    private func state(_ wanted: String, _ installation: Installation, _ server: inout RunningServer) async throws {
        try await meanwhile(installation, &server) {
            try await installation.records().runs.last?.state == wanted
        }
    }

    private func comment(
        _ board: Board, _ words: String, _ installation: Installation, _ server: inout RunningServer
    ) async throws {
        try await meanwhile(installation, &server) {
            task(board, await installation.look()).comments.contains { $0.contains(words) }
        }
    }

    /// Waits, and starts a server again that the fault has ended.
    private func meanwhile(
        _ installation: Installation, _ server: inout RunningServer, _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while try await !holds() {
            guard ContinuousClock.now < end else { throw NeverHappened("what was waited for, within 300 s") }
            if !server.process.isRunning { server = try await installation.startServer() }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Once each, whatever was lost in between.
    private func check(_ item: Case, _ installation: Installation) async throws {
        let sight = await installation.look()
        let task = task(item.board, sight)
        for words in ["Round 2 has begun", "revision 2 of this task", "Accepted by"] {
            #expect(task.comments.count { $0.contains(words) } == 1, "\(item), \(words): \(task.comments)")
        }
        #expect(task.files == 4 && task.place == item.board.accepted, "\(item): \(task)")
        let session = try #require(sight.sessions.first)
        let messages = try await installation.history(of: session.id).filter { $0["type"]?.string == "user.message" }
        #expect(messages.count == 2 && sight.sessions.count == 1, "\(item)")
        #expect(installation.sandbox.faults.entries.map(\.struck) == [1], "the fault was not met")
    }
}
