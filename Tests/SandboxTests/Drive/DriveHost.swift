import BureauSandbox
import CryptoExtras
import Foundation

/// A service account made once for all tests: making a key takes a while.
enum DriveHost {
    private static let account = Result { try DemoServiceAccount.make() }

    /// A sandbox that knows the account, and a token for it.
    static func run(body: (ServiceHost, String) async throws -> Void) async throws {
        let made = try account.get()
        try await ServiceHost.run({ $0.acceptedKeys.googlePublicKeyPEM = made.publicKey }) { host in
            let reply = try await exchange(host, try assertion())
            try await body(host, "Bearer " + (reply.json["access_token"]?.string ?? ""))
        }
    }

    static func claims(now: Int = Int(Date.now.timeIntervalSince1970)) -> [String: JSON] {
        [
            "iss": .string(DemoServiceAccount.clientEmail), "scope": "https://www.googleapis.com/auth/drive",
            "aud": "https://oauth2.googleapis.com/token", "iat": .int(now - 5), "exp": .int(now + 3595),
        ]
    }

    /// A signed assertion; `spoil` damages the signature.
    static func assertion(_ claims: [String: JSON] = DriveHost.claims(), spoil: Bool = false) throws -> String {
        let file = try JSON(parsing: Data(try account.get().json.utf8))
        let key = try _RSA.Signing.PrivateKey(pemRepresentation: file["private_key"]?.string ?? "")
        let header: JSON = ["alg": "RS256", "typ": "JWT"]
        let signed = base64URL(header.bytes) + "." + base64URL(JSON.object(claims).bytes)
        var signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5).rawRepresentation
        if spoil { signature[0] ^= 1 }
        return signed + "." + base64URL(signature)
    }

    static func exchange(_ host: ServiceHost, _ assertion: String) async throws -> ServiceHost.Reply {
        let form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(assertion)"
        return try await host.send(
            "POST", "/google/token", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            bytes: Array(form.utf8))
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}

extension ServiceHost {
    func drive(_ method: String, _ path: String, _ token: String, _ json: JSON? = .none) async throws -> Reply {
        try await send(method, "/google/drive/v3" + path, headers: ["Authorization": token], json: json)
    }

    /// A list of what `q` finds in the shared drive.
    func found(_ q: String, _ token: String) async throws -> Reply {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let query = q.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        return try await drive(
            "GET",
            "/files?q=\(query)&corpora=drive&driveId=0ADEMODRIVE&includeItemsFromAllDrives=true&supportsAllDrives=true",
            token)
    }

    func freshID(_ token: String) async throws -> String {
        try await drive("GET", "/files/generateIds?count=1&space=drive&type=files", token).json["ids"]?[0]?.string ?? ""
    }
}
