import Foundation
import Testing

@Suite("What every command keeps to")
struct ConventionTests {
    static let misspelt: [([String], String)] = [
        (["rnus", "list"], "bureau runs"), (["runs", "lst"], "bureau runs list"), (["agent"], "bureau agents"),
        (["webhooks", "tirgger"], "bureau webhooks trigger"), (["doctr"], "bureau doctor"),
    ]
    @Test("A misspelt command ends with 64 and names the nearest", arguments: misspelt)
    func spelling(arguments: [String], nearest: String) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(arguments)
            #expect(outcome.status == 64)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("fix: did you mean: \(nearest)\n"), "\(outcome.errors)")
        }
    }

    static let refused: [([String], Int32, String)] = [
        (["runs", "list"], 78, "fix: name the data folder"), (["runs", "show", "01ABCDEF"], 78, "no database"),
        (["alerts", "list"], 78, "no database"), (["db", "check"], 78, "no database"),
        (["agents", "list"], 78, "fix: make it"), (["agents", "check"], 78, "cannot be read"),
        (["agents", "check", "nowhere.json"], 64, "nowhere.json cannot be read"),
        (["agents", "new", "Bad Name"], 64, "lower-case"),
        (["clients", "import", "nowhere"], 64, "fix: check the path"),
        (["runs", "list", "--status", "faild"], 64, "Did you mean 'failed'?"),
        (["runs", "list", "--limit", "0"], 64, "1 to 1000"),
        (["runs", "list", "--trigger", "webhok"], 64, "Did you mean 'webhook'?"),
        (["runs", "list", "--view", "all"], 64, "choose from attention, running, review"),
        (["runs", "list", "--from", "21.11.2026"], 64, "a day such as 2026-11-21"),
        (["runs", "list", "--to", "2026-02-30"], 64, "a day such as 2026-11-21"),
        (["runs", "again", "01ABCDEF", "--under", "then"], 64, "--under"),
        (["approvals", "ask", "01ABCDEF", " "], 64, "A question has words"),
        (["clients", "staff", "acme", "ana"], 64, "What is ana to the client?"),
        (["clients", "staff", "acme", "ana", "ownr"], 64, "Did you mean 'owner'?"),
        (["runs", "deliver", "01ABCDEF", "--channel", "slak"], 64, "Did you mean 'slack'?"),
        (["runs", "events", "01ABCDEF", "--json", "--follow"], 64, "leave out"),
        (["webhooks", "list", "--verdict", "refusd"], 64, "Did you mean 'refused'?"),
        (
            ["webhooks", "trigger", "clickup.taskUpdate", "--agent", "a", "--task", "b"], 64,
            "clickup.taskStatusUpdated"
        ),
        (["run", "sentinel"], 64, "--client SLUG"),
    ]
    @Test("A command that cannot go on says why and what to do, on standard error", arguments: refused)
    func refusals(arguments: [String], status: Int32, words: String) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(arguments)
            #expect(outcome.status == status)
            #expect(outcome.output.isEmpty, "\(outcome.output)")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test("A command that is refused leaves no data folder behind")
    func nothingMade() async throws {
        try await Installation.inTemporaryFolder { here in
            _ = try await here.run("runs", "list")
            _ = try await here.run("doctor")
            #expect(!FileManager.default.fileExists(atPath: here.folder.appending(path: "data").path))
        }
    }

    @Test("The version is one line, or one document")
    func version() async throws {
        try await Installation.inTemporaryFolder { here in
            let line = try await here.run("version"), document = try await here.run("version", "--json")
            #expect(line.output.hasPrefix("bureau 0."))
            #expect(try document.object()["version"] is String)
        }
    }

    @Test("A settings file that others can read is refused, and closed by doctor --fix")
    func openSettings() async throws {
        try await Installation.inTemporaryFolder { here in
            try here.write("PORT=3000\n", to: ".env", mode: 0o644)
            let refused = try await here.run("config", "show")
            #expect(refused.status == 78 && refused.errors.contains("chmod 600 .env"), "\(refused)")
            #expect(try await here.run("doctor").output.contains("chmod 600 .env"))
            _ = try await here.run("doctor", "--fix")
            #expect(try await here.run("config", "show").status == 0)
        }
    }

    @Test("A value left as the example has it counts as not set")
    func placeholders() async throws {
        try await Installation.inTemporaryFolder { here in
            try here.write("ANTHROPIC_API_KEY=sk-ant-...\nSLACK_ALERT_CHANNEL_ID=C...\n", to: ".env")
            let outcome = try await here.run("config", "show")
            #expect(
                outcome.rows.contains(["ANTHROPIC_API_KEY", "unset", "the example's value, not used"]),
                "\(outcome.output)")
            #expect(outcome.rows.contains(["SLACK_ALERT_CHANNEL_ID", "unset", "the example's value, not used"]))
        }
    }
}
