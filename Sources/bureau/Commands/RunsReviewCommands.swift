import ArgumentParser
import BureauEngine

struct RunsAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Accept the results of a run in review; what waited for that is published.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "What to keep with it.") var comment: String?
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).change(run, "results accepted") {
                let person = try await Person.here($0)
                guard ReportDecision.mayAccept(by: $0.catalog.agent($1.agent)?.config, person) else {
                    throw Person.notAllowed
                }
                return try await $0.desk.accept($1.id, by: Person.name, comment: comment)
            }
        }
    }
}

struct RunsReviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revise", abstract: "Send the results of a run back: one more round in its session.",
        discussion: "bureau runs revise 01KA3F8Q7Q \"Shorten the summary to half.\"")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Argument(help: "What is to be changed.") var request: String
    @Flag(help: "Follow it until the round is delivered.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).change(
                run, "changes asked", reason: request
            ) {
                let agent = $0.catalog.agent($1.agent)?.config
                return try await $0.desk.revise($1.id, asking: request, by: Person.name, of: agent)
            }
        }
    }
}

struct RunsDismissCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss", abstract: "End a review without accepting: the results are not wanted.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "Why, for those who read the run later.") var reason: String?

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output).change(run, "results dismissed", reason: reason) {
                try await $0.desk.dismiss($1.id, by: Person.name, reason: reason)
            }
        }
    }
}
