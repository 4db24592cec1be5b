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
        switch FileLock.take(path) {
        // A disk that knows no locks is no reason to be without a backup.
        case .taken(let descriptor), .withoutLocks(let descriptor): return BackupLock(path, descriptor)
        case .held, .replaced: throw BackupUnderWay(folder: folder.path)
        case .unopened(let error):
            guard error != ENOSPC else { throw StorageError.diskFull(path: folder.path) }
            throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path])
        }
    }
}
