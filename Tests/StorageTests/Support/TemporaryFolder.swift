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
    func database(busyTimeoutSeconds: Double = 120) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: databasePath, busyTimeoutSeconds: busyTimeoutSeconds)
    }
}

/// Runs a program and returns what it printed. Throws when it failed.
@discardableResult
func shell(_ program: String, _ arguments: [String]) throws -> String {
    // Not Foundation's Process: it breaks where more than a thousand files are open, as when all tests run at once.
    let words = ([program] + arguments).map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
    guard let stream = popen(words.joined(separator: " ") + " 2>&1", "r") else {
        throw ShellFailed(text: "\(program) could not be started")
    }
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4_096)
    while case let count = fread(&piece, 1, piece.count, stream), count > 0 { bytes += piece.prefix(count) }
    let text = String(decoding: bytes, as: UTF8.self)
    guard pclose(stream) == 0 else { throw ShellFailed(text: text) }
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
