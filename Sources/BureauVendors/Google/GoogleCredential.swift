import Foundation

/// A service account, from the JSON key file that Google hands out.
package struct GoogleCredential: Sendable {
    package static let driveScope = "https://www.googleapis.com/auth/drive"

    /// The account's e-mail address: what a shared drive must be shared with.
    package let email: String
    let keyID: String
    /// PKCS#8 PEM.
    let privateKey: Secret
    /// Impersonated user, with domain-wide delegation only.
    let subject: String?

    private struct KeyFile: Decodable {
        let email, keyID, privateKey: String
        enum CodingKeys: String, CodingKey {
            case email = "client_email"
            case keyID = "private_key_id"
            case privateKey = "private_key"
        }
    }

    /// Throws `.credential(status: 0, code: "invalid_key_file")`, naming the field that is missing.
    package init(serviceAccountJSON: [UInt8], subject: String? = nil) throws(VendorError) {
        let file: KeyFile
        do {
            file = try JSONDecoder().decode(KeyFile.self, from: Data(serviceAccountJSON))
        } catch DecodingError.keyNotFound(let key, _) {
            throw Self.invalid("\(key.stringValue) is missing")
        } catch {
            throw Self.invalid("it is not a service account's JSON")
        }
        // A key that went through an environment variable often has its line breaks written out.
        let pem = file.privateKey.replacingOccurrences(of: "\\n", with: "\n")
        guard pem.contains("-----BEGIN"), pem.contains("PRIVATE KEY-----") else {
            throw Self.invalid("private_key is not a PEM key")
        }
        email = file.email
        keyID = file.keyID
        privateKey = Secret(pem).masked()
        self.subject = subject
    }

    static func invalid(_ reason: String) -> VendorError {
        VendorError(
            vendor: .google, operation: "read key file", kind: .credential(status: 0, code: "invalid_key_file"),
            detail: reason)
    }
}
