package import Foundation
import JWTKit

/// Exchanges a service account's signed assertion for access tokens (RFC 7523) and keeps the current one. Renewals are
/// shared: however many calls need a token at once, one request is made.
package actor GoogleTokenSource {
    /// Google recommends renewing before the end; a token that dies during an upload costs the upload.
    static let renewalMarginSeconds: TimeInterval = 240
    /// What Google's own clients always send as audience, whatever address they post to.
    static let audience = "https://oauth2.googleapis.com/token"

    private struct Token {
        let secret: Secret
        let renewAt: Date
    }

    private let transport: any Transport
    private let credential: GoogleCredential
    private let scope: String
    private let tokenURL: String
    private let now: @Sendable () -> Date
    private var current: Token?
    private var renewal: Task<Result<Token, VendorError>, Never>?

    /// Several scopes are separated by one space.
    package init(
        transport: any Transport, credential: GoogleCredential, scope: String = GoogleCredential.driveScope,
        endpoints: GoogleEndpoints = .google, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.transport = transport
        self.credential = credential
        self.scope = scope
        self.tokenURL = VendorURL.join(endpoints.token, ["token"])
        self.now = now
    }

    /// A token good for at least four minutes. `refused` is one that was answered 401: it is never returned again.
    func token(refusing refused: Secret? = nil) async throws(VendorError) -> Secret {
        if let current, now() < current.renewAt, refused?.reveal() != current.secret.reveal() { return current.secret }
        return try await renewed().get().secret
    }

    private func renewed() async -> Result<Token, VendorError> {
        if let renewal { return await renewal.value }
        // Unstructured on purpose: the callers share it, and the first one's cancellation must not fail the others.
        let task = Task { await self.exchange() }
        renewal = task
        let result = await task.value
        renewal = nil
        if case .success(let token) = result { current = token }
        return result
    }

    private func exchange() async -> Result<Token, VendorError> {
        do throws(VendorError) { return .success(try await requestToken()) } catch { return .failure(error) }
    }

    private struct Answer: Decodable {
        let token: String
        let expiresIn: Double?
        enum CodingKeys: String, CodingKey {
            case token = "access_token"
            case expiresIn = "expires_in"
        }
    }

    private func requestToken() async throws(VendorError) -> Token {
        let started = now()
        let assertion = try await assertion(at: started)
        let form = VendorURL.form([
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion),
        ])
        var request = VendorRequest(
            vendor: .google, operation: "POST token", method: .post, url: tokenURL,
            headers: ["content-type": "application/x-www-form-urlencoded", "accept": "application/json"],
            body: .bytes(Array(form.utf8)))
        // Its callers share it: the first one's limit must not fail the others.
        request.sendLimit = nil
        let response = try await transport.send(request)
        guard response.isSuccess else { throw GoogleFailure.error(response, request, now: now()) }
        guard let answer = response.decoded(Answer.self), !answer.token.isEmpty else {
            throw request.failure(.unreadable(field: "access_token"))
        }
        let lifetime = answer.expiresIn ?? 3600
        return Token(
            secret: Secret(answer.token).masked(),
            renewAt: started.addingTimeInterval(max(lifetime - Self.renewalMarginSeconds, lifetime / 2)))
    }

    private struct Claims: JWTPayload {
        let iss, scope, aud: String
        let iat, exp: Int
        let sub: String?
        // These claims are only ever written.
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private func assertion(at date: Date) async throws(VendorError) -> String {
        // Backdated a little, for a clock that runs ahead of Google's; an hour in all is the longest allowed.
        let issued = Int(date.timeIntervalSince1970) - 10
        let claims = Claims(
            iss: credential.email, scope: scope, aud: Self.audience, iat: issued, exp: issued + 3600,
            sub: credential.subject)
        do {
            let kid = JWKIdentifier(string: credential.keyID)
            let key = try Insecure.RSA.PrivateKey(pem: credential.privateKey.reveal())
            let keys = await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256, kid: kid)
            return try await keys.sign(claims, kid: kid)
        } catch {
            throw GoogleCredential.invalid("private_key cannot be used: it is damaged or not an RSA key")
        }
    }
}
