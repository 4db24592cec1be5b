import CryptoExtras
import Foundation
import Synchronization

/// Gives out access tokens for signed assertions, and knows them again.
final class DriveTokens: Sendable {
    static let lifeSeconds = 3599, scopePrefix = "https://www.googleapis.com/auth/"
    static let audience = "https://oauth2.googleapis.com/token"

    /// A refusal of the token endpoint: its own shape, not Drive's.
    struct Refusal: Error, Hashable {
        let status: Int, error: String, description: String

        var json: JSON { ["error": .string(error), "error_description": .string(description)] }
        static func grant(_ description: String) -> Refusal {
            Refusal(status: 400, error: "invalid_grant", description: description)
        }
    }
    private let known = Mutex<[String: (expires: Int, scopes: Set<String>)]>([:])

    /// Answers one token request. `now` is Unix seconds.
    func exchange(
        _ form: FormFields, keys: SandboxKeys, ownAudience: String, now: Int
    ) throws(Refusal) -> JSON {
        guard form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" else {
            throw Refusal(
                status: 400, error: "unsupported_grant_type",
                description: "Invalid grant_type: \(form["grant_type"] ?? "")")
        }
        let claims = try Self.verified(form["assertion"] ?? "", keys: keys)
        guard claims["iss"]?.string == keys.googleClientEmail ?? DemoServiceAccount.clientEmail else {
            throw .grant("Invalid grant: account not found")
        }
        guard [Self.audience, ownAudience].contains(claims["aud"]?.string) else {
            throw .grant("Invalid JWT: Failed audience check.")
        }
        guard let issued = claims["iat"]?.int, let expires = claims["exp"]?.int, expires - issued <= 3600,
            expires > now, issued <= now + 300
        else {
            throw .grant(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                    + "Check your iat and exp values in the JWT claim.")
        }
        guard claims["sub"] == nil else {
            throw Refusal(
                status: 401, error: "unauthorized_client",
                description: "Client is unauthorized to retrieve access tokens using this method.")
        }
        let scopes = Set((claims["scope"]?.string ?? "").split(separator: " ").map(String.init))
        guard !scopes.isEmpty, scopes.allSatisfy({ $0.hasPrefix(Self.scopePrefix) }) else {
            throw Refusal(
                status: 400, error: "invalid_scope", description: "Invalid OAuth scope or ID token audience provided.")
        }
        let token = "ya29.c.demo-\(UUID().uuidString.lowercased())"
        known.withLock { known in
            known = known.filter { $0.value.expires > now }
            known[token] = (now + Self.lifeSeconds, scopes)
        }
        return ["access_token": .string(token), "expires_in": .int(Self.lifeSeconds), "token_type": "Bearer"]
    }

    /// The claims of an assertion whose RS256 signature is good.
    private static func verified(_ assertion: String, keys: SandboxKeys) throws(Refusal) -> JSON {
        let parts = assertion.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = json(parts[0]), let claims = json(parts[1]),
            let signature = base64URL(parts[2])
        else { throw .grant("Bad Request") }
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        guard header["alg"]?.string == "RS256", let pem = keys.googlePublicKeyPEM,
            let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem),
            key.isValidSignature(.init(rawRepresentation: signature), for: signed, padding: .insecurePKCS1v1_5)
        else { throw .grant("Invalid JWT Signature.") }
        return claims
    }

    private static func json(_ part: Substring) -> JSON? {
        base64URL(part).flatMap { try? JSON(parsing: $0) }.flatMap { $0.object == nil ? nil : $0 }
    }

    /// Base64 in the URL alphabet, without padding.
    private static func base64URL(_ text: Substring) -> Data? {
        guard !text.contains("=") else { return nil }
        let plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return Data(base64Encoded: String(plain) + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }

    /// Throws what Drive answers to a token that is unknown, old, or made for something else.
    func check(_ header: String?, scope: String, now: Int) throws(DriveRefusal) {
        guard let header, header.hasPrefix("Bearer "),
            let token = known.withLock({ $0[String(header.dropFirst("Bearer ".count))] }), token.expires > now
        else { throw .badCredentials }
        guard token.scopes.contains(Self.scopePrefix + scope) else {
            throw DriveRefusal(
                status: 403, reason: "insufficientPermissions",
                message: "Request had insufficient authentication scopes.")
        }
    }

    /// Every token given out so far stops working, as after a revocation.
    func revokeAll() { known.withLock { $0 = [:] } }
}
