import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

struct WebhooksRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Make an agent's webhook at ClickUp, or take over the one that is there.",
        discussion: """
            bureau webhooks register clickup --agent sentinel --endpoint https://bureau.example/webhook/sentinel

            ClickUp's secret is kept sealed in the database; a running server believes it at once. It is never shown.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The work tool: clickup.") var tool: String
    @Option(help: "The agent it starts.") var agent: String
    @Option(help: "Where ClickUp reaches this server; asked for the first time only.") var endpoint: String?

    func validate() throws {
        guard tool == "clickup" else { throw ValidationError("Webhooks are registered for clickup only.") }
        if let endpoint, URL(string: endpoint)?.scheme?.hasPrefix("http") != true {
            throw ValidationError("--endpoint is a whole address, such as https://bureau.example/webhook/\(agent).")
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Composition.with(settings) { try await register($0) }
        }
    }

    private func register(_ composition: Composition) async throws {
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
