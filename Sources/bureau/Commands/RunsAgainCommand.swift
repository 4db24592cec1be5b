import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct RunsAgainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "again", abstract: "Start a new run with the same input, or with a changed one.",
        discussion: """
            bureau runs again 01KA3F8Q7Q
            bureau runs again 01KA3F8Q7Q --under run --payload-file changed.json --reason "The address was wrong"
            """)

    /// Which version of the agent's config the new run has.
    enum Version: String, ExpressibleByArgument, CaseIterable { case today, run }

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The earlier run's id, or its first characters.") var run: String
    @Option(help: "The agent's config of today, or that of the earlier run.") var under = Version.today
    @Option(
        name: .customLong("payload-file"), help: "A JSON file: the new run's whole input in place of the earlier's.")
    var payloadFile: String?
    @Option(help: "Why, for the audit log.") var reason: String?
    @Flag(help: "Follow it until it ends.") var watch = false

    func run() async throws {
        try await Terminal.guarded {
            let action = RunAction(common: common, output: output, watches: watch)
            try await action.change(run, "run started again", reason: reason) { composition, old in
                let agent = try await agent(of: old, composition)
                let payload = try await payload(for: old, agent, composition)
                return try await composition.desk.again(old.id, agent: agent, by: Person.name, payload: payload)
            }
        }
    }

    private func agent(of old: RunRecord, _ composition: Composition) async throws -> LoadedAgent {
        let (_, today) = try AgentFolder(composition.settings).agent(old.agent)
        guard under == .run else { return today }
        guard let kept = try await composition.catalog.version(old.configHash) else {
            throw SetupError(
                "the config of run \(old.id) is not kept any more", fix: "leave out --under run",
                exitCode: ExitStatus.failed)
        }
        return kept
    }

    private func payload(
        for old: RunRecord, _ agent: LoadedAgent, _ composition: Composition
    ) async throws -> String? {
        guard let payloadFile else { return nil }
        // One byte more than may be there, so that too much is seen.
        guard let file = FileHandle(forReadingAtPath: payloadFile),
            let bytes = try file.read(upToCount: GivenInput.payloadBytesMax + 1)
        else { throw SetupError("\(payloadFile) cannot be read", fix: "check the path", exitCode: ExitStatus.usage) }
        do {
            guard let written = try GivenInput.read(String(decoding: bytes, as: UTF8.self)) else {
                throw GivenInput.Wrong(description: "There is nothing in it.")
            }
            return try await composition.desk.input(written, insteadOf: old, agent)
        } catch let wrong as GivenInput.Wrong {
            throw SetupError(
                "\(payloadFile): \(PlainLine.of(wrong.description))", fix: "mend the file; nothing was started",
                exitCode: ExitStatus.usage)
        }
    }
}
