import ArgumentParser

@main
struct BureauCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bureau", abstract: "The control room for an agency's AI agents.",
        discussion: "Start with: bureau demo", version: Composition.version,
        subcommands: [
            DemoCommand.self, ServeCommand.self, RunCommand.self, RunsCommand.self, ScheduleCommand.self,
            SandboxCommand.self,
        ])
}
