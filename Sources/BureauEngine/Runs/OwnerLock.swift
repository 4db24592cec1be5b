import CDispatch
import CoreFoundation
package import Foundation

/// Shows the other processes on this machine whether a lease's owner is alive.
///
/// Each process holds an exclusive `flock` on its own file in the folder `owners` beside the database for as long as it
/// lives; the kernel lets go of it at any death. A paused process keeps it: its leases end only by time, and the epoch fences it.
package final class OwnerLock: Sendable {
    package let owner: String
    private let folder: URL
    private let descriptor: Int32

    /// Where the owners of a database's leases show that they live: the same for every process that opens it, whatever
    /// its data folder is.
    package static func folder(besideDatabase path: String) -> URL {
        // A file that is not there yet is not resolved; the folder it will be in is.
        URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().resolvingSymlinksInPath()
            .appendingPathComponent("owners")
    }

    package init(folder: URL, owner: String) throws {
        self.owner = owner
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        descriptor =
            try Self.lock(folder.appendingPathComponent(owner + ".lock").path)
            ?? { throw OwnerLockTaken(owner: owner) }()
    }

    /// Tries for a second: whoever looks just now whether the owner lives is in the way for as long as the look takes.
    package static func take(folder: URL, owner: String, doors: Doors) async throws -> OwnerLock {
        for _ in 0..<takeTriesMax {
            do { return try OwnerLock(folder: folder, owner: owner) } catch is OwnerLockTaken {
                try await doors.sleep(.milliseconds(takePauseMilliseconds))
            }
        }
        return try OwnerLock(folder: folder, owner: owner)
    }
    private static let takeTriesMax = 20, takePauseMilliseconds = 50

    deinit {
        unlink(folder.appendingPathComponent(owner + ".lock").path)
        close(descriptor)
    }

    /// Whether the process that made `owner` is gone. Its lock file is removed then.
    package func isDead(_ other: String) -> Bool {
        guard other != owner else { return false }
        let path = folder.appendingPathComponent(other + ".lock").path
        guard FileManager.default.fileExists(atPath: path) else { return true }
        guard let free = try? Self.lock(path) else { return false }
        unlink(path)
        close(free)
        return true
    }

    /// Whether a living process holds `owner`'s lock: how a command finds out that a server is running. The lock of a look
    /// is a shared one, so that nobody who looks takes another who looks for the owner.
    package static func isHeld(folder: URL, owner: String) -> Bool {
        let path = folder.appendingPathComponent(owner + ".lock").path
        guard FileManager.default.fileExists(atPath: path) else { return false }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno != ENOENT }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Nil when another process holds the file or has just removed it, or when it cannot be locked.
    private static func lock(_ path: String) throws -> Int32? {
        switch FileLock.take(path) {
        case .taken(let descriptor): return descriptor
        case .withoutLocks(let descriptor):
            close(descriptor)
            return nil
        case .held, .replaced: return nil
        case .unopened: throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path])
        }
    }
}

package struct OwnerLockTaken: Error, CustomStringConvertible {
    let owner: String
    package var description: String { "another process already runs as \(owner)" }
}
