import Crypto
import CryptoExtras
import Foundation

/// A Google service account that exists only here: the key file a demo or test hands to the product, and the public
/// key a sandbox needs to check what the product signs with it.
package enum DemoServiceAccount {
    package static let clientEmail = "bureau-demo@agency-demo.iam.gserviceaccount.example"

    package struct Made: Sendable {
        /// The key file, in the vendor's format. Its private key is good for nothing but a sandbox.
        package let json: String
        /// For `SandboxKeys.googlePublicKeyPEM`.
        package let publicKey: String
    }

    /// Makes a new 2048-bit key, which takes a fraction of a second.
    package static func make(tokenURL: String = "https://oauth2.googleapis.com/token") throws -> Made {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let file: JSON = [
            "type": "service_account", "project_id": "agency-demo", "private_key_id": "demo0key0id",
            "private_key": .string(key.pkcs8PEMRepresentation), "client_email": .string(clientEmail),
            "client_id": "100000000000000000001", "token_uri": .string(tokenURL),
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "universe_domain": "googleapis.com",
        ]
        return Made(json: file.text, publicKey: key.publicKey.pemRepresentation)
    }
}
