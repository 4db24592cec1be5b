import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The writes that a run makes in Asana: carried out, with the answer lost or the server killed in between.
@Suite("A write in Asana whose answer is lost has one visible effect")
struct AsanaWriteTests {
    static let task = "1208000000000500"

    struct Case: Sendable, CustomStringConvertible {
        let name: String, operation: String
        var skip = 0
        var scenario = "sentinel"
        var section = "Done"
        let action: FaultAction
        var description: String { "\(name), \(action.text)" }
    }
    static let cases = [FaultAction.dropAfter, .killAfter].flatMap { action in
        [
            Case(name: "the confirmation", operation: "comment.create", action: action),
            Case(name: "the result", operation: "comment.create", skip: 1, action: action),
            Case(name: "a file", operation: "attachment.create", action: action),
            Case(name: "the first move", operation: "section.add_task", action: action),
            Case(name: "the last move", operation: "section.add_task", skip: 1, action: action),
            Case(name: "a field", operation: "task.update", action: action),
            Case(
                name: "the task in the error section", operation: "task.create", scenario: "fails",
                section: "Blocked", action: action),
        ]
    }

    static let agent = """
        {
          "agent_name": "jessie", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
          "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID",
            "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title"]}},
          "triggers": {"asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1208000000000010",
            "sections": ["Intake"]}},
          "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
          "outputs": {"expected": [], "wait_seconds": 3},
          "delivery": {"asana": {"enabled": true}},
          "board": {"confirm": true, "states": {
            "running": {"place": "In progress", "fields": [{"name": "Client visible", "value": "Yes"}]},
            "done": {"place": "Done"}, "failed": {"place": "Blocked"}},
            "errors": {"container": "1208000000000100", "place": "Errors"}},
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """

    @Test("Committed and lost", arguments: cases)
    func lost(_ item: Case) async throws {
        var options = Installation.Options()
        options.agents = [("jessie", Self.agent)]
        options.environment = ["SWEEP_SECONDS": "10", "ASANA_ACCESS_TOKEN": SandboxKeys().asana]
        try await Installation.open(options) { installation in
            try await installation.steer(["name": .string(item.scenario), "times": 1])
            var server = try await Self.begin(item, installation)
            let end = ContinuousClock.now + .seconds(300)
            while await !Self.isSettled(item, installation) {
                guard ContinuousClock.now < end else {
                    throw NeverHappened("\(item) is settled within 300 s: \(await Self.tasks(installation))")
                }
                if !server.process.isRunning { server = try await installation.startServer() }
                try await Task.sleep(for: .milliseconds(20))
            }
            try await Self.check(item, installation)
        }
    }

    /// The fault stands before the server hears of the task. One that aims at the server needs the server first: then
    /// the sweep finds the task, some seconds later.
    private static func begin(_ item: Case, _ installation: Installation) async throws -> RunningServer {
        var rule = FaultRule(vendor: "asana", operation: item.operation, skip: item.skip, item.action)
        let started = item.action == .killAfter ? try await installation.startServer() : nil
        rule.pid = started?.process.pid
        try installation.sandbox.faults.add(rule)
        try await installation.board.asana("assign", task, ["assignee": "1208000000000010"])
        if let started { return started }
        return try await installation.startServer()
    }

    private static func tasks(_ installation: Installation) async -> [JSON] {
        await installation.look().state["asana"]?["tasks"]?.array ?? []
    }

    private static func errors(_ tasks: [JSON]) -> Int { tasks.count { $0["section"]?.string == "Errors" } }

    private static func isSettled(_ item: Case, _ installation: Installation) async -> Bool {
        let tasks = await tasks(installation), own = tasks.first { $0["gid"]?.string == task }
        guard own?["section"]?.string == item.section else { return false }
        guard own?["fields"]?["Client visible"]?.string == "Yes" else { return false }
        guard installation.sandbox.faults.entries.allSatisfy({ $0.struck > 0 }) else { return false }
        guard let records = try? await installation.records() else { return false }
        let isFree = records.runs.allSatisfy { $0.cause != nil || $0.state == "done" }
        // What is told beside the work may come later than its end.
        let isTold = !records.steps.contains { $0.channel == "asana" && ["pending", "intended"].contains($0.state) }
        return isFree && isTold && (item.scenario == "sentinel" || errors(tasks) > 0)
    }

    /// Once each, whatever was lost in between.
    private static func check(_ item: Case, _ installation: Installation) async throws {
        let tasks = await tasks(installation)
        let own = try #require(tasks.first { $0["gid"]?.string == task })
        let comments = (own["comments"]?.array ?? []).compactMap { $0["text"]?.string }
        #expect(Set(comments).count == comments.count, "\(item): \(comments)")
        #expect(comments.count { $0.contains("has taken this on") } == 1, "\(item): \(comments)")
        let files = (own["attachments"]?.array ?? []).compactMap { $0["name"]?.string }
        #expect(Set(files).count == files.count, "\(item): \(files)")
        #expect(files.count == (item.scenario == "sentinel" ? 2 : 0), "\(item): \(files)")
        #expect(errors(tasks) == (item.scenario == "sentinel" ? 0 : 1), "\(item)")
        #expect(await installation.look().sessions.count == 1, "\(item)")
    }
}
