import Foundation
import ProductHarness

/// Another process that holds the database's write lock for some time, as a careless maintenance script would, and until
/// it is let go.
final class DatabaseLock: Sendable {
    private let process: Process
    /// Made when it is let go.
    private let sign: URL
    private static let script = """
        import os, sqlite3, sys, time
        other = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=120)
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + float(sys.argv[2])
        print("locked", flush=True)
        while not os.path.exists(sys.argv[3]) and time.monotonic() < end + 270:
            time.sleep(0.05)
        time.sleep(max(0, end - time.monotonic()))
        other.execute("ROLLBACK")
        """

    /// Returns once it is locked.
    init(_ path: String, seconds: Int) throws {
        let pipe = Pipe()
        sign = URL(filePath: path + "-let-go")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, path, String(seconds), sign.path]
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

    /// Its time goes on: it ends when that is over too.
    func letGo() throws { try Data().write(to: sign) }

    var isHeld: Bool { process.isRunning }
}
