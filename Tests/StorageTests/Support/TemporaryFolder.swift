import BureauStorage
import Foundation

/// A folder that is gone when its owner is.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-storage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var databasePath: String { url.appendingPathComponent("bureau.db").path }
    func database(busyTimeoutSeconds: Double = 10) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: databasePath, busyTimeoutSeconds: busyTimeoutSeconds)
    }
}

/// Runs a program and returns what it printed. Throws when it failed.
@discardableResult
func shell(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ShellFailed(text: text) }
    return text
}

struct ShellFailed: Error { let text: String }

/// Whether a program can be started here.
func isInstalled(_ program: String) -> Bool { (try? shell("which", [program])) != nil }

/// Opens when told, and stays open; lets a writer stand still inside its transaction.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func open() { semaphore.signal() }
    /// Blocks the thread it is called on: the database's own writer, never a task's.
    func waitBlocking() {
        semaphore.wait()
        semaphore.signal()
    }
}
