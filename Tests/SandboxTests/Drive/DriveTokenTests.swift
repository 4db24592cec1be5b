import BureauSandbox
import Foundation
import Testing

private struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var change: [String: JSON] = [:], spoil = false
    let status: Int, error: String, words: String
}

private let now = Int(Date.now.timeIntervalSince1970)
private let wrongs: [Wrong] = [
    Wrong(
        testDescription: "A damaged signature", spoil: true, status: 400, error: "invalid_grant",
        words: "Invalid JWT Signature."),
    Wrong(
        testDescription: "An assertion for more than an hour", change: ["exp": .int(now + 7200)], status: 400,
        error: "invalid_grant", words: "short-lived token (60 minutes)"),
    Wrong(
        testDescription: "An assertion of yesterday", change: ["iat": .int(now - 86_400), "exp": .int(now - 82_800)],
        status: 400, error: "invalid_grant", words: "short-lived"),
    Wrong(
        testDescription: "An account nobody made", change: ["iss": "x@y.example"], status: 400, error: "invalid_grant",
        words: "account not found"),
    Wrong(
        testDescription: "Another audience", change: ["aud": "https://example.com"], status: 400,
        error: "invalid_grant",
        words: "audience"),
    Wrong(
        testDescription: "A scope with a typing error", change: ["scope": "drive"], status: 400, error: "invalid_scope",
        words: "scope"),
    Wrong(
        testDescription: "Acting for a person", change: ["sub": "a@b.example"], status: 401,
        error: "unauthorized_client", words: "unauthorized"),
]

@Test("The token endpoint refuses what Google refuses", arguments: wrongs)
private func tokenRefusal(_ wrong: Wrong) async throws {
    try await DriveHost.run { host, _ in
        let claims = DriveHost.claims().merging(wrong.change) { $1 }
        let reply = try await DriveHost.exchange(host, try DriveHost.assertion(claims, spoil: wrong.spoil))
        #expect(reply.status == wrong.status)
        #expect(reply.json["error"]?.string == wrong.error)
        #expect(reply.json["error_description"]?.string?.contains(wrong.words) == true)
    }
}

@Test("A good assertion gives a token for an hour; an unknown one is a 401 with Google's reason")
func goodToken() async throws {
    try await DriveHost.run { host, token in
        #expect(token.hasPrefix("Bearer ya29."))
        #expect(try await host.drive("GET", "/files/1DEMOROOT?supportsAllDrives=true", token).status == 200)
        let stranger = try await host.drive("GET", "/files/1DEMOROOT?supportsAllDrives=true", "Bearer ya29.none")
        #expect(stranger.status == 401)
        #expect(stranger.json["error"]?["errors"]?[0]?["reason"]?.string == "authError")
        _ = try await host.control("/drive", ["revoke_tokens": true])
        #expect(try await host.drive("GET", "/files/1DEMOROOT?supportsAllDrives=true", token).status == 401)
    }
}
