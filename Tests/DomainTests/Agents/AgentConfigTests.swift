import BureauDomain
import Testing

@Suite("Agent configs")
struct AgentConfigTests {
    @Test("The PRD's Sentinel file loads as it is, comments included")
    func sentinel() throws {
        let bytes = try RepositoryFile.bytes("agents/sentinel.json")
        let result = AgentConfig.load(bytes, fileName: "agents/sentinel.json") { _ in true }
        let config = try #require(result.config, "\(result.problems)")
        #expect(config.name == "sentinel")
        #expect(config.displayName == "SEO Sentinel")
        #expect(config.anthropic?.agentIDVariable == "SENTINEL_AGENT_ID")
        #expect(config.anthropic?.betaHeaders == ["managed-agents-2026-04-01"])
        #expect(config.anthropic?.outputFetchBetaHeaders == ["files-api-2025-04-14"])
        #expect(config.anthropic?.agentVersion == nil)
        #expect(config.payloadSource.kind == .clickUpTask)
        #expect(config.payloadSource.requiredFields.count == 8)
        #expect(config.payloadSource.optionalFields == ["priority_services_ranked", "business_usps"])
        #expect(config.triggers.clickUp?.matches(status: " ready (AUTOMATE)") == true)
        #expect(config.triggers.clickUp?.matches(status: "ready") == false)
        #expect(config.triggers.manualCLI)
        #expect(config.kickoffPrompt.placeholders == ["client_id", "payload_json"])
        #expect(config.limits.sessionDurationMax == .seconds(3600))
        #expect(config.limits.sessionCostMax == .usd(5))
        #expect(config.limits.alertAbove == .usd(3))
        #expect(config.limits.sampleInterval == .seconds(30))
        #expect(config.outputs == AgentConfig.Outputs.byDefault)
        #expect(config.delivery.slack?.channel == "#seo-automation")
        #expect(config.delivery.clickUp?.doneStatus == "Review")
        #expect(config.delivery.clickUp?.blockedStatus == "Blocked")
        #expect(config.delivery.googleDrive?.fileName.source == "sentinel-audit-{timestamp}")
        #expect(config.delivery.folder == nil)
        #expect(config.alerts.tags == ["@trung"])
        #expect(
            result.problems.map(\.description) == [
                "agents/sentinel.json:33:18 warning: triggers.clickup_webhook.list_id: <LIST_ID_FOR_SENTINEL_TASKS> is a "
                    + "placeholder; no task will start a run until it is a real list id"
            ])
    }

    @Test("The canonical spelling loads as the same config")
    func canonical() throws {
        let first = AgentConfig.load(try RepositoryFile.bytes("agents/sentinel.json"), fileName: "a", environment: nil)
        let canonical = try #require(first.canonical)
        let second = AgentConfig.load(Array(canonical.utf8), fileName: "b", environment: nil)
        #expect(second.config == first.config)
        #expect(second.canonical == canonical)
    }

    @Test("Variables that are not set are errors at the place that names them")
    func environment() throws {
        let bytes = try RepositoryFile.bytes("agents/sentinel.json")
        let result = AgentConfig.load(bytes, fileName: "agents/sentinel.json") { $0 == "SEONAV_ENV_ID" }
        #expect(result.config == nil)
        #expect(
            result.problems.first?.description
                == "agents/sentinel.json:10:21 anthropic.agent_id_env: the environment variable SENTINEL_AGENT_ID is not "
                + "set; set it, or name another one here")
    }

    @Test("Every good file loads", arguments: RepositoryFile.names(in: "Tests/DomainTests/Fixtures/agents/good"))
    func good(name: String) throws {
        let bytes = try RepositoryFile.bytes("Tests/DomainTests/Fixtures/agents/good/\(name)")
        let result = AgentConfig.load(bytes, fileName: name, environment: nil)
        #expect(result.config != nil, "\(result.problems.map(\.description))")
    }

    @Test(
        "Every bad file is refused for the reason on its first line",
        arguments: RepositoryFile.names(in: "Tests/DomainTests/Fixtures/agents/bad"))
    func bad(name: String) throws {
        let text = try RepositoryFile.text("Tests/DomainTests/Fixtures/agents/bad/\(name)")
        let reason = try #require(text.split(separator: "\n").first).dropFirst(3)
        let result = AgentConfig.load(Array(text.utf8), fileName: name, environment: nil)
        #expect(result.config == nil)
        let errors = result.problems.filter { $0.severity == .error }.map(\.description)
        #expect(errors.contains { $0.contains(reason) }, "\(errors)")
        #expect(errors.count == 1, "one mistake, one message: \(errors)")
    }

    @Test("All mistakes are reported at once, in the order of the file")
    func allAtOnce() {
        let text = """
            {
              "agent_name": "Big Agent",
              "limits": { "max_session_duration_minutes": -1 },
              "delivery": { "slack": { "enabled": true, "chanel": "#x" } }
            }
            """
        let result = AgentConfig.load(Array(text.utf8), fileName: "agents/x.json", environment: nil)
        let errors = result.problems.filter { $0.severity == .error }
        #expect(
            errors.map(\.path) == [
                "display_name", "description", "version", "anthropic", "payload_source", "triggers", "kickoff_template",
                "alerts", "agent_name", "limits.max_session_duration_minutes", "delivery.slack.channel",
                "delivery.slack.chanel",
            ])
        #expect(
            errors.last?.description
                == "agents/x.json:4:45 delivery.slack.chanel: unknown key; did you mean \"channel\"?")
    }

    private static let warnings: [(String, String, String)] = [
        ("\"small\"", "\"smaller\"", "agent_name: this agent is called \"smaller\", its file \"small.json\""),
        (
            "Go.", "Go {{client_id}}",
            "{{client_id}} stays as it is: a placeholder has single braces; did you mean \"{client_id}\"?"
        ),
        ("Go.", "Go {Client_ID}", "a placeholder is written in lower case; this one stays as it is"),
        ("Go.", "Go", "delivery: no channel is on: results stay on this machine"),
    ]

    @Test("What is probably not meant loads with a warning", arguments: warnings)
    func warning(old: String, new: String, says: String) throws {
        let text = try RepositoryFile.text("Tests/DomainTests/Fixtures/agents/good/small.json")
        let result = AgentConfig.load(
            Array(text.replacing(old, with: new).utf8), fileName: "agents/small.json", environment: nil)
        #expect(result.config != nil)
        #expect(result.problems.contains { $0.severity == .warning && $0.description.contains(says) })
    }

    @Test("A started file loads without errors", arguments: ["catalyst", "content-catalyst", "x", "2nd-agent"])
    func starter(name: String) throws {
        let text = try #require(AgentConfig.starter(name: name))
        let result = AgentConfig.load(Array(text.utf8), fileName: "agents/\(name).json", environment: nil)
        #expect(result.config?.name == name, "\(result.problems)")
        #expect(result.problems.map(\.path) == ["triggers.clickup_webhook.list_id"])
    }

    @Test("A name that cannot be an agent's starts no file", arguments: ["", "Big", "a b", "../x", "-a"])
    func starterRefused(name: String) { #expect(AgentConfig.starter(name: name) == nil) }

    private static let prompts = [
        String(repeating: "}", count: 100_000), String(repeating: "{", count: 100_000),
        (0..<12_000).map { "{a\($0)}" }.joined(), String(repeating: "{a", count: 50_000),
    ]

    @Test("A hostile prompt is refused in a few messages", .timeLimit(.minutes(3)), arguments: prompts.indices)
    func hostilePrompt(index: Int) throws {
        let text = try RepositoryFile.text("Tests/DomainTests/Fixtures/agents/good/small.json")
        let bytes = Array(text.replacing("Go.", with: Self.prompts[index]).utf8)
        let result = AgentConfig.load(bytes, fileName: "small.json", environment: nil)
        #expect(result.config == nil)
        #expect(1...10 ~= result.problems.count { $0.severity == .error })
        #expect(result.problems.allSatisfy { $0.description.utf8.count < 600 })
    }

    @Test("Any number of warnings never hides an error")
    func warningsAndErrors() throws {
        let fields = (0..<50).map { "f\($0)" }
        let list = fields.map { "\"\($0)\"" }.joined(separator: ",")
        let expected = (0..<50).map { "\"\($0)\(fields.prefix(20).map { "{{\($0)}}" }.joined())\"" }.joined(
            separator: ",")
        let text = try RepositoryFile.text("Tests/DomainTests/Fixtures/agents/good/small.json")
            .replacing("\"manual\"", with: "\"manual\", \"clickup\": { \"required_fields\": [\(list)] }")
            .replacing("\"delivery\": {}", with: "\"outputs\": { \"expected\": [\(expected)] }, \"delivery\": 7")
        let result = AgentConfig.load(Array(text.utf8), fileName: "small.json", environment: nil)
        #expect(result.config == nil)
        #expect(result.problems.count { $0.severity == .warning } == 50)
        #expect(result.problems.filter { $0.severity == .error }.map(\.path) == ["delivery"])
    }

    @Test("A hostile file makes neither long messages nor many")
    func hostile() {
        let keys = (0..<5_000).map { "\"\(String(repeating: "k", count: 100))\($0)\": 1" }.joined(separator: ",")
        let result = AgentConfig.load(Array("{\(keys)}".utf8), fileName: "x.json", environment: nil)
        #expect(result.problems.count == 200)
        #expect(result.problems.allSatisfy { $0.description.utf8.count < 600 })
    }

    @Test("A second agent is a file, not code")
    func catalyst() throws {
        let bytes = try RepositoryFile.bytes("fixtures/catalyst.json")
        let result = AgentConfig.load(bytes, fileName: "fixtures/catalyst.json") { _ in true }
        let config = try #require(result.config)
        #expect(result.problems.isEmpty)
        #expect(
            config.outputs.expected.map { $0.render(["client_id": "acme"]) }
                == ["content-brief-acme.json", "content-brief-acme.md"])
        #expect(config.anthropic?.betaHeaders == ["managed-agents-2026-04-01"])
    }

    @Test("A delivered file has the template's name and its own extension")
    func deliveredName() throws {
        let bytes = try RepositoryFile.bytes("agents/sentinel.json")
        let drive = try #require(AgentConfig.load(bytes, fileName: "a", environment: nil).config?.delivery.googleDrive)
        let values = ["timestamp": "20261121T093000Z", "client_name": "A/B"]
        #expect(
            drive.fileName(for: "x/audit.json", values: values, taken: []) == "sentinel-audit-20261121T093000Z.json")
        let taken: Set = ["sentinel-audit-20261121T093000Z.json"]
        #expect(drive.fileName(for: "b.json", values: values, taken: taken) == "sentinel-audit-20261121T093000Z-2.json")
        #expect(drive.fileName(for: "LICENSE", values: values, taken: taken) == "sentinel-audit-20261121T093000Z")
        #expect(drive.folder.render(values) == ["Clients", "A-B", "Audits"])
    }
}
