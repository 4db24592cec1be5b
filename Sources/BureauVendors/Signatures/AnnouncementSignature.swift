import Crypto
import Foundation

/// How announcements are signed: the scheme of standardwebhooks.com, for which receivers find a library in most
/// languages. `v1,` and base64 of HMAC-SHA256 over "id.timestamp.body"; several stand side by side while a secret is
/// being replaced.
package enum AnnouncementSignature {
    package static let secretPrefix = "whsec_", secretBytes = 32

    package static func header(id: String, timestamp: Int64, body: [UInt8], secrets: [Secret]) -> String {
        secrets.map { secret in
            let text = secret.reveal()
            let encoded = text.hasPrefix(secretPrefix) ? String(text.dropFirst(secretPrefix.count)) : text
            let key = SymmetricKey(data: Data(base64Encoded: encoded) ?? Data(text.utf8))
            let signed = Data("\(id).\(timestamp).".utf8) + Data(body)
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: key)
            return "v1," + Data(code).base64EncodedString()
        }.joined(separator: " ")
    }

    /// A new secret, as its receiver is told it once.
    package static func makeSecret() -> String {
        SymmetricKey(size: .init(bitCount: secretBytes * 8)).withUnsafeBytes {
            secretPrefix + Data($0).base64EncodedString()
        }
    }
}
