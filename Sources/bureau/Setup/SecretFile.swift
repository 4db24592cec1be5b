import BureauVendors
import Foundation

/// A file that holds one secret and nothing else.
enum SecretFile {
    static let bytesMax = 16_384

    static func read(_ path: String, for set: String) throws(SetupError) -> Secret {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= bytesMax else {
            throw SetupError(
                "the credentials \(set) name the file \(path), which cannot be read",
                fix: "put the secret there, one line, mode 0600, owned by the user that runs bureau")
        }
        let mode = (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
        guard mode & 0o077 == 0 else {
            throw SetupError("\(path) can be read by others", fix: "chmod 600 \(path)")
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw SetupError("\(path) is empty", fix: "put the secret there, one line") }
        return Secret(text)
    }
}
