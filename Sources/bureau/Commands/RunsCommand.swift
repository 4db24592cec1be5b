import ArgumentParser
import BureauEngine

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Look at runs and act on them.", subcommands: [RunsWatchCommand.self])
}

struct RunsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "watch", abstract: "Follow a run until it ends.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "Every event of the session.") var verbose = false

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let composition = try await Composition(settings, logger: .forCommand(settings.logLevel))
            let found = try await composition.desk.find(run)
            let watcher = RunWatcher(composition: composition, isVerbose: verbose)
            watcher.announce(found)
            let code = try await watcher.follow(found.id)
            await composition.close()
            if code != 0 { throw ExitCode(code) }
        }
    }
}
