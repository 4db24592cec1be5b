import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct AgentsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The agents in the agents folder, broken ones included.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            var listing = Listing(
                [
                    .init("AGENT"), .init("VERSION"), .init("NAME", isElastic: true), .init("STARTED BY"),
                    .init("LIMIT", isRight: true), .init("FILE"),
                ],
                empty: "No agents in \(settings.agentsFolder.path). Write one: bureau agents new NAME")
            for report in try AgentFolder(settings).reports() { Self.add(report, settings, to: &listing) }
            try output.print(listing)
        }
    }

    private static func add(_ report: AgentFileReport, _ settings: Settings, to listing: inout Listing) {
        let errors = report.problems.filter { $0.severity == .error }.count
        guard let agent = report.agent?.config else {
            let name = String(report.fileName.dropLast(5))
            let count = "\(errors) \(errors == 1 ? "error" : "errors"): bureau agents check"
            listing.add(
                [Listing.Cell(name), "", Listing.Cell(count, .bad), "", "", Listing.Cell(report.fileName)],
                .made([
                    ("name", .string(name)), ("version", .null), ("display_name", .null),
                    ("file", .string(report.fileName)),
                    ("ok", false), ("triggers", []), ("max_session_cost_usd", .null), ("errors", .whole(errors)),
                ]))
            return
        }
        let triggers = (agent.triggers.clickUp == nil ? [] : ["clickup"]) + (agent.triggers.manualCLI ? ["cli"] : [])
        let limit = agent.limits.sessionCostMax ?? settings.engine.defaultSessionCostMax
        listing.add(
            [
                Listing.Cell(agent.name, .strong), Listing.Cell(agent.version), Listing.Cell(agent.displayName),
                Listing.Cell(triggers.isEmpty ? "nothing" : triggers.joined(separator: ", ")),
                Listing.Cell("\(limit)"), Listing.Cell(report.fileName),
            ],
            .made([
                ("name", .string(agent.name)), ("version", .string(agent.version)),
                ("display_name", .string(agent.displayName)), ("file", .string(report.fileName)), ("ok", true),
                ("triggers", .array(triggers.map { .string($0) })),
                ("max_session_cost_usd", .usd(limit)), ("errors", .whole(errors)),
            ]))
    }
}

struct AgentsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One agent's configuration.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The agent's name.") var agent: String

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let (report, loaded) = try AgentFolder(settings).agent(agent)
            let config = loaded.config
            let document = try BureauDomain.JSONValue.parse(Array(loaded.canonical.utf8))
            try output.print(
                .made([("name", .string(config.name)), ("sha256", .string(loaded.hash)), ("config", document)])
            ) {
                Self.facts(config, loaded, settings, file: report.fileName).print(output.style)
            }
        }
    }

    private static func facts(_ config: AgentConfig, _ loaded: LoadedAgent, _ settings: Settings, file: String) -> Facts
    {
        var facts = Facts()
        facts.add("agent", config.name, .strong)
        facts.add("name", config.displayName)
        facts.add("does", config.description)
        facts.add("version", "\(config.version), config \(loaded.hash.prefix(12))")
        facts.add("file", settings.agentsFolder.appendingPathComponent(file).path)
        switch config.executor {
        case .managedSession(let names):
            facts.add("anthropic", "agent $\(names.agentIDVariable), environment $\(names.environmentIDVariable)")
        case .command(let policy):
            facts.add("builder", policy.builder.joined(separator: " "))
            facts.add("repository", "\(policy.repository), from \(policy.baseBranch)")
        }
        if let trigger = config.triggers.clickUp {
            facts.add(
                "started by",
                "ClickUp list \(trigger.listID), status \"\(trigger.status)\"; webhook /webhook/\(config.name)")
        }
        if let trigger = config.triggers.asana {
            let sections = trigger.sections.isEmpty ? "" : ", in \(trigger.sections.joined(separator: ", "))"
            let projects = trigger.projects.joined(separator: ", ")
            facts.add("started by", "Asana tasks for user \(trigger.assigneeID) in \(projects)\(sections)")
        }
        if config.triggers.manualCLI { facts.add("started by", "bureau run \(config.name)") }
        facts.add("needs", config.payloadSource.requiredFields.joined(separator: ", "))
        facts.add("takes", config.payloadSource.optionalFields.joined(separator: ", "))
        facts.add("limits", limits(config.limits, settings))
        facts.add("must write", config.outputs.expected.map(\.source).joined(separator: ", "))
        let delivery = config.delivery
        facts.add("slack", delivery.slack.map { $0.channel })
        facts.add(
            "clickup",
            delivery.clickUp.map {
                ($0.startedStatus.map { "started \"\($0)\", " } ?? "")
                    + "status \($0.doneStatus.map { "\"\($0)\"" } ?? "unchanged"), blocked \"\($0.blockedStatus)\""
            })
        if delivery.asana != nil { facts.add("asana", "files and comments on the task") }
        facts.add("google drive", delivery.googleDrive.map { "\($0.folder.source) \($0.fileName.source)" })
        facts.add("folder", delivery.folder.map { $0.path?.source ?? settings.engine.deliveryFolder.path })
        facts.add("alerts", ([config.alerts.failureChannel] + config.alerts.tags).joined(separator: " "))
        return facts
    }

    private static func limits(_ limits: AgentConfig.Limits, _ settings: Settings) -> String {
        let most = limits.sessionCostMax ?? settings.engine.defaultSessionCostMax
        let warning = limits.alertAbove.map { ", warning at \($0)" } ?? ""
        return "\(most) a session\(warning), \(Words.duration(limits.sessionDurationMax))"
    }
}
