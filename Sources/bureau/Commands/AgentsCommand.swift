import ArgumentParser

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "Look at agents, check their files, write new ones.",
        discussion: """
            bureau agents new catalyst
            bureau agents check
            bureau agents check agents/catalyst.json --online
            """,
        subcommands: [
            AgentsListCommand.self, AgentsShowCommand.self, AgentsCheckCommand.self, AgentsTestCommand.self,
            AgentsNewCommand.self,
        ])
}
