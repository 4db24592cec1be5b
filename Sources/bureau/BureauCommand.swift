import ArgumentParser

@main
struct BureauCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bureau", abstract: "The control room for an agency's AI agents.",
        discussion: "Start with: bureau demo", version: Composition.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Start here",
                subcommands: [DemoCommand.self, DoctorCommand.self, ServeCommand.self, RunCommand.self]),
            CommandGroup(
                name: "Work",
                subcommands: [
                    RunsCommand.self, QueueCommand.self, IntakeCommand.self, ReportsCommand.self, AgentsCommand.self,
                    ClientsCommand.self,
                    WebhooksCommand.self, EndpointsCommand.self,
                    AlertsCommand.self, CostsCommand.self, BudgetsCommand.self,
                    ApprovalsCommand.self, ScheduleCommand.self, FeedbackCommand.self,
                ]),
            CommandGroup(
                name: "Installation",
                subcommands: [
                    UsersCommand.self, MCPCommand.self, ConfigCommand.self, DatabaseCommand.self, SandboxCommand.self,
                    BenchCommand.self,
                    VersionCommand.self, KeepBuilderCommand.self,
                ]),
        ])

    static func main() async {
        if let complaint = CommandSpelling(Self.self).complaint(about: Array(CommandLine.arguments.dropFirst())) {
            Terminal.note(complaint)
            Self.exit(withError: ExitCode(ExitStatus.usage))
        }
        await Self.main(nil)
    }
}
