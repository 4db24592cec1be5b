import CDispatch
import CoreFoundation
import Foundation

/// An exclusive lock on a file of its own, which the kernel lets go of at any death. What each outcome means is its
/// taker's to say.
enum FileLock {
    enum Outcome: Hashable, Sendable {
        /// Held until this is closed.
        case taken(descriptor: Int32)
        /// The file is open, but its file system cannot lock it.
        case withoutLocks(descriptor: Int32)
        /// By somebody else.
        case held
        /// The file is not the one that was opened any more: a lock that nobody else finds is none.
        case replaced
        /// With the error's number.
        case unopened(error: Int32)
    }

    /// Opens the file, which is made when it is not there, and locks it without waiting. The caller closes what it gets.
    static func take(_ path: String) -> Outcome {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return .unopened(error: errno) }
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        guard isLocked || errno != EWOULDBLOCK else {
            close(descriptor)
            return .held
        }
        // Its former holder may have removed it between the two calls.
        var (held, there) = (stat(), stat())
        guard fstat(descriptor, &held) == 0, stat(path, &there) == 0, held.st_ino == there.st_ino else {
            close(descriptor)
            return .replaced
        }
        return isLocked ? .taken(descriptor: descriptor) : .withoutLocks(descriptor: descriptor)
    }
}
