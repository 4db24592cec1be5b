import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct RunsStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Put a waiting run first in its line. Limits and budgets hold.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).change(run, "run put first") {
                try await $0.desk.putFirst($1.id, by: Person.name)
            }
        }
    }
}

struct RunsSeenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seen", abstract: "Take note of a failure: it needs nobody any more, and stays as it is.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "What was done about it.") var note: String?

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await records.desk.find(run), words = note ?? ""
                try await records.desk.markSeen(found.id, by: Person.name, note: words)
                try await records.audit.note(seen: found, by: .here, words)
                try output.print(RunView(found).object) {
                    Terminal.say("Run \(found.id) needs nobody any more.")
                }
            }
        }
    }
}

struct RunsNoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Say something on a run's task and in its history. Nothing else follows from it."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Argument(help: "The note.") var text: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let before = try await records.desk.find(run)
                let after = try await records.desk.note(before.id, text, by: Person.name)
                try await records.audit.note(.here, "run noted", run: before, after: after)
                try output.print(RunView(after).object) {
                    Terminal.say("Noted. Whoever reads its task is told by the server.")
                }
            }
        }
    }
}
