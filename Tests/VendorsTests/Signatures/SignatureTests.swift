import Foundation
import Testing

@testable import BureauVendors

private struct Vectors: Decodable {
    let vectors: [Vector]
}

struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    let name, scheme, secret, body: String
    let headers: [String: String]
    let valid: Bool
    let now: Int64?
    var testDescription: String { name }

    static let all: [Vector] =
        (try? JSONDecoder().decode(Vectors.self, from: fixture("signature-vectors.json")).vectors) ?? []
}

@Suite("Signatures of inbound requests")
struct SignatureTests {
    @Test("Every vector is judged as published", arguments: Vector.all)
    func vectors(vector: Vector) {
        let body = Array(vector.body.utf8)
        let secret = Secret(vector.secret)
        let isValid =
            switch vector.scheme {
            case "clickup": ClickUpSignature.isValid(vector.headers["X-Signature"], body: body, secret: secret)
            case "asana": AsanaSignature.isValid(vector.headers["X-Hook-Signature"], body: body, secret: secret)
            default:
                SlackSignature.isValid(
                    vector.headers["X-Slack-Signature"], timestamp: vector.headers["X-Slack-Request-Timestamp"],
                    body: body, secret: secret, nowSeconds: vector.now ?? 0)
            }
        #expect(isValid == vector.valid)
    }

    @Test("All 25 vectors are there")
    func complete() { #expect(Vector.all.count == 25) }

    @Test("An empty secret accepts nothing, not even what was signed with it")
    func emptySecret() {
        // HMAC-SHA256 of the empty text under the empty key.
        let signed = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(!ClickUpSignature.isValid(signed, body: [], secret: Secret("")))
    }

    @Test("A malformed header is refused", arguments: ["", "zz", "v0=", String(repeating: "g", count: 64), "é"])
    func malformed(header: String) {
        #expect(!ClickUpSignature.isValid(header, body: [1], secret: Secret("secret")))
        #expect(!SlackSignature.isValid(header, timestamp: "1", body: [1], secret: Secret("secret"), nowSeconds: 1))
    }

    @Test(
        "A timestamp that is not plain digits is refused",
        arguments: ["", "+1779441330", " 1779441330", "1e9", "99999999999999999999"])
    func timestamps(timestamp: String) {
        #expect(
            !SlackSignature.isValid(
                "v0=" + String(repeating: "0", count: 64), timestamp: timestamp, body: [], secret: Secret("secret"),
                nowSeconds: 1_779_441_330))
    }
}
