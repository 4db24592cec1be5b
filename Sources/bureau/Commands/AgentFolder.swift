import BureauDomain
import BureauEngine
import Foundation

/// The agents' files as commands see them, with or without a server.
struct AgentFolder: Sendable {
    let settings: Settings
    let reader: AgentReader

    init(_ settings: Settings) {
        self.settings = settings
        reader = AgentReader(hasVariable: settings.hasVariable)
    }

    func reports() throws -> [AgentFileReport] {
        do { return try reader.readFolder(settings.agentsFolder) } catch {
            throw SetupError(
                "the agents folder \(settings.agentsFolder.path) cannot be read",
                fix:
                    "make it, or name another one with --config or AGENTS_DIR; bureau agents new NAME writes a first file"
            )
        }
    }

    /// Every agent whose file is right but for variables that are not set here. No folder means none.
    var written: [LoadedAgent] {
        let reader = AgentReader(hasVariable: { _ in true })
        return (try? reader.readFolder(settings.agentsFolder))?.compactMap(\.agent) ?? []
    }

    func agent(_ name: String) throws -> (AgentFileReport, LoadedAgent) {
        let reports = try reports()
        if let report = reports.first(where: { $0.agent?.config.name == name }), let agent = report.agent {
            return (report, agent)
        }
        if let broken = reports.first(where: { $0.fileName == name + ".json" }) {
            throw SetupError(
                broken.problems.map { "\($0)" }.joined(separator: "\n"),
                fix: "mend \(settings.agentsFolder.path)/\(broken.fileName); bureau agents check \(name) looks again")
        }
        let known = reports.compactMap { $0.agent?.config.name }
        let near = NearestKey.nearest(to: name, in: known)
        throw SetupError(
            "there is no agent named \"\(PlainLine.of(name))\"",
            fix: near.map { "did you mean \($0)?" }
                ?? (known.isEmpty
                    ? "bureau agents new NAME writes one" : "the agents are: \(known.joined(separator: ", "))"),
            exitCode: ExitStatus.usage)
    }

    /// One that may be started by hand.
    func startable(_ name: String) throws -> LoadedAgent {
        let (_, loaded) = try agent(name)
        guard loaded.config.triggers.manualCLI else {
            throw SetupError(
                "\(name) may not be started by hand", fix: "set triggers.manual_cli.enabled in its config")
        }
        return loaded
    }
}
