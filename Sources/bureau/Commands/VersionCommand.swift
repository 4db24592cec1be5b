import ArgumentParser
import BureauDomain

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "The version of this bureau.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            try output.print(.made([("version", .string(Composition.version))])) {
                Terminal.say("bureau \(Composition.version)")
            }
        }
    }
}
