import BureauDomain
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("What leaves holds no value of this installation")
struct OutgoingTests {
    /// Looks like no vendor's key: only who knows it can take it out.
    private static let value = "plainlooking-demo-value-8812"

    private static let forms: [String] = [
        value, Data(value.utf8).base64EncodedString(), Data("demo:\(value)".utf8).base64EncodedString(),
        Data(value.utf8).map { String(format: "%02X", $0) }.joined(),
    ]

    @Test("A text, a member's name and a member's value are masked, whatever they look like", arguments: forms)
    func masked(form: String) {
        _ = Secret(Self.value).masked()
        #expect(!Outgoing.clean("The agent wrote \(form) down.").contains(form.prefix(12)))
        let json: BureauDomain.JSONValue = ["said": .string("it is \(form)"), "list": [.string(form)]]
        #expect(!Outgoing.clean(json).compact.contains(form.prefix(12)))
        let named = BureauDomain.JSONValue.object(JSONObject([("key \(form)", .string("x"))]))
        #expect(!Outgoing.masked(named).compact.contains(form.prefix(12)))
    }

    @Test("What only looks like a credential goes as before")
    func patterns() {
        #expect(Outgoing.clean("bearer abcdefgh12345") == "bearer [removed]")
        #expect(Outgoing.clean("nothing to hide") == "nothing to hide")
    }
}
