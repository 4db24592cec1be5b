import ArgumentParser
import BureauEngine

struct RunsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Say what became of a write that may or may not have happened.",
        discussion: """
            bureau runs resolve 01KA3F8Q7Q --happened --at https://drive.google.com/file/d/1abc
            bureau runs resolve 01KA3F8Q7Q --repeat
            bureau runs resolve 01KA3F8Q7Q 01KA3F8Q7QXW21 --give-up

            Look at the place first: Bureau could not tell, or somebody took away what was delivered. The step can be left
            out when only one is in doubt. Where it is need not be told, but for a session (its id) and a Drive folder.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Argument(help: "The step's id, or its last characters; bureau runs show lists them.") var step: String?
    @Flag(help: "It is there: go on as if its answer had come.") var happened = false
    @Option(help: "Where it is, with --happened: a link, or a session's id.") var at: String?
    @Flag(name: .customLong("repeat"), help: "It is not there: make it once more.") var again = false
    @Flag(help: "Leave it undone.") var giveUp = false
    @Flag(help: "Follow the run until it ends.") var watch = false

    func validate() throws {
        guard [happened, again, giveUp].count(where: { $0 }) == 1 else {
            throw ValidationError("Say one of --happened, --repeat and --give-up.")
        }
        guard at == nil || happened else { throw ValidationError("--at belongs to --happened.") }
    }

    private var resolution: Resolution { happened ? .happened(link: at) : again ? .again : .giveUp }

    func run() async throws {
        try await Terminal.guarded {
            try await RunAction(common: common, output: output, watches: watch).change(run, "doubt resolved") {
                try await $0.desk.resolve($1.id, step: step, resolution, by: Person.name)
            }
        }
    }
}
