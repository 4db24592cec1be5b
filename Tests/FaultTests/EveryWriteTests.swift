import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Every outbound write of every vendor: carried out, with the answer lost, or with the server killed in between.
@Suite("A write whose answer is lost has one visible effect")
struct EveryWriteTests {
    struct Write: Sendable {
        let name: String, vendor: String, operation: String
        let play: Play
    }
    enum Play: Sendable { case audit, approval, customTool, subAgentTool, stop, budget, failure, field }

    static let writes = [
        Write(name: "session, kickoff and budget", vendor: "anthropic", operation: "session.create", play: .audit),
        Write(name: "confirmation", vendor: "anthropic", operation: "session.send", play: .approval),
        Write(name: "custom tool answer", vendor: "anthropic", operation: "session.send", play: .customTool),
        Write(
            name: "custom tool answer to a sub-agent", vendor: "anthropic", operation: "session.send",
            play: .subAgentTool),
        Write(name: "raised budget", vendor: "anthropic", operation: "session.update", play: .budget),
        Write(name: "interrupt", vendor: "anthropic", operation: "session.send", play: .stop),
        Write(name: "Drive folder", vendor: "google", operation: "files.create", play: .audit),
        Write(name: "Drive upload", vendor: "google", operation: "upload.create", play: .audit),
        Write(name: "ClickUp comment", vendor: "clickup", operation: "comment.create", play: .audit),
        Write(name: "ClickUp status", vendor: "clickup", operation: "task.update", play: .audit),
        Write(name: "ClickUp field", vendor: "clickup", operation: "field.set", play: .field),
        Write(name: "ClickUp attachment", vendor: "clickup", operation: "attachment.create", play: .audit),
        Write(name: "ClickUp error task", vendor: "clickup", operation: "task.create", play: .failure),
        Write(name: "Slack post", vendor: "slack", operation: "chat.postMessage", play: .audit),
        Write(name: "Slack question", vendor: "slack", operation: "chat.postMessage", play: .approval),
        Write(name: "Slack update", vendor: "slack", operation: "chat.update", play: .approval),
    ]

    struct Case: Sendable, CustomStringConvertible {
        let write: Write
        let action: FaultAction
        var description: String { "\(write.name), \(action.text)" }
    }
    static let cases = writes.flatMap { write in
        [FaultAction.dropAfter, .statusAfter(503), .killAfter].map { Case(write: write, action: $0) }
    }

    @Test("Committed and lost", arguments: cases)
    func lost(_ item: Case) async throws {
        var options = Installation.Options()
        if item.write.play != .audit { options.agents = [("sentinel", Self.patient)] }
        if item.write.play == .failure { options.agents = [("sentinel", Self.complaining)] }
        if item.write.play == .field { options.agents = [("sentinel", Self.showing)] }
        try await Installation.open(options) { installation in
            let theatre = Theatre(installation: installation, item: item)
            switch item.write.play {
            case .audit: try await theatre.audit()
            case .approval: try await theatre.approval()
            case .customTool: try await theatre.customTool("custom_tool")
            case .subAgentTool: try await theatre.customTool("sub_agent_tool")
            case .budget: try await theatre.budget()
            case .stop: try await theatre.stop()
            case .failure: try await theatre.failure()
            case .field: try await theatre.field()
            }
        }
    }

    /// A run that fails makes a task about it.
    private static let complaining = patient.replacingOccurrences(
        of: "\"alerts\": {", with: "\"board\": {\"errors\": {\"container\": \"901100000001\"}}, \"alerts\": {")

    /// A run that shows on its card while it works.
    private static let showing = SampleAgents.sentinel(
        replacing: "\"alerts\": {",
        with:
            "\"board\": {\"states\": {\"running\": {\"fields\": [{\"name\": \"Subscription\", \"value\": \"Ads\"}]}}}, \"alerts\": {"
    )

