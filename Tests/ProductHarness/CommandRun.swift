import Foundation

/// How one command of the binary ended and what it said.
package struct CommandRun: Sendable {
    package let status: Int32
    package let text: String
}

extension Installation {
    /// Runs a command to its end on this installation's data folder.
    package func command(_ arguments: String...) async throws -> CommandRun {
        let process = try start(arguments + ["--data", data.path])
        let end = try await process.waitForEnd()
        return CommandRun(status: end.status, text: process.text)
    }

    /// Ends a server politely.
    package func stop(_ server: RunningServer) async throws {
        server.process.signal(SIGTERM)
        try await server.process.waitForEnd()
    }
}
