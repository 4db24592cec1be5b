import Crypto
package import Foundation

/// Large bytes by key, in a folder. Keys are relative paths we make ourselves ("runs/01K…/audit.md").
package struct BlobFolder: Sendable {
    package let root: URL

    package init(root: URL) { self.root = root }

    /// Where a blob is or will be. Throws for a key that would leave the folder.
    package func url(for key: String) throws -> URL {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") }) else {
            throw StorageError.refused("the blob key \"\(key.prefix(100))\" is not a path inside the blob folder")
        }
        return parts.reduce(root) { $0.appendingPathComponent(String($1)) }
    }

    /// Makes the folder that will hold the blob and returns the blob's address.
    package func prepare(_ key: String) throws -> URL {
        let url = try url(for: key)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        return url
    }

    package func exists(_ key: String) throws -> Bool {
        FileManager.default.fileExists(atPath: try url(for: key).path)
    }

    /// Removes everything under a key prefix that is a folder, such as all files of one run.
    package func remove(_ key: String) throws {
        let url = try url(for: key)
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        try FileManager.default.removeItem(at: url)
    }

    /// Reads up to `bytesMax` bytes from the beginning of a blob.
    package func head(_ key: String, bytesMax: Int) throws -> Data {
        let handle = try FileHandle(forReadingFrom: try url(for: key))
        defer { try? handle.close() }
        return try handle.read(upToCount: bytesMax) ?? Data()
    }

    /// The lower-case hex SHA-256 of a stored blob, read in pieces.
    package func sha256(_ key: String) throws -> String {
        let handle = try FileHandle(forReadingFrom: try url(for: key))
        defer { try? handle.close() }
        var hash = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
