package import Foundation

/// Files that only their owner may read and that are on the disk when the call returns.
package enum Durable {
    package static func write(_ data: Data, to url: URL) throws {
        try data.write(to: url)
        try settle(url)
    }

    package static func copy(_ source: URL, to target: URL) throws {
        try makeFolder(target.deletingLastPathComponent())
        try FileManager.default.copyItem(at: source, to: target)
        try settle(target)
    }

    package static func makeFolder(_ url: URL) throws {
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Closes a file to others and flushes it.
    package static func settle(_ url: URL) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
        try flush(url)
    }

    /// Flushes a file, or the names in a folder.
    package static func flush(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY)
        guard descriptor >= 0 else { throw failure(url) }
        defer { close(descriptor) }
        // What a shared folder's file system cannot flush it keeps in its own way.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EOPNOTSUPP else { throw failure(url) }
    }

    /// Puts `source` in the place of `target` in one step.
    package static func replace(_ target: URL, with source: URL) throws {
        guard rename(source.path, target.path) == 0 else { throw failure(target) }
        try flush(target.deletingLastPathComponent())
    }

    /// Gives `source` the name `target`, unless something has it already: then false, and both stay as they are.
    package static func place(_ source: URL, at target: URL) throws -> Bool {
        guard link(source.path, target.path) == 0 else {
            guard errno != EEXIST, !FileManager.default.fileExists(atPath: target.path) else { return false }
            // A file system without second names for a file.
            try replace(target, with: source)
            return true
        }
        unlink(source.path)
        try flush(target.deletingLastPathComponent())
        return true
    }

    private static func failure(_ url: URL) -> StorageError {
        errno == ENOSPC
            ? .diskFull(path: url.path) : .other("\(url.path): \(String(cString: strerror(errno)))")
    }
}
