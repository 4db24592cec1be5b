import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct RunsStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop a run. The agent stops at once; files so far are kept.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "Why, for those who read the run later.") var reason: String?
    @Flag(help: "Leave its files so far with the session instead of keeping them.") var discard = false
    @Flag(help: "Wait until it has stopped.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            do {
                try await RunAction(common: common, output: output, watches: watch).change(
                    run, "run stopped", reason: reason
                ) {
                    let run = try await $0.desk.stop($1.id, by: Person.name, reason: reason, discarding: discard)
                    if run.state == .delivering { Terminal.note(RunDesk.stopsChildren) }
                    return run
                }
            } catch let code as ExitCode where code.rawValue == ExitStatus.stoppedByPerson {
                // To have stopped is what this command is for.
            }
        }
    }
}

struct RunsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Retry the step a run failed at, where that is possible.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).change(run, "run retried") {
                try await $0.desk.retry($1.id)
            }
        }
    }
}

struct RunsDeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver", abstract: "Finish what is missing of a run's delivery; what arrived is not touched.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "Only this channel: google_drive, clickup, asana, slack or folder.") var channel: String?
    @Flag(help: "Follow it until it ends.") var watch = false

    static let channels = StepRecord.Channel.allCases.filter { $0 != .anthropic }

    func validate() throws { _ = try chosen() }

    private func chosen() throws -> StepRecord.Channel? {
        guard let channel else { return nil }
        guard let known = Self.channels.first(where: { $0.rawValue == channel }) else {
            let names = Self.channels.map(\.rawValue)
            let near = NearestKey.nearest(to: channel, in: names).map { " Did you mean '\($0)'?" } ?? ""
            throw ValidationError(
                "There is no channel '\(PlainLine.of(channel))'; choose from \(names.joined(separator: ", ")).\(near)")
        }
        return known
    }

    func run() async throws {
        try await Terminal.guarded {
            let channel = try chosen()
            try await RunAction(common: common, output: output, watches: watch)
                .change(run, "run delivered again") { try await $0.desk.deliver($1.id, channel: channel) }
        }
    }
}

struct RunsRecheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recheck", abstract: "Look again at a run that waits for information.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch)
                .change(run, "run rechecked") { try await $0.desk.recheck($1.id) }
        }
    }
}

/// Who types, as runs name them.
enum Person {
    static var name: String { "cli \(ProcessInfo.processInfo.userName)" }
}

extension Actor {
    /// Whoever types the command, for the audit log.
    static var here: Actor { Actor(name: Person.name, surface: "cli") }
}
