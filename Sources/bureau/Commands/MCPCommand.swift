import ArgumentParser
import BureauEngine
import BureauWeb
import Dispatch
import Foundation

struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Let an agent on this machine look at runs and results (MCP over standard input).",
        discussion: """
            bureau mcp                  sees what the installation sees
            bureau mcp --user ana       sees what ana sees, and may what she may

            One JSON-RPC message a line. The tools only read, unless MCP_WRITES is on. See docs/guides/mcp.md.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Act for this user.") var user: String?

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            guard FileManager.default.fileExists(atPath: settings.databasePath) else {
                throw SetupError(
                    "there is no database at \(settings.databasePath)",
                    fix: "name the data folder with --data or DATA_DIR")
            }
            try await Composition.with(settings) { composition in
                do {
                    let person = try await person(composition.peopleDesk)
                    let server = MCPServer(
                        house: composition.houseWithoutNetwork, person: person, logger: composition.logger)
                    try await converse(server)
                } catch let refused as PeopleDesk.Refused {
                    throw SetupError(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
                }
            }
        }
    }

    private func person(_ desk: PeopleDesk) async throws -> PersonRecord? {
        guard let user else { return nil }
        let person = try await desk.find(user)
        guard !person.isDisabled else {
            throw SetupError(
                "\(person.name) is disabled", fix: "bureau users disable \(person.name) --undo",
                exitCode: ExitStatus.notAllowed)
        }
        return person
    }

    /// Until the other side closes its end. Answers leave in the order of the questions.
    private func converse(_ server: MCPServer) async throws {
        var lines = InputLines(lineBytesMax: MCPServer.messageBytesMax)
        while let line = await lines.next() {
            guard !line.isEmpty, let answer = await server.answer(line) else { continue }
            FileHandle.standardOutput.write(Data((answer + "\n").utf8))
        }
    }
}

/// Standard input, line by line. Reading waits on a thread of its own.
private struct InputLines {
    let lineBytesMax: Int
    private var rest: [UInt8] = []
    private var isOver = false
    private let queue = DispatchQueue(label: "standard input")
    private static let pieceBytes = 64 << 10

    init(lineBytesMax: Int) { self.lineBytesMax = lineBytesMax }

    /// Nil at the end. A line beyond the limit is given out one byte longer than it: enough to be refused.
    mutating func next() async -> [UInt8]? {
        var isTooLong = false
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = isTooLong ? [UInt8](repeating: 32, count: lineBytesMax + 1) : Array(rest[..<end])
                rest.removeSubrange(...end)
                return line
            }
            if rest.count > lineBytesMax {
                isTooLong = true
                rest.removeAll()
            }
            if isOver {
                defer { rest.removeAll() }
                return rest.isEmpty ? nil : rest
            }
            let piece = await read()
            if piece.isEmpty { isOver = true } else { rest += piece }
        }
    }

    private func read() async -> [UInt8] {
        await withCheckedContinuation { continuation in
            queue.async {
                var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
                let count = Foundation.read(STDIN_FILENO, &bytes, bytes.count)
                continuation.resume(returning: count > 0 ? Array(bytes[..<count]) : [])
            }
        }
    }
}
