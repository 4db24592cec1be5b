import BureauStorage
import CDispatch
import CoreFoundation
import Foundation

/// Another process makes a backup into the same folder: it would lose the files it has copied.
package struct BackupUnderWay: Error, CustomStringConvertible {
    let folder: String
    package var description: String { "another backup is being made into \(folder)" }
}

/// Held on a folder while a backup is made into it. The kernel lets go of it at any death.
final class BackupLock: Sendable {
    static let fileName = ".backup.lock"
    private let path: String
    private let descriptor: Int32

    private init(_ path: String, _ descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit {
        unlink(path)
        close(descriptor)
    }

    static func take(_ folder: URL) throws -> BackupLock {
        let path = folder.appendingPathComponent(fileName).path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno != ENOSPC else { throw StorageError.diskFull(path: folder.path) }
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path])
        }
        // A disk that knows no locks is no reason to be without a backup.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            close(descriptor)
            throw BackupUnderWay(folder: folder.path)
        }
        // Its former holder may have removed it between the two calls: a lock that nobody else finds is none.
        var (held, there) = (stat(), stat())
        guard fstat(descriptor, &held) == 0, stat(path, &there) == 0, held.st_ino == there.st_ino else {
            close(descriptor)
            throw BackupUnderWay(folder: folder.path)
        }
        return BackupLock(path, descriptor)
    }
}
