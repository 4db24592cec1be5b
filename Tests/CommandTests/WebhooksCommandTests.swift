import BureauSandbox
import Foundation
import Testing

@testable import bureau

@Suite("bureau webhooks")
struct WebhooksCommandTests {
    @Test("A triggered event starts one run, however often it is sent or replayed")
    func trigger() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try await stage.serving {
                let trigger = [
                    "webhooks", "trigger", "clickup.taskStatusUpdated", "--agent", "sentinel", "--task", "86demoshm1",
                ]
                let first = try await here.run(trigger + ["--change", "c1"])
                #expect(first.status == 0, "\(first)")
                #expect(first.lines.first?.hasPrefix("POST /webhook/sentinel  200  ") == true)
                #expect(first.lines.last?.hasSuffix("(the same event again: 200, already processed, same run)") == true)
                let second = try await here.run(trigger + ["--change", "c1", "--json"])
                let answer = try #require(try second.object()["answer"] as? [String: Any])
                #expect(answer["verdict"] as? String == "duplicate")
                let other = try await here.run(trigger + ["--status", "in progress"])
                #expect(other.output.contains("ignored: the status is \"in progress\""), "\(other)")
                let wrong = try await here.with(["CLICKUP_WEBHOOK_SECRET": "another"]).run(trigger)
                #expect(wrong.status == 1 && wrong.output.contains("  403  "), "\(wrong)")
            }
            let list = try await here.run("webhooks", "list", "--json").objects()
            #expect(list.map { $0["verdict"] as? String } == ["refused", "ignored", "duplicate", "run"])
            let rows = try await here.run("webhooks", "list", "--verdict", "run").rows
            #expect(rows.count == 2)
            let replayed = try await here.run("webhooks", "replay", String(rows[1][0].prefix(12)), "--json").object()
            #expect(replayed["verdict"] as? String == "duplicate")
            let refused = try await here.run("webhooks", "replay", try #require(list[0]["id"] as? String))
            #expect(refused.status == 1 && refused.errors.contains("was refused"), "\(refused)")
            #expect(try await here.run("runs", "list", "--json").objects().count == 1)
        }
    }

    @Test("Without a server the trigger ends with 69, without a secret with 78")
    func unreachable() async throws {
        try await Stage.play { stage in
            let trigger = ["webhooks", "trigger", "clickup.taskStatusUpdated", "--agent", "sentinel", "--task", "t1"]
            let nobody = try await stage.installation.run(trigger)
            #expect(nobody.status == 69 && nobody.errors.contains("bureau serve"), "\(nobody)")
            let unsigned = try await stage.installation.with(["CLICKUP_WEBHOOK_SECRET": ""]).run(trigger)
            #expect(unsigned.status == 78, "\(unsigned)")
        }
    }

    @Test("A triggered event is signed with the secret kept for its agent, or that of its account")
    func ownSecret() async throws {
        try await Stage.play(more: ["CLICKUP_WEBHOOK_SECRET": "", "NORTH_SECRET": "north-secret"]) { stage in
            let here = stage.installation
            try here.write(
                #"{"north": {"clickup": {"token_env": "CLICKUP_API_TOKEN", "webhook_secret_env": "NORTH_SECRET"}, "inherits": true}}"#,
                to: "config/credentials.json")
            let north = DemoAgents.sentinel.replacing(
                #""agent_name": "sentinel","#, with: #""agent_name": "sentinel-north", "credentials": "north","#)
            try here.write(north, to: "agents/sentinel-north.json")
            let made = try await here.run(
                "webhooks", "register", "clickup", "--agent", "sentinel", "--endpoint",
                "http://127.0.0.1:9/webhook/sentinel")
            #expect(made.status == 0, "\(made)")
            try await stage.serving {
                for agent in ["sentinel", "sentinel-north"] {
                    let sent = try await here.run(
                        "webhooks", "trigger", "clickup.taskStatusUpdated", "--agent", agent, "--task", "86demoshm1",
                        "--status", "in progress")
                    #expect(sent.status == 0 && sent.output.contains("  200  "), "\(sent)")
                }
                let lost = try await here.run(
                    "webhooks", "trigger", "clickup.taskStatusUpdated", "--agent", "catalyst", "--task", "t1")
                #expect(lost.status == 78 && lost.errors.contains("no secret of a webhook of catalyst"), "\(lost)")
            }
        }
    }

    private static let wrong: [([String], String)] = [
        (["register", "trello"], "clickup and asana only"), (["register", "asana"], "Name the project"),
        (["register", "asana", "--project", "Jessie"], "the number in the project's address"),
        (["register", "asana", "--project", "1", "--agent", "x"], "--agent goes with clickup"),
        (["register", "clickup", "--project", "1", "--agent", "x"], "--project goes with asana"),
        (["register", "clickup"], "Name the agent"),
    ]

    @Test("What cannot be registered is said before anything is asked", arguments: wrong)
    func refused(arguments: [String], words: String) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(["webhooks"] + arguments)
            #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
        }
    }

    @Test("Without a server Asana's handshake is not answered, and nothing is left behind")
    func noServer() async throws {
        try await Stage.play { stage in
            let outcome = try await stage.installation.run(
                "webhooks", "register", "asana", "--project", "1208000000000100", "--endpoint", "http://127.0.0.1:9")
            #expect(outcome.status == 1 && outcome.errors.contains("the server must run"), "\(outcome)")
            #expect(try await stage.installation.run("webhooks", "status", "--json").objects().isEmpty)
        }
    }
}
