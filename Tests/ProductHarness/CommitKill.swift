import Foundation

/// Kills a process of one installation at a commit, which makes no request at which the stand-ins could do so.
/// `Tests/KillAtCommit` counts what the processes flush to the disk.
package struct CommitKill: Sendable {
    package enum Moment: String, Sendable {
        /// In place of the flush, and without the end of the log: the commit never was.
        case before
        /// On the disk, and whoever asked for it never hears of it.
        case after
    }
    private let file: URL

    /// Built beside the binary. There is none where libraries are not loaded ahead of the C library.
    private static let library = (try? ProductBinary.url())?.deletingLastPathComponent()
        .appending(path: "libKillAtCommit.so")
    package static let isThere = library.map { FileManager.default.fileExists(atPath: $0.path) } ?? false

    /// Kills nobody until it is armed.
    package init() {
        file = FileManager.default.temporaryDirectory.appending(path: "bureau-kill-\(UUID().uuidString.prefix(8))")
    }

    /// Whoever makes the nth flush from now on is killed, once.
    package func arm(_ flush: Int, _ moment: Moment) throws {
        // In one step: it is read while it is written.
        try Data("\(flush) \(moment.rawValue)".utf8).write(to: file, options: .atomic)
    }

    package func disarm() { try? FileManager.default.removeItem(at: file) }

    package var environment: [String: String] {
        ["LD_PRELOAD": Self.library?.path ?? "", "KILL_AT_COMMIT_FILE": file.path]
    }
}
