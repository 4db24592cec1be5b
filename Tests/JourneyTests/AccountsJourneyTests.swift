import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Two agencies' worth of accounts in one server: each has its own stand-ins, which accept no keys but their own.
@Suite("Two accounts at every vendor, side by side")
struct AccountsJourneyTests {
    /// Real folders have ids of their own; the stand-ins' roots share one, so the accounts keep apart below it.
    private static let agent = SampleAgents.sentinel(
        replacing: #""agent_name": "sentinel","#, with: #""agent_name": "sentinel-north", "credentials": "north","#
    ).replacingOccurrences(of: "/Clients/", with: "/North/")
    private static let signingSecret = "demo-north-clickup-webhook-secret"

    @Test("Each agent's work stays in its own account, from the webhook to the last message")
    func sideBySide() async throws {
        try await Self.withNorth { north, options in
            try await Installation.open(options) { installation in
                let server = try await installation.startServer()
                let board = BoardVisitor(base: "http://127.0.0.1:\(try await north.boundPort)")
                let register = try installation.start([
                    "webhooks", "register", "clickup", "--agent", "sentinel-north", "--endpoint",
                    server.url + "/webhook/sentinel-north", "--data", installation.data.path,
                ])
                #expect(try await register.waitForEnd().status == 0, "\(register.text)")
                try await installation.board.move("86demoshm1", to: "Ready (Automate)")
                try await board.move("86demoshm1", to: "Ready (Automate)")
                try await installation.waitForRest(of: 2, at: server)
                let records = try await installation.records()
                #expect(records.runs.map(\.state) == ["done", "done"], "\(records.runs.map(\.sentence))")
                for sandbox in [installation.sandbox, north] {
                    let sight = await Sight.of(sandbox)
                    #expect(sight.sessions.count == 1)
                    #expect(sight.task("86demoshm1")?.comments.count == 1)
                    #expect(sight.task("86demoshm1")?.attachments.count == 2)
                    #expect(sight.results.count == 1)
                    #expect(sight.driveItems.filter { !$0.isFolder && $0.path.contains("/Audits/") }.count == 2)
                    let refused = sight.log.filter { $0.outcome.hasPrefix("401") || $0.outcome.hasPrefix("403") }
                    #expect(refused.isEmpty, "a key met a door that is not its own: \(refused)")
                }
            }
        }
    }

