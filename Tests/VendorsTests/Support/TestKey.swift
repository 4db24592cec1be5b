import CryptoExtras
import Foundation
import Testing

@testable import BureauVendors

/// A service account's key, made afresh in each process, so that none lies in the repository. One for all tests,
/// because making one takes longer than everything done with it.
enum TestKey {
    static let rsa: _RSA.Signing.PrivateKey? = try? _RSA.Signing.PrivateKey(keySize: .bits2048)

    /// `mangled` writes the key's line breaks out, as environment variables do to it.
    static func credential(mangled: Bool = false) throws -> GoogleCredential {
        let pem = try #require(rsa).pkcs8PEMRepresentation
        let file = [
            "client_email": "bureau@p.example", "private_key_id": "kid1",
            "private_key": mangled ? pem.replacing("\n", with: "\\n") : pem,
        ]
        return try GoogleCredential(serviceAccountJSON: Array(JSONEncoder().encode(file)))
    }
}
