package import BureauVendors
package import Foundation

/// The key under which webhooks' secrets are sealed in rows: 32 random bytes in a file of the data folder that only
/// its owner may read. Whoever has the database alone, or a backup of it, cannot sign events.
package struct SealingKey: Sendable {
    package static let fileName = "sealing.key"

    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Nil when there is none yet.
    package static func load(_ folder: URL) throws -> Secret? {
        let path = folder.appendingPathComponent(fileName).path
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count >= 64 else {
            throw Unusable(description: "\(path) cannot be read or was cut; restore it from the backup")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        guard let mode, mode.intValue & 0o077 == 0 else {
            throw Unusable(description: "\(path) can be read by others; run chmod 600 on it")
        }
        return Secret(String(decoding: bytes, as: UTF8.self)).masked()
    }

    /// The key there is, or a new one. Two processes that make it at once end with the same.
    package static func loadOrMake(_ folder: URL) throws -> Secret {
        if let key = try load(folder) { return key }
        let url = folder.appendingPathComponent(fileName)
        let file = open(url.path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        if file >= 0 {
            let text = Hex.text((0..<32).map { _ in UInt8.random(in: .min ... .max) })
            let written = text.withCString { write(file, $0, text.utf8.count) }
            let isKept = fsync(file) == 0 && close(file) == 0
            guard written == text.utf8.count, isKept else {
                throw Unusable(description: "\(url.path) could not be written; is the disk full?")
            }
        }
        guard let key = try load(folder) else {
            throw Unusable(description: "\(url.path) could not be made; set DATA_DIR to a folder this user may write")
        }
        return key
    }

    static func context(_ webhookID: String) -> String { "clickup webhook \(webhookID)" }
}
