import Crypto
import Foundation

extension Secret {
    /// Encrypts the secret for a row on disk (AES-256-GCM under a key derived from `master`). `context` names the row,
    /// such as "clickup webhook 0b7f…": sealed bytes moved to another row do not open there.
    package func sealed(under master: Secret, context: String) throws -> [UInt8] {
        SecretMask.process.cover(self)
        let box = try AES.GCM.seal(
            Data(reveal().utf8), using: Self.sealingKey(master), authenticating: Data(context.utf8))
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// Nil when the bytes were changed, belong to another context, or were sealed under another master secret.
    package init?(sealed: [UInt8], under master: Secret, context: String) {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed)),
            let opened = try? AES.GCM.open(box, using: Self.sealingKey(master), authenticating: Data(context.utf8))
        else { return nil }
        self.init(String(decoding: opened, as: UTF8.self))
        SecretMask.process.cover(self)
    }

    private static func sealingKey(_ master: Secret) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(master.reveal().utf8)),
            info: Data("bureau sealed secret v1".utf8),
            outputByteCount: 32)
    }
}
