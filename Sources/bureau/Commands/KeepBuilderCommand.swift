import ArgumentParser
import BureauEngine

/// Started by the server for each command of a build, never by people: it outlives the server that started it.
struct KeepBuilderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep-builder", abstract: "Keep one command of a build to its limits.", shouldDisplay: false)

    @Argument(help: "The command's folder.") var folder: String

    func run() throws { try ProcessKeeper.keep(folder) }
}
