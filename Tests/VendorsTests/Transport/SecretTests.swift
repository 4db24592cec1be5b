import Foundation
import Testing

@testable import BureauVendors

@Suite("Secrets")
struct SecretTests {
    private struct Holder { let name = "holder", token = Secret("canary-9f2c") }

    @Test("A secret does not show in any way of printing")
    func printing() {
        let secret = Secret("canary-9f2c")
        var dumped = ""
        dump(Holder(), to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(Optional(secret) as Any)",
            "\([secret])", "\(Holder())", dumped, "\(Mirror(reflecting: secret).children.map(\.value))",
        ]
        for text in texts { #expect(!text.contains("canary"), "\(text)") }
    }

    @Test("A request does not show its address, headers, body or credential")
    func requests() {
        let request = VendorRequest(
            vendor: .google, operation: "upload file", method: .put, url: "http://h/canary-url",
            headers: ["x": "canary-header"], authorization: .bearer(Secret("canary-token")),
            body: .bytes(Array("canary-body".utf8)))
        var dumped = ""
        dump(request, to: &dumped)
        #expect("\(request)" == "google upload file")
        for text in [dumped, String(reflecting: request)] { #expect(!text.contains("canary")) }
    }

    @Test("A sealed secret opens only with its own master and context")
    func sealing() throws {
        let master = Secret("master")
        let secret = Secret("canary-9f2c")
        let sealed = try secret.sealed(under: master, context: "webhook 1")
        #expect(!String(decoding: sealed, as: UTF8.self).contains("canary"))
        #expect(Secret(sealed: sealed, under: master, context: "webhook 1")?.reveal() == "canary-9f2c")
        #expect(Secret(sealed: sealed, under: master, context: "webhook 2") == nil)
        #expect(Secret(sealed: sealed, under: Secret("other"), context: "webhook 1") == nil)
        #expect(Secret(sealed: Array(sealed.dropLast()), under: master, context: "webhook 1") == nil)
        #expect(try secret.sealed(under: master, context: "webhook 1") != sealed)
    }
}