    @Test("A task in another workspace of Asana is asked about there, with that account's token")
    func asana() async throws {
        try await Self.withNorth { north, known in
            var options = known
            let agent = AsanaJourneyTests.agent.replacingOccurrences(
                of: #""agent_name": "jessie","#, with: #""agent_name": "jessie-north", "credentials": "north","#)
            options.agents = [("jessie", AsanaJourneyTests.agent), ("jessie-north", agent)]
            options.environment["SWEEP_SECONDS"] = "10"
            options.environment["ASANA_ACCESS_TOKEN"] = SandboxKeys().asana
            options.environment["NORTH_ASANA_TOKEN"] = "demo-asana-north"
            try await Installation.open(options) { installation in
                let server = try await installation.startServer()
                let board = BoardVisitor(base: "http://127.0.0.1:\(try await north.boundPort)")
                let register = try installation.start([
                    "webhooks", "register", "asana", "--project", AsanaJourneyTests.project, "--credentials", "north",
                    "--endpoint", server.url, "--data", installation.data.path,
                ])
                #expect(try await register.waitForEnd().status == 0, "\(register.text)")
                try await board.asana("assign", AsanaJourneyTests.task, ["assignee": AsanaJourneyTests.jessie])
                try await eventually("the question stands on north's task") {
                    Self.comments(await north.state()).contains { $0.contains("needs information") }
                        ? true : nil
                }
                #expect(Self.comments(await installation.sandbox.state()).isEmpty)
                #expect(try await installation.records().runs.map(\.agent) == ["jessie-north"])
                for sandbox in [installation.sandbox, north] {
                    let refused = await Sight.of(sandbox).log.filter { $0.outcome.hasPrefix("401") }
                    #expect(refused.isEmpty, "a token met a door that is not its own: \(refused)")
                }
            }
        }
    }

    private static func comments(_ state: JSON) -> [String] {
        let task = state["asana"]?["tasks"]?.array?.first { $0["gid"]?.string == AsanaJourneyTests.task }
        return (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
    }

    @Test("The secret of one account's webhooks opens nothing for an agent of another")
    func foreignSecret() async throws {
        try await Self.withNorth { north, options in
            try await Installation.open(options) { installation in
                let server = try await installation.startServer()
                var post = ClickUpPost(ClickUpPost.statusChange())
                #expect(try await post.send(to: server).status == 200)
                post.agent = "sentinel-north"
                #expect(try await post.send(to: server).status == 403)
            }
        }
    }

    @Test("Credentials that are not configured stop the run before anything is sent, and say what to do")
    func unknown() async throws {
        var options = Installation.Options()
        options.agents = [
            (
                "sentinel",
                SampleAgents.sentinel(
                    replacing: #""agent_name": "sentinel","#,
                    with: #""agent_name": "sentinel", "credentials": "nowhere","#)
            )
        ]
        try await Installation.open(options) { installation in
            let file = installation.folder.appending(path: "client.json")
            try Data(#"{"client_id":"a","client_name":"A (fictional)"}"#.utf8).write(to: file)
            let command = try installation.start([
                "run", "sentinel", "--payload-file", file.path, "--data", installation.data.path,
            ])
            #expect(try await command.waitForEnd().status != 0)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "failed")
            #expect(run.sentence?.contains("\"nowhere\" are not configured") == true)
            #expect(await installation.look().sessions.isEmpty)
        }
    }

    /// A second sandbox with keys of its own, and the options of an installation that knows both.
    private static func withNorth(
        _ body: @Sendable (Sandbox, Installation.Options) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "bureau-north-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let account = try DemoServiceAccount.make()
        var sandboxOptions = SandboxOptions()
        sandboxOptions.eventsPerSecond = 0
        sandboxOptions.clickUpWebhookSecret = signingSecret
        sandboxOptions.acceptedKeys.anthropic = "sk-ant-demo-north"
        sandboxOptions.acceptedKeys.clickUp = "pk_demo_north"
        sandboxOptions.acceptedKeys.asana = "demo-asana-north"
        sandboxOptions.acceptedKeys.slack = "xoxb-demo-north"
        sandboxOptions.acceptedKeys.googlePublicKeyPEM = account.publicKey
        sandboxOptions.acceptedKeys.googleClientEmail = DemoServiceAccount.clientEmail
        let sandbox = Sandbox(sandboxOptions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run() }
            let base = "http://127.0.0.1:\(try await sandbox.boundPort)"
            let google = folder.appending(path: "google.json"), token = folder.appending(path: "clickup-token")
            try Data(account.json.utf8).write(to: google)
            try Data("pk_demo_north\n".utf8).write(to: token)
            for file in [google, token] {
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            }
            let credentials = folder.appending(path: "credentials.json")
            try Data(
                """
                {"north": {
                  "anthropic": {"key_env": "NORTH_ANTHROPIC_KEY", "base_url": "\(base)/anthropic"},
                  "clickup": {"token_file": "\(token.path)", "workspace_id": "9018614428",
                    "base_url": "\(base)/clickup/api/v2"},
                  "asana": {"token_env": "NORTH_ASANA_TOKEN", "base_url": "\(base)/asana/api/1.0"},
                  "slack": {"token_env": "NORTH_SLACK_TOKEN", "alert_channel": "C0ALERTS",
                    "results_channel": "C0RESULTS", "base_url": "\(base)/slack/api"},
                  "google": {"service_account_file": "\(google.path)", "root_folder_id": "1DEMOROOT",
                    "base_url": "\(base)/google"},
                  "variables": {"SENTINEL_AGENT_ID": "NORTH_AGENT_ID"}
                }}
                """.utf8
            ).write(to: credentials)
            var options = Installation.Options()
            options.agents = [("sentinel", SampleAgents.sentinel), ("sentinel-north", agent)]
            options.environment = [
                "CREDENTIALS_FILE": credentials.path, "NORTH_ANTHROPIC_KEY": "sk-ant-demo-north",
                "NORTH_SLACK_TOKEN": "xoxb-demo-north", "NORTH_AGENT_ID": "agent_sentinel",
                "NORTH_ASANA_TOKEN": "demo-asana-north",
            ]
            do { try await body(sandbox, options) } catch {
                group.cancelAll()
                throw error
            }
            _ = try? await Web.send("POST", base + "/_control/stop")
            try await group.next()
            group.cancelAll()
        }
    }
}
