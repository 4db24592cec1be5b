import ArgumentParser
import BureauDomain
import Foundation

struct AgentsNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a commented file for a new agent.",
        discussion: "bureau agents new catalyst")

    @OptionGroup var common: CommonOptions
    @Argument(help: "Its name: lower-case letters, digits and hyphens.") var name: String

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            guard let text = AgentConfig.starter(name: name) else {
                throw SetupError(
                    "\"\(PlainLine.of(name))\" cannot be an agent's name",
                    fix: "use lower-case letters, digits and hyphens, as in content-catalyst",
                    exitCode: ExitStatus.usage)
            }
            let file = settings.agentsFolder.appendingPathComponent(name + ".json")
            do {
                try FileManager.default.createDirectory(at: settings.agentsFolder, withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file, options: .withoutOverwriting)
            } catch CocoaError.fileWriteFileExists {
                throw SetupError(
                    "\(file.path) is there already, and nothing was changed",
                    fix: "choose another name, or edit that file", exitCode: ExitStatus.failed)
            } catch {
                throw SetupError(
                    "\(file.path) cannot be written: \(error.localizedDescription)",
                    fix: "run the command as a user that may write there")
            }
            Terminal.say(file.path)
            Terminal.note("Next: fill in what is in angle brackets, then bureau agents check \(name)")
        }
    }
}
