import Foundation

/// Runs one of our scripts in a folder of its own and returns all it said.
struct Shell {
    struct Outcome {
        let status: Int32
        let output: String
    }

    let folder: URL

    /// A new empty folder, removed again after `body`.
    static func inTemporaryFolder<T>(_ body: (Shell) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(Shell(folder: folder))
    }

    /// Standard output and error are one file, as a person would see them; a file, since a full pipe would block.
    func run(_ command: String, _ arguments: [String] = [], environment: [String: String] = [:], triesLeft: Int = 50)
        async throws -> Outcome
    {
        let log = FileManager.default.temporaryDirectory.appending(path: "tidy-log-\(UUID().uuidString)")
        try Data().write(to: log)
        defer { try? FileManager.default.removeItem(at: log) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        // A hook of the developer's own git must not run here, nor their settings count.
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path,
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "LC_ALL": "C.UTF-8",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
        ].merging(environment) { $1 }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let output = String(decoding: try Data(contentsOf: log), as: UTF8.self)
        // A script written a moment ago is busy while another test's child still holds what we had open.
        if process.terminationStatus == 126, output.contains("Text file busy"), triesLeft > 0 {
            return try await run(command, arguments, environment: environment, triesLeft: triesLeft - 1)
        }
        return Outcome(status: process.terminationStatus, output: output)
    }

    func write(_ text: String, to path: String, isExecutable: Bool = false) throws {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        if isExecutable {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        }
    }
}
