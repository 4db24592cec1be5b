import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The writes that only a review makes: carried out, with the answer lost or the server killed in between.
@Suite("A write of a review whose answer is lost has one visible effect")
struct ReviewFaultTests {
    static let task = "86demoshm1"

    struct Case: Sendable, CustomStringConvertible {
        let name: String, vendor: String, operation: String
        var skip = 0
        let action: FaultAction
        var description: String { "\(name), \(action.text)" }
    }
    static let cases = [FaultAction.dropAfter, .killAfter].flatMap { action in
        [
            Case(name: "the round's message", vendor: "anthropic", operation: "session.send", action: action),
            Case(name: "the note that it has begun", vendor: "clickup", operation: "comment.create", action: action),
            Case(name: "the round's result", vendor: "clickup", operation: "comment.create", skip: 1, action: action),
            Case(name: "a file of the round", vendor: "clickup", operation: "attachment.create", action: action),
            Case(name: "the accepted status", vendor: "clickup", operation: "task.update", skip: 1, action: action),
        ]
    }

    @Test("Committed and lost", arguments: cases)
    func lost(_ item: Case) async throws {
        var options = Installation.Options()
        let agent = SampleAgents.sentinel.replacingOccurrences(
            of: "\"alerts\": {",
            with: "\"review\": {\"enabled\": true, \"accepted_status\": \"complete\"}, \"alerts\": {")
        options.agents = [("sentinel", agent)]
        options.environment = ["REVIEW_LOOK_SECONDS": "1"]
        try await Installation.open(options) { installation in
            var server = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await state("in_review", installation, &server)
            let pid = item.action == .killAfter ? server.process.pid : nil
            try installation.sandbox.faults.add(
                FaultRule(vendor: item.vendor, operation: item.operation, skip: item.skip, item.action, pid: pid))
            try await installation.board.comment(Self.task, "Please shorten the summary.")
            try await comment("revision 2 of this task", installation, &server)
            try await state("in_review", installation, &server)
            try await installation.board.comment(Self.task, "Approved.")
            try await state("done", installation, &server)
            try await comment("Accepted by", installation, &server)
            try await check(item, installation)
        }
    }

    private func state(_ wanted: String, _ installation: Installation, _ server: inout RunningServer) async throws {
        try await meanwhile(installation, &server) {
            try await installation.records().runs.last?.state == wanted
        }
    }

    private func comment(_ words: String, _ installation: Installation, _ server: inout RunningServer) async throws {
        try await meanwhile(installation, &server) {
            await installation.look().task(Self.task)?.comments.contains { $0.contains(words) } == true
        }
    }

    /// Waits, and starts a server again that the fault has ended.
    private func meanwhile(
        _ installation: Installation, _ server: inout RunningServer, _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !holds() {
            guard ContinuousClock.now < end else { throw NeverHappened("what was waited for, within 60 s") }
            if !server.process.isRunning { server = try await installation.startServer() }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Once each, whatever was lost in between.
    private func check(_ item: Case, _ installation: Installation) async throws {
        let sight = await installation.look()
        let task = try #require(sight.task(Self.task))
        for words in ["Round 2 has begun", "revision 2 of this task", "Accepted by"] {
            #expect(task.comments.count { $0.contains(words) } == 1, "\(item), \(words): \(task.comments)")
        }
        #expect(task.attachments.count == 4 && task.status == "complete", "\(item)")
        let session = try #require(sight.sessions.first)
        let messages = try await installation.history(of: session.id).filter { $0["type"]?.string == "user.message" }
        #expect(messages.count == 2 && sight.sessions.count == 1, "\(item)")
        #expect(installation.sandbox.faults.entries.map(\.struck) == [1], "the fault was not met")
    }
}
