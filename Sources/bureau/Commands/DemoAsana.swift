import ArgumentParser
import BureauDomain
import BureauEngine
import BureauSandbox
import Foundation

/// Work given in Asana: assigned to the agent's user, asked about, answered, delivered, sent back and accepted, all on
/// the task.
struct DemoAsana: Sendable {
    let sandbox: String
    let product: String
    let composition: Composition
    let folder: DemoFolder
    private static let task = "1208000000000501", project = "1208000000000100"
    private static let jessie = "1208000000000010", ana = "1208000000000012"
    static let waitSecondsMax = 300

    func play() async throws -> Int32 {
        try Data(Self.agent.utf8).write(to: folder.agents.appendingPathComponent("jessie.json"))
        try await composition.catalog.refresh()
        let board = BoardVisitor(base: sandbox)
        Terminal.say(
            "\nIn Asana (\(sandbox)/asana) a webhook is made for the project; Asana asks back before it agrees.")
        try await WebhooksRegisterAsana(project: Self.project, endpoint: product, credentials: nil)
            .register(composition, OutputOptions.parse([]))
        Terminal.say("A person assigns \"Report for Bluebird Dental (demo)\" to Jessie, the agent's user.")
        _ = try await board.asana("assign", Self.task, ["assignee": Self.jessie])
        guard let asked = try await run(in: .needsInfo) else { return missed("the question") }
        Terminal.say("Jessie asks on the task: \(asked.cause?.sentence ?? "something is missing")")
        try await say(board, "website_url: https://bluebird.example")
        guard try await run(in: .inReview) != nil else { return missed("the first round") }
        Terminal.say("Jessie has confirmed, worked and delivered; the task stands in Review.")
        try await say(board, "Please shorten the summary.")
        guard try await run(in: .inReview, round: 2) != nil else { return missed("the second round") }
        Terminal.say("The second round is on the task, from the same session.")
        try await say(board, "Approved, thank you!")
        guard let ended = try await run(in: .done) else { return missed("the end") }
        Terminal.say("The task stands in Done. Everything that was said is on it: \(sandbox)/asana/tasks/\(Self.task)")
        return RunWatcher.exitCode(ended)
    }

    private func say(_ board: BoardVisitor, _ text: String) async throws {
        Terminal.say("A person writes: \(text)")
        _ = try await board.asana("comment", Self.task, ["text": text, "user": Self.ana])
    }

    private func run(in state: RunState, round: Int = 1) async throws -> RunRecord? {
        for _ in 0..<(Self.waitSecondsMax * 10) {
            let found = try await composition.desk.list(RunFilter(limit: 20)).first { $0.taskID == Self.task }
            if let found, found.state == state, found.round >= round { return found }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    private func missed(_ what: String) -> Int32 {
        Terminal.note("In Asana \(what) did not come within \(Self.waitSecondsMax) s. See: bureau runs list")
        return ExitStatus.failed
    }

    static let agent = #"""
        {
          "agent_name": "jessie",
          "display_name": "Jessie",
          "description": "Reports, asked for and judged in Asana",
          "version": "1.0.0",
          "anthropic": {"agent_id_env": "CATALYST_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID", "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title", "website_url"]}},
          "triggers": {
            "asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1208000000000010", "sections": ["Intake"]}
          },
          "kickoff_template": {"prompt": "{task_title}\n\nCLIENT PAYLOAD:\n{payload_json}"},
          "limits": {"max_session_duration_minutes": 20, "max_session_cost_usd": 2.00, "alert_if_cost_exceeds_usd": 1.00},
          "delivery": {"asana": {"enabled": true}},
          "review": {"enabled": true},
          "board": {
            "confirm": true,
            "states": {
              "needs_info": {"place": "Needs clarification"}, "running": {"place": "In progress"},
              "in_review": {"place": "Review"}, "done": {"place": "Done"}, "failed": {"place": "Blocked"}
            },
            "errors": {"container": "1208000000000100", "place": "Errors"}
          },
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """#
}
