import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

struct WebhooksRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Make a webhook at ClickUp or Asana, or take over the one that is there.",
        discussion: """
            bureau webhooks register clickup --agent sentinel --endpoint https://bureau.example/webhook/sentinel
            bureau webhooks register asana --project 1208000000000100

            The secret is kept sealed in the database; a running server believes it at once. It is never shown.
            Asana asks the server back before it agrees: start `bureau serve` first.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The work tool: clickup or asana.") var tool: String
    @Option(help: "ClickUp: the agent it starts.") var agent: String?
    @Option(help: "Asana: the project's gid.") var project: String?
    @Option(help: "Asana: the name of the credentials, when it is not the environment's own account.")
    var credentials: String?
    @Option(
        help:
            "Where the tool reaches this server: for ClickUp the whole address, asked for the first time only; for Asana https://HOST, PUBLIC_URL by default."
    ) var endpoint: String?

    func validate() throws {
        switch tool {
        case "clickup":
            guard agent != nil else { throw ValidationError("Name the agent it starts with --agent.") }
            guard project == nil else { throw ValidationError("--project goes with asana.") }
        case "asana":
            guard let project else { throw ValidationError("Name the project with --project GID.") }
            guard (1...32).contains(project.utf8.count), project.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                throw ValidationError("--project is the number in the project's address, such as 1208000000000100.")
            }
            guard agent == nil else {
                throw ValidationError("--agent goes with clickup: a project's events go to all.")
            }
        default: throw ValidationError("Webhooks are registered for clickup and asana only.")
        }
        if let endpoint, URL(string: endpoint)?.scheme?.hasPrefix("http") != true {
            throw ValidationError(
                "--endpoint is a whole address, such as https://bureau.example\(tool == "asana" ? "" : "/webhook/\(agent ?? "AGENT")")."
            )
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Composition.with(settings) { composition in
                guard let project else { return try await register(composition, agent: agent ?? "") }
                try await WebhooksRegisterAsana(project: project, endpoint: endpoint, credentials: credentials)
                    .register(composition, output)
            }
        }
    }

    private func register(_ composition: Composition, agent: String) async throws {
        guard let loaded = composition.catalog.agent(agent) else {
            throw SetupError("there is no agent \(PlainLine.of(agent))", fix: "bureau agents list shows them")
        }
        let account = try composition.parts.using(loaded.config.credentials)
        let place = loaded.config.credentials.map { "the credentials \($0) in config/credentials.json" }
        guard let clickUp = account.connections.clickUp else {
            throw SetupError(
                "ClickUp is not connected", fix: place.map { "name a token in \($0)" } ?? "set CLICKUP_API_TOKEN")
        }
        guard let workspace = account.settings.clickUpWorkspaceID else {
            throw SetupError(
                "the ClickUp workspace is not known",
                fix:
                    "set \(place.map { "workspace_id in \($0)" } ?? "CLICKUP_WORKSPACE_ID") to the number in the address app.clickup.com/NUMBER"
            )
        }
        let desk = WebhookDesk(database: composition.database, doors: composition.doors)
        let earlier = try await desk.list().last { $0.agent == agent }?.endpoint
        guard let endpoint = endpoint ?? earlier else {
            throw SetupError(
                "no address is known for \(PlainLine.of(agent))",
                fix: "name it with --endpoint https://HOST/webhook/\(PlainLine.of(agent))")
        }
        do {
            let (how, hook) = try await desk.register(
                loaded, endpoint: endpoint, workspace: workspace, clickUp: clickUp,
                keyFolder: composition.settings.dataFolder)
            try output.print(
                .made([
                    ("webhook", .string(hook.id)), ("agent", .string(agent)), ("endpoint", .string(endpoint)),
                    ("result", .string(how.rawValue)),
                ])
            ) {
                Terminal.say("\(how.rawValue) webhook \(hook.id) for \(agent), to \(PlainLine.of(endpoint))")
            }
        } catch let refused as WebhookDesk.Refused {
            throw SetupError(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
        }
    }
}
