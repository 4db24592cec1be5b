import BureauVendors
import Foundation

/// A file that holds one secret and nothing else.
enum SecretFile {
    static let bytesMax = 16_384

    /// Who may do what with the file at the end of any link; nil when it cannot be looked at.
    static func mode(_ path: String) -> Int? {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: real)[.posixPermissions] as? NSNumber)?.intValue
    }

    static func read(_ path: String, for set: String) throws(SetupError) -> Secret {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= bytesMax else {
            throw SetupError(
                "the credentials \(set) name the file \(path), which cannot be read",
                fix: "put the secret there, one line, mode 0600, owned by the user that runs bureau")
        }
        guard let mode = mode(path), mode & 0o077 == 0 else {
            throw SetupError("\(path) can be read by others", fix: "chmod 600 \(path)")
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw SetupError("\(path) is empty", fix: "put the secret there, one line") }
        return Secret(text).masked()
    }
}
