import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Work that people give, judge and accept in Asana: the real binary beside the stand-in board.
@Suite("Work given in Asana is asked about, done, revised and accepted there")
struct AsanaJourneyTests {
    /// Names a client and, once somebody says so, a skill.
    static let task = "1208000000000501", jessie = "1208000000000010", ana = "1208000000000012"
    static let project = "1208000000000100"

    static var options: Installation.Options {
        var options = Installation.Options()
        options.agents = [("jessie", agent)]
        options.environment = [
            "REVIEW_LOOK_SECONDS": "1", "SWEEP_SECONDS": "10", "ASANA_ACCESS_TOKEN": SandboxKeys().asana,
        ]
        return options
    }

    static let agent = """
        {
          "agent_name": "jessie", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
          "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID",
            "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title", "website_url"]}},
          "triggers": {"asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1208000000000010",
            "sections": ["Intake"]}},
          "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
          "delivery": {"asana": {"enabled": true}},
          "review": {"enabled": true},
          "board": {"confirm": true, "states": {
            "needs_info": {"place": "Needs clarification"}, "running": {"place": "In progress"},
            "in_review": {"place": "Review"}, "done": {"place": "Done"}}},
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """

    @Test("Assigned, asked, answered, confirmed, delivered, revised, accepted: each once and on the task")
    func wholeWay() async throws {
        try await Installation.open(Self.options) { installation in
            let server = try await installation.startServer()
            let made = try installation.start([
                "webhooks", "register", "asana", "--project", Self.project, "--endpoint", server.url, "--data",
                installation.data.path, "--json",
            ])
            #expect(try await made.waitForEnd().status == 0, "\(made.text)")
            let target = try #require(await installation.look().state["asana"]?["webhooks"]?[0]?["target"]?.string)
            #expect(made.text.contains(server.url) && !made.text.contains(target), "its path is half a secret")
            try await installation.board.asana("assign", Self.task, ["assignee": Self.jessie])
            try await installation.told("needs information")
            try await installation.stands("Needs clarification")
            try await installation.board.asana(
                "comment", Self.task, ["text": "website_url: https://bluebird.example", "user": Self.ana])
            try await installation.told("has taken this on")
            try await installation.told("Reply here to say what should change")
            try await installation.stands("Review")
            try await installation.board.asana(
                "comment", Self.task, ["text": "Please shorten the summary.", "user": Self.ana])
            try await installation.told("revision 2 of this task")
            try await installation.stands("Review")
            try await installation.board.asana(
                "comment", Self.task, ["text": "Approved, thank you!", "user": Self.ana])
            try await installation.told("Accepted by Ana (demo)")
            try await installation.stands("Done")
        }
    }
}

extension Installation {
    fileprivate func task() async -> JSON? {
        await look().state["asana"]?["tasks"]?.array?.first { $0["gid"]?.string == AsanaJourneyTests.task }
    }

    fileprivate func told(_ words: String) async throws {
        try await eventually("the task says \"\(words)\" once") {
            let texts = (await task()?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
            return texts.count { $0.contains(words) } == 1 ? true : nil
        }
    }

    fileprivate func stands(_ section: String) async throws {
        try await eventually("the task stands in \(section)") {
            await task()?["section"]?.string == section ? true : nil
        }
    }
}
