import Foundation
import Synchronization

/// One started `bureau`. Its output goes to a file: a full pipe would stop it, and the file is searched for secrets.
package final class ProductProcess: Sendable {
    package let pid: Int32
    package let output: URL
    package let startedAt: Date
    private let ending: Ending

    /// How the process ended, once it has.
    package struct End: Sendable, Hashable {
        package let status: Int32
        package let wasSignalled: Bool
    }

    private final class Ending: Sendable {
        let end = Mutex<End?>(nil)
    }

    package init(_ arguments: [String], environment: [String: String], folder: URL, output: URL) throws {
        self.output = output
        let ending = Ending()
        self.ending = ending
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = try ProductBinary.url()
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        process.terminationHandler = { ended in
            let end = End(status: ended.terminationStatus, wasSignalled: ended.terminationReason == .uncaughtSignal)
            ending.end.withLock { $0 = end }
        }
        startedAt = .now
        try process.run()
        try handle.close()
        pid = process.processIdentifier
    }

    package var end: End? { ending.end.withLock { $0 } }
    package var isRunning: Bool { end == nil }
    package var text: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

    /// Every line of the log that is one, oldest first.
    package var logLines: [[String: String]] {
        text.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String]
        }
    }

    /// The port it listens on, as its log says.
    package func port() async throws -> Int {
        try await eventually("bureau listens (its output: \(output.path))") {
            if let end { throw NeverHappened("bureau ended with \(end) before it listened: \(text.suffix(2_000))") }
            return logLines.first { $0["message"] == "listening" }?["port"].flatMap { Int($0) }
        }
    }

    @discardableResult
    package func waitForEnd() async throws -> End {
        try await eventually("process \(pid) ends") { end }
    }

    package func signal(_ number: Int32) { if isRunning { kill(pid, number) } }

    /// Ends it the hard way and waits until it is gone.
    package func killNow() async throws {
        signal(SIGKILL)
        try await waitForEnd()
    }
}
