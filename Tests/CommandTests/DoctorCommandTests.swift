import Foundation
import Testing

@testable import bureau

@Suite("bureau doctor")
struct DoctorCommandTests {
    @Test("A complete installation is well; --fix makes what is missing")
    func well() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let first = try await here.run("doctor")
            #expect(first.status == 0, "\(first)")
            #expect(first.rows.contains { $0[0] == "skip" && $0[1] == "database" })
            let fixed = try await here.run("doctor", "--fix")
            #expect(
                fixed.rows.contains { $0[0] == "ok" && $0[1] == "database" && $0[2].contains("integrity ok") },
                "\(fixed)")
            #expect(
                Set(fixed.rows.map { $0[1] }).isSuperset(of: [
                    "config", "secrets", "anthropic", "clickup", "slack", "google drive", "chromium", "clock", "disk",
                ]))
            try await stage.serving {
                let beside = try await here.run("doctor", "--json").object()
                let checks = try #require(beside["checks"] as? [[String: Any]])
                #expect(
                    checks.contains { $0["name"] as? String == "server" && $0["status"] as? String == "ok" },
                    "\(checks)")
                #expect(beside["problems"] as? Int == 0)
            }
        }
    }

    static let faults: [([String: String], Int32, String, String)] = [
        (["ANTHROPIC_API_KEY": "sk-ant-test-wrong"], 1, "anthropic", "did not accept our access"),
        (["ANTHROPIC_API_KEY": "sk-ant-..."], 78, "anthropic", "ANTHROPIC_API_KEY is not set"),
        (["SENTINEL_AGENT_ID": "agent_nobody"], 1, "anthropic", "SENTINEL_AGENT_ID agent_nobody"),
        (["SEONAV_ENV_ID": ""], 78, "config", "SEONAV_ENV_ID is not set"),
        (["CLICKUP_API_TOKEN": "pk_wrong"], 1, "clickup", "did not accept our access"),
        (["CLICKUP_WEBHOOK_SECRET": "another"], 1, "clickup", "signed with another secret"),
        (["SLACK_BOT_TOKEN": "xoxb-wrong"], 1, "slack", "did not accept our access"),
        (["SLACK_RESULTS_CHANNEL_ID": "C0NOWHERE"], 1, "slack", "there is no channel C0NOWHERE"),
        (["GOOGLE_DRIVE_ROOT_FOLDER_ID": "1NOWHERE"], 1, "google drive", "there is no folder 1NOWHERE"),
        (["GOOGLE_SERVICE_ACCOUNT_JSON_PATH": "/nowhere.json"], 78, "secrets", "/nowhere.json, which cannot be read"),
        (["ANTHROPIC_BASE_URL": "http://127.0.0.1:9"], 1, "anthropic", "could not be reached"),
        (["PORT": "many", "UNIX_SOCKET": ""], 78, "config", "PORT is \"many\""),
    ]
    @Test("Each fault is found, told under its name with a fix, and decides the exit code", arguments: faults)
    func fault(change: [String: String], status: Int32, name: String, words: String) async throws {
        try await Stage.play(more: change) { stage in
            let outcome = try await stage.installation.run("doctor")
            #expect(outcome.status == status, "\(outcome)")
            let row = outcome.rows.first { $0[0] == "FAIL" && $0[1] == name && $0[2].contains(words) }
            #expect(row?.last?.hasPrefix("fix: ") == true, "\(outcome.output)")
        }
    }

    @Test("A registered webhook is trusted by the secret kept with it")
    func registered() async throws {
        try await Stage.play(more: ["CLICKUP_WEBHOOK_SECRET": "another"]) { stage in
            let here = stage.installation
            func mistrusted() async throws -> Int {
                try await here.run("doctor").rows.count { $0[1] == "clickup" && $0[2].contains("another secret") }
            }
            // The stand-in's own are signed with a secret this installation was not told.
            let before = try await mistrusted()
            for agent in ["sentinel", "catalyst"] {
                let made = try await here.run(
                    "webhooks", "register", "clickup", "--agent", agent, "--endpoint",
                    "http://127.0.0.1:9/webhook/\(agent)")
                #expect(made.status == 0, "\(made)")
            }
            #expect(before > 0)
            #expect(try await mistrusted() == before, "the new ones are known")
        }
    }

    @Test("Each account is asked for what its own agents need, and its faults bear its name")
    func accounts() async throws {
        let more = ["NORTH_CLICKUP_TOKEN": "pk_wrong", "NORTH_AGENT_ID": "agent_nobody"]
        try await Stage.play(more: more) { stage in
            let here = stage.installation
            try here.write(
                #"""
                {"north": {"clickup": {"token_env": "NORTH_CLICKUP_TOKEN"}, "inherits": true,
                           "variables": {"SENTINEL_AGENT_ID": "NORTH_AGENT_ID"}}}
                """#, to: "config/credentials.json")
            for (name, set) in [("sentinel-north", "north"), ("sentinel-lost", "nroth")] {
                let text = DemoAgents.sentinel.replacing(
                    #""agent_name": "sentinel","#, with: #""agent_name": "\#(name)", "credentials": "\#(set)","#)
                try here.write(text, to: "agents/\(name).json")
            }
            let rows = try await here.run("doctor").rows
            let faults = [
                ("clickup (north)", "did not accept our access"),
                ("anthropic (north)", "NORTH_AGENT_ID agent_nobody"),
                ("config", "sentinel-lost: the credentials \"nroth\" are not configured"),
            ]
            for (name, words) in faults {
                #expect(rows.contains { $0[0] == "FAIL" && $0[1] == name && $0[2].contains(words) }, "\(rows)")
            }
            #expect(!rows.contains { $0[0] == "FAIL" && ["clickup", "anthropic", "slack"].contains($0[1]) }, "\(rows)")
            let checked = try await here.run("agents", "check", "--online").output
            let lines = checked.split(separator: "\n")
            #expect(lines.contains { $0.contains("sentinel-north") && $0.contains("agent_nobody") }, "\(checked)")
            #expect(lines.contains { $0.contains("did you mean \"north\"") }, "\(checked)")
            #expect(!lines.contains { $0.contains("agents/sentinel.json") || $0.contains("catalyst") }, "\(checked)")
        }
    }

    @Test("A key file that others can read is a fault, mended by --fix")
    func keyFile() async throws {
        try await Stage.play { stage in
            let path = stage.installation.folder.appending(path: "google.json").path
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let open = try await stage.installation.run("doctor")
            #expect(open.status == 78 && open.output.contains("chmod 600 \(path)"), "\(open)")
            #expect(try await stage.installation.run("doctor", "--fix").status == 0)
        }
    }

    @Test("A disk is full for doctor where it is for the alert", arguments: [(1, false), (100, true)])
    func disk(alertPercent: Int, isWell: Bool) async throws {
        try await Installation.inTemporaryFolder { here in
            let environment = ["DATA_DIR": here.folder.path, "DISK_ALERT_PERCENT": "\(alertPercent)"]
            let settings = try Settings(bureau.Environment(environment))
            // Some of any disk is used, and none on which tests run is full.
            let statuses = Doctor(settings: settings, fixes: false).disks().map(\.status)
            #expect(!statuses.isEmpty && statuses.allSatisfy { ($0 == .ok) == isWell }, "\(statuses)")
        }
    }

    @Test("What is not set is to be set where this installation has its settings")
    func place() async throws {
        try await Installation.inTemporaryFolder { here in
            let own = here.folder.appending(path: ".env").path
            let server = here.folder.appending(path: "etc/bureau.env").path
            func fix() -> String? {
                SecretChecks(environment: bureau.Environment([:]), envFile: own, fixes: false, serverFile: server)
                    .findings().last?.fix
            }
            #expect(fix()?.hasPrefix("cp .env.example .env") == true)
            try here.write("", to: "etc/bureau.env")
            #expect(fix() == "set what you use in \(server), then: sudo systemctl restart bureau")
            try here.write("", to: ".env")
            #expect(fix() == "set what you use in \(own)")
        }
    }

    @Test("No command prints a secret, whatever it is asked")
    func canaries() async throws {
        let canaries = [
            "ANTHROPIC_API_KEY": "sk-ant-canary-1", "CLICKUP_API_TOKEN": "pk_canary_2",
            "CLICKUP_WEBHOOK_SECRET": "canary-3", "SLACK_BOT_TOKEN": "xoxb-canary-4",
            "SLACK_SIGNING_SECRET": "canary-5",
        ]
        try await Stage.play(more: canaries) { stage in
            let here = stage.installation
            _ = try await here.run("clients", "add", "acme", "--name", "Acme")
            let key = try String(contentsOf: here.folder.appending(path: "google.json"), encoding: .utf8)
            let material = try #require(key.split(separator: "\\n").dropFirst().first.map(String.init))
            for arguments in [
                ["doctor"], ["doctor", "--json"], ["config", "show"], ["config", "show", "--json"],
                ["agents", "check", "--online"],
                ["agents", "show", "sentinel", "--json"], ["run", "sentinel", "--client", "acme"], ["runs", "list"],
                ["run", "sentinel", "--clickup-task", "86demoshm1"], ["webhooks", "list"], ["db", "check"],
                ["webhooks", "trigger", "clickup.taskStatusUpdated", "--agent", "sentinel", "--task", "t"],
            ] {
                let outcome = try await here.with(["LOG_LEVEL": "trace"]).run(arguments)
                for secret in Array(canaries.values) + [material] {
                    #expect(!(outcome.output + outcome.errors).contains(secret), "\(arguments)")
                }
            }
        }
    }

    @Test("A damaged database is told, with 1")
    func damage() async throws {
        try await Installation.inTemporaryFolder { here in
            _ = try await here.run("clients", "add", "acme", "--name", "Acme")
            #expect(try await here.run("db", "check").output.contains("integrity ok"))
            for name in ["bureau.db-wal", "bureau.db-shm"] {
                try FileManager.default.removeItem(at: here.folder.appending(path: "data/\(name)"))
            }
            try here.write(String(repeating: "not a database ", count: 1_000), to: "data/bureau.db")
            let outcome = try await here.run("db", "check")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("restore the last backup"))
            #expect(try await here.run("doctor").rows.contains { $0[0] == "FAIL" && $0[1] == "database" })
        }
    }
}
