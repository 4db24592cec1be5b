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
}
