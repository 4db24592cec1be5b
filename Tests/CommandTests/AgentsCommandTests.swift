import Foundation
import Testing

@testable import bureau

@Suite("bureau agents")
struct AgentsCommandTests {
    @Test("A new agent's file is written once, and its check names each unset variable by line")
    func new() async throws {
        try await Installation.inTemporaryFolder { here in
            let made = try await here.run("agents", "new", "catalyst")
            #expect(made.status == 0 && made.lines == [here.folder.appending(path: "agents/catalyst.json").path])
            let again = try await here.run("agents", "new", "catalyst")
            #expect(again.status == 1 && again.errors.contains("nothing was changed"))
            let check = try await here.run("agents", "check", "catalyst")
            #expect(check.status == 78)
            #expect(
                check.output.contains(
                    "catalyst.json:11:21 anthropic.agent_id_env: the environment variable CATALYST_AGENT_ID is not set")
            )
            #expect(check.errors.contains("2 errors, 1 warning"))
            #expect(try await here.run("agents", "check", "--skip-environment").status == 0)
        }
    }

    @Test("Every problem of every file is told at once, and as one document")
    func problems() async throws {
        try await Installation.inTemporaryFolder { here in
            let text = DemoAgents.sentinel.replacing("\"display_name\"", with: "\"dispaly_name\"")
                .replacing("\"channel\": \"#seo", with: "\"chanel\": \"#seo")
            try here.write(text, to: "agents/sentinel.json")
            try here.write("{", to: "agents/broken.json")
            let outcome = try await here.run("agents", "check", "--skip-environment")
            #expect(outcome.status == 78)
            #expect(outcome.output.contains("broken.json:1:"))
            #expect(outcome.output.contains("sentinel.json:3:3 dispaly_name: "), "\(outcome.output)")
            #expect(outcome.output.contains("did you mean \"display_name\"?"))
            #expect(outcome.output.contains("did you mean \"channel\"?"))
            let document = try await here.run("agents", "check", "--skip-environment", "--json").object()
            #expect((document["errors"] as? Int ?? 0) >= 3)
            #expect(
                Set((document["problems"] as? [[String: Any]] ?? []).flatMap(\.keys)) == [
                    "file", "path", "line", "column", "severity", "message", "suggestion",
                ])
        }
    }

    @Test("The list has broken files too; show tells one agent whole")
    func listAndShow() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try here.write("{", to: "agents/broken.json")
            let list = try await here.run("agents", "list")
            #expect(list.rows.first == ["AGENT", "VERSION", "NAME", "STARTED BY", "LIMIT", "FILE"])
            #expect(list.rows.map { $0[0] } == ["AGENT", "broken", "catalyst", "sentinel"])
            #expect(list.rows.last == ["sentinel", "1.0.0", "SEO Sentinel", "clickup, cli", "$5.00", "sentinel.json"])
            let objects = try await here.run("agents", "list", "--json-fields", "name,ok").objects()
            #expect(objects.map { $0["ok"] as? Bool } == [false, true, true])
            #expect(objects.allSatisfy { $0.count == 2 })
            let show = try await here.run("agents", "show", "sentinel", "--json").object()
            #expect((show["config"] as? [String: Any])?["agent_name"] as? String == "sentinel")
            let test = try await here.run("agents", "test", "catalyst", "--json").object()
            #expect(test["status"] as? String == "done", "\(test)")
            #expect((test["client_name"] as? String)?.contains("fictional") == true)
            let unknown = try await here.run("agents", "show", "sentinal")
            #expect(unknown.status == 64 && unknown.errors.contains("did you mean sentinel?"))
        }
    }

    @Test("An online check warns about channels, statuses and ids the vendors do not have")
    func online() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let good = try await here.run("agents", "check", "--online")
            #expect(good.status == 0 && good.output.isEmpty, "\(good)")
            let text = DemoAgents.sentinel.replacing("#seo-automation\"", with: "#nowhere\"")
                .replacing("\"Review\"", with: "\"Reviewed\"")
            try here.write(text, to: "agents/sentinel.json")
            let bad = try await here.with(["SENTINEL_AGENT_ID": "agent_nobody"]).run(
                "agents", "check", "--online", "sentinel")
            #expect(bad.status == 0)
            for words in [
                "delivery.slack.channel: there is no channel #nowhere", "has no status \"Reviewed\"",
                "anthropic.agent_id_env: agent_nobody: Anthropic refused",
            ] { #expect(bad.output.contains(words), "\(bad.output)") }
            #expect(bad.output.contains("sentinel.json:30:"), "the place of the key is told: \(bad.output)")
        }
    }

    private static let jessie = """
        {
          "agent_name": "jessie", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
          "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID"},
          "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title"]}},
          "triggers": {"asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1208000000000011",
            "sections": ["Intke"], "client_field": "Cliant"}},
          "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
          "delivery": {"asana": {"enabled": true}},
          "board": {"states": {"running": {"place": "In progres"}}, "errors": {"container": "1208000000000199"}},
          "approvals": {"channel": "#seo-automtion"},
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """

    @Test("An online check looks at what both tools' boards have, and says what was probably meant")
    func boards() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try here.write(Self.jessie, to: "agents/jessie.json")
            let jessie = try await here.run("agents", "check", "--online", "jessie")
            #expect(jessie.status == 0, "\(jessie)")
            for words in [
                "triggers.asana.assignee: tasks are for user 1208000000000011",
                "triggers.asana.sections: the project 1208000000000100 has no section \"Intke\"; did you mean \"Intake\"",
                "triggers.asana.client_field: the project 1208000000000100 has no custom field \"Cliant\"; did you mean",
                "board.states.running.place: the project 1208000000000100 has no section \"In progres\"; did you mean",
                "board.errors.container: project 1208000000000199", "did you mean \"#seo-automation\"",
            ] { #expect(jessie.output.contains(words), "\(jessie.output)") }
            let board =
                #""board": {"states": {"in_review": {"place": "Reviw"}}, "errors": {"container": "901100000099"}},"#
            let text = DemoAgents.sentinel.replacing(#""artifacts": {"#, with: board + #" "artifacts": {"#)
            try here.write(text, to: "agents/sentinel.json")
            let sentinel = try await here.run("agents", "check", "--online", "sentinel")
            for words in [
                "board.states.in_review.place: the list", "has no status \"Reviw\"", "did you mean \"",
                "board.errors.container: list 901100000099",
            ] { #expect(sentinel.output.contains(words), "\(sentinel.output)") }
            let rows = try await here.run("doctor").rows.filter { $0[0] == "FAIL" }
            #expect(rows.contains { $0[1] == "asana" && $0[2].contains("jessie: the project") }, "\(rows)")
            #expect(rows.contains { $0[1] == "clickup" && $0[2].contains("sentinel: list 901100000099") }, "\(rows)")
        }
    }
}
