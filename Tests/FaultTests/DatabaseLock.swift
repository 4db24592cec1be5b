import Foundation
import ProductHarness

/// Another process that holds the database's write lock for some time, as a careless maintenance script would.
final class DatabaseLock: Sendable {
    private let process: Process
    private static let script = """
        import sqlite3, sys, time
        other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        print("locked", flush=True)
        time.sleep(float(sys.argv[2]))
        other.execute("ROLLBACK")
        """

    /// Returns once it is locked.
    init(_ path: String, seconds: Int) throws {
        let pipe = Pipe()
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, path, String(seconds)]
        process.standardOutput = pipe
        try process.run()
        guard String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("locked") else {
            throw NeverHappened("another process locks the database")
        }
    }

    /// Whether anybody else could write now.
    static func isFree(_ path: String) throws -> Bool {
        let script = """
            import sqlite3, sys
            other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0.2)
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, path]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    var isHeld: Bool { process.isRunning }
}
