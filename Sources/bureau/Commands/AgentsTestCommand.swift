import ArgumentParser
import BureauEngine

struct AgentsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "A real run for a client that does not exist.",
        discussion: "It costs what a run costs, and its results go where the agent's file says.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The agent's name.") var agent: String
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).carryOut { composition in
                let loaded = try AgentFolder(composition.settings).startable(agent)
                let run = try await composition.desk.start(
                    .test(of: loaded, from: .cli, by: Person.name, key: "cli/\(composition.doors.makeID())"))
                try await composition.auditDesk.note(started: run, by: .here, "test run started")
                return run
            }
        }
    }
}
