import ArgumentParser
import BureauEngine

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at runs and act on them.",
        discussion: """
            bureau runs list --status failed
            bureau runs show 01KA3F8Q7Q
            bureau runs deliver 01KA3F8Q7Q --channel slack

            A run is named by its id or the first characters of it, six at least.
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsWatchCommand.self, RunsEventsCommand.self,
            RunsFilesCommand.self, RunsStopCommand.self, RunsRetryCommand.self, RunsAgainCommand.self,
            RunsStartCommand.self, RunsSeenCommand.self, RunsNoteCommand.self,
            RunsDeliverCommand.self, RunsRecheckCommand.self, RunsAcceptCommand.self, RunsReviseCommand.self,
            RunsDismissCommand.self, RunsResolveCommand.self, RunsExportCommand.self,
            RunsVerifyCommand.self,
        ])
}

struct RunsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a run until it ends.",
        discussion: "Does the run's work itself when no server runs. Ctrl-C detaches; the run goes on.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "Every event of the session.") var verbose = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: true, skipsPast: false, isVerbose: verbose)
                .carryOut {
                    try await $0.desk.find(run)
                }
        }
    }
}
