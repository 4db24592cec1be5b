import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct ApprovalsChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Let it happen as you have changed it.",
        discussion: """
            The file holds the whole input as JSON; begin with that of bureau approvals show ID --json. The agent is told \
            to make the call again exactly so, once, and that call is approved in your name. Anything else is asked about.
            """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The approval's id, or its first characters.") var id: String
    @Option(help: "The changed input, as JSON.") var inputFile: String
    @Option(help: "Why; the agent is told.") var reason: String?
    @Flag(help: "Approve it so; without it you are only shown what would be another thing.") var yes = false
    static let fileBytesMax = 1 << 20

    func run() async throws {
        try await Terminal.guarded {
            let input = try read()
            try await Composition.with(try common.settings()) { composition in
                let found = try await ApprovalCommands.find(id, composition)
                for line in Self.lines(InputDifference.between(found.input, input.compact)) { Terminal.note(line) }
                guard yes else {
                    throw SetupError(
                        "nothing was decided", fix: "look at what changes, then add --yes", exitCode: ExitStatus.usage)
                }
                try ApprovalCommands.conclude(
                    try await composition.approvalDesk.change(
                        found.id, to: input, by: ApprovalCommands.me, on: "cli", reason: reason), output)
            }
        }
    }

    private func read() throws -> BureauDomain.JSONValue {
        guard let file = FileHandle(forReadingAtPath: inputFile),
            let bytes = try file.read(upToCount: Self.fileBytesMax + 1)
        else { throw SetupError("\(inputFile) cannot be read", fix: "check the path", exitCode: ExitStatus.usage) }
        guard bytes.count <= Self.fileBytesMax else {
            throw SetupError(
                "\(inputFile) has more than \(Self.fileBytesMax) bytes", fix: "name the file with the changed input",
                exitCode: ExitStatus.usage)
        }
        do { return try BureauDomain.JSONValue.parse(Array(bytes)) } catch {
            throw SetupError("\(inputFile) is no JSON: \(error)", fix: "mend the file", exitCode: ExitStatus.usage)
        }
    }

    /// A member that differs is two lines: what it was, and what it is to be.
    static func lines(_ differences: [InputDifference]) -> [String] {
        differences.flatMap { one in
            [("-", one.before), ("+", one.after)].compactMap { sign, value in
                value.map { PlainLine.of("\(sign) \(one.name): \($0.compact)") }
            }
        }
    }
}
