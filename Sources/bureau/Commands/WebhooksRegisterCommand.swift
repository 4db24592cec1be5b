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
            guard let workspace = settings.engine.clickUpWorkspaceID else {
                throw SetupError(
                    "CLICKUP_WORKSPACE_ID is not set", fix: "set the number in the address app.clickup.com/NUMBER")
            }
            let composition = try await Composition(settings, logger: .forCommand(settings.logLevel))
            do {
                try await register(composition, workspace)
            } catch {
                await composition.close()
                throw error
            }
            await composition.close()
        }
    }

    private func register(_ composition: Composition, _ workspace: String) async throws {
        guard let clickUp = composition.parts.connections.clickUp else {
            throw SetupError("ClickUp is not connected", fix: "set CLICKUP_API_TOKEN")
        }
        guard let loaded = composition.catalog.agent(agent) else {
            throw SetupError("there is no agent \(PlainLine.of(agent))", fix: "bureau agents list shows them")
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