    /// The scenarios leave other files than the audit's, and questions go to a channel of their own.
    private static let patient = SampleAgents.sentinel
        .replacingOccurrences(
            of: #""outputs": {"expected": ["sentinel-audit-{client_id}.json", "sentinel-audit-{client_id}.md"]},"#,
            with: #""outputs": {"expected": [], "wait_seconds": 2},"#
        )
        .replacingOccurrences(
            of: "\"alerts\": {",
            with: "\"budgets\": {\"run\": {\"on_exhausted\": \"pause_and_ask\"}}, "
                + "\"approvals\": {\"slack\": [\"U0JAKE\"], \"channel\": \"#approvals\"}, \"alerts\": {"
        )
        .replacingOccurrences(of: #""max_session_cost_usd": 5.00"#, with: #""max_session_cost_usd": 1.00"#)
        .replacingOccurrences(of: #", "alert_if_cost_exceeds_usd": 3.00"#, with: "")
}

/// Plays one scenario around the fault and looks at what a person sees afterwards.
private struct Theatre {
    let installation: Installation
    let item: EveryWriteTests.Case

    func audit() async throws {
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        let last = try await goOn(server)
        try await installation.waitForRest(at: last)
        let complaints = try await Proof(installation).complaints()
        #expect(complaints.isEmpty, "\(item): \(complaints.joined(separator: "; "))")
        let struck = installation.sandbox.faults.entries.map(\.struck)
        #expect(struck == [1], "the fault was not met")
    }

    func approval() async throws {
        try await installation.steer(["name": "requires_action", "asks": 1])
        let first = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        let isAsking = item.write.operation == "chat.postMessage"
        let second = isAsking ? try await goOn(first) : first
        let asked = try await eventually("the question is posted and kept") {
            let messages = await questions()
            let isKept = try await installation.records().steps.contains { $0.kind == "approval" && $0.state == "done" }
            return isKept ? messages.first : nil
        }
        try await approve(asked)
        let last = isAsking ? second : try await goOn(second)
        try await ended(at: last)
        try await eventually("the message shows the outcome") {
            await questions().contains { $0.text.contains("Approved by") } ? true : nil
        }
        #expect(await questions().count == 1)
        #expect(try await sent("user.tool_confirmation") == 1)
    }

    func customTool(_ scenario: String) async throws {
        try await installation.steer(["name": .string(scenario)])
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await ended(at: try await goOn(server))
        #expect(try await sent("user.custom_tool_result") == 1)
    }

    /// The session's own cap follows ours once, and the same session works on up to it.
    func budget() async throws {
        try await installation.steer(["name": "runaway"])
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        let asked = try await eventually("people are asked for more") {
            await questions().first
        }
        try await approve(asked)
        _ = try await goOn(server)
        try await eventually("the raised budget is used up too") {
            await questions().count > 1 ? true : nil
        }
        let sessions = await installation.look().sessions
        #expect(sessions.count == 1 && sessions[0].costCents >= 200 && sessions[0].costCents < 250, "\(sessions)")
        #expect(try await sent("session.updated") == 1)
    }

    private func approve(_ question: JSON) async throws {
        let wish: JSON = [
            "channel": question["channel"] ?? .null, "ts": question["ts"] ?? .null, "action_id": "approve",
            "user": "U0JAKE",
        ]
        _ = try await Web.send("POST", installation.sandboxURL + "/_control/slack/click", body: wish.bytes)
    }

    func stop() async throws {
        try await installation.steer(["name": "silent"])
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await eventually("the session works") {
            await installation.look().sessions.first { $0.status == "running" }
        }
        let run = try await eventually("the run runs") {
            try await installation.records().runs.first { $0.state == "running" }
        }
        _ = try await installation.command("runs", "stop", run.id)
        try await ended(at: try await goOn(server), as: "stopped")
        #expect(try await sent("user.interrupt") == 1)
    }

    func failure() async throws {
        try await installation.steer(["name": "terminated"])
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await ended(at: try await goOn(server), as: "failed")
        try await eventually("the error's task is made and known") {
            try await installation.records().steps.contains { $0.kind == "error_task" && $0.state == "done" }
                ? true : nil
        }
        let tasks = await installation.look().state["clickup"]?["tasks"]?.array ?? []
        #expect(tasks.count { $0["name"]?.string?.contains("failed: ") == true } == 1, "\(item)")
    }

    /// What a card shows is told beside the work, and may be there later than the work's end.
    func field() async throws {
        let server = try await begin()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await ended(at: try await goOn(server))
        try await eventually("the field is set and known") {
            try await installation.records().steps.contains { $0.kind == "board" && $0.state == "done" } ? true : nil
        }
        let tasks = await installation.look().state["clickup"]?["tasks"]?.array ?? []
        let task = tasks.first { $0["id"]?.string == KillTests.task }
        #expect(task?["fields"]?["Subscription"]?.string == "Ads", "\(item)")
    }

    private func begin() async throws -> RunningServer {
        let server = try await installation.startServer()
        try installation.sandbox.faults.add(
            FaultRule(
                vendor: item.write.vendor, operation: item.write.operation, item.action,
                pid: item.action == .killAfter ? server.process.pid : nil))
        return server
    }

    /// The server that goes on: another one when this one was killed.
    private func goOn(_ server: RunningServer) async throws -> RunningServer {
        guard item.action == .killAfter else { return server }
        try await server.process.waitForEnd()
        return try await installation.startServer()
    }

    private func ended(at server: RunningServer, as state: String = "done") async throws {
        try await eventually("the run ends") {
            await installation.runs(in: RunStates.final, at: server) == 1 ? true : nil
        }
        let run = try #require(try await installation.records().runs.first)
        #expect(run.state == state, "\(item): \(run.sentence ?? "no cause")")
        #expect(await installation.look().sessions.count == 1)
    }

    private func questions() async -> [JSON] {
        (await installation.look().state["slack"]?["messages"]?.array ?? []).filter {
            $0["channel"]?.string == "C0APPROVE"
        }
    }

    private func sent(_ type: String) async throws -> Int {
        let session = try #require(await installation.look().sessions.first?.id)
        return try await installation.history(of: session).count { $0["type"]?.string == type }
    }
}
