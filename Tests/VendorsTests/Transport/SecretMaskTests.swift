import Foundation
import Testing

@testable import BureauVendors

@Suite("Values nobody may see are taken out of any text")
struct SecretMaskTests {
    private static let value = "canary/value+with=signs&<more>"
    private static func mask(_ values: String...) -> SecretMask {
        let mask = SecretMask()
        for value in values { mask.cover(Secret(value)) }
        return mask
    }

    private static let spellings: [(String, String)] = {
        let data = Data(value.utf8)
        let percent = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return [
            ("as it is", value), ("in base64", data.base64EncodedString()),
            ("in base64 for addresses", data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")),
            ("behind a name in base64", Data("user:\(value)".utf8).base64EncodedString()),
            ("behind two signs in base64", Data("ab\(value)cd".utf8).base64EncodedString()),
            ("in percent escapes", percent),
            (
                "in small percent escapes",
                percent.replacing("%2F", with: "%2f")
                    .replacing("%2B", with: "%2b").replacing("%3D", with: "%3d").replacing("%3C", with: "%3c")
                    .replacing("%3E", with: "%3e")
            ),
            ("in hex", data.map { String(format: "%02x", $0) }.joined()),
            ("in HTML", "canary/value+with=signs&amp;&lt;more&gt;"),
            ("with JSON's slashes", "canary\\/value+with=signs&<more>"),
        ]
    }()

    @Test("In every usual spelling, anywhere in the text, every time", arguments: spellings)
    func spelled(how: String, form: String) {
        let masked = Self.mask(Self.value).masked("before \(form) between \(form)\nafter")
        #expect(
            masked.contains(SecretMask.mask) && masked.hasPrefix("before ") && masked.hasSuffix("\nafter"), "\(how)")
        // What is left of base64 are signs that belong to the neighbours too.
        #expect(!masked.contains(form.dropFirst(9).prefix(12)), "\(how): \(masked)")
    }

    @Test("Other text stays as it is, byte for byte", arguments: ["", "a", "canary", "canary/value", "ümläut 👍\u{0}"])
    func untouched(text: String) {
        #expect(Self.mask(Self.value, "another-secret-value").masked(text) == text)
        #expect(SecretMask().masked(text) == text)
    }

    @Test("Of two values that begin alike the longer is taken out whole")
    func nested() {
        let mask = Self.mask("canary-one", "canary-one-and-more")
        #expect(mask.masked("x canary-one-and-more y canary-one z") == "x [removed] y [removed] z")
    }

    @Test("What is taken out is counted, each time it stands there; what stays is not")
    func counted() {
        let mask = Self.mask("canary-one")
        for text in ["x canary-one y canary-one z", "nothing", "canary-one"] { _ = mask.masked(text) }
        #expect(mask.removedCount == 3)
    }

    @Test("A short word is nobody's secret: it would shred the text")
    func short() { #expect(Self.mask("secret").masked("a secret word") == "a secret word") }

    @Test("A private key is known by each of its lines")
    func lines() {
        let pem = "-----BEGIN TEST-----\ndemoDEMOdemoDEMO1\ndemoDEMOdemoDEMO2\n-----END TEST-----"
        let masked = Self.mask(pem).masked("it says demoDEMOdemoDEMO2 and -----BEGIN TEST-----")
        #expect(masked == "it says [removed] and -----BEGIN TEST-----")
    }

    @Test("What it knows cannot be printed, and sealed secrets are known by themselves")
    func hidden() throws {
        let mask = Self.mask(Self.value)
        #expect("\(mask)" == "<secrets>" && Mirror(reflecting: mask).children.isEmpty)
        var dumped = ""
        dump(mask, to: &dumped)
        #expect(!dumped.contains("canary"))
        let sealed = try Secret("canary-sealed-4711").sealed(under: Secret("test master"), context: "test")
        #expect(SecretMask.process.masked("a canary-sealed-4711 b") == "a [removed] b")
        #expect(Secret(sealed: sealed, under: Secret("test master"), context: "test") != nil)
    }

    @Test("Any bytes at all are answered", arguments: 0..<50)
    func anything(seed: Int) {
        var generator = SystemRandomNumberGenerator()
        let text = String(decoding: (0..<400).map { _ in UInt8.random(in: 0...255, using: &generator) }, as: UTF8.self)
        #expect(Self.mask(Self.value).masked(text + Self.value) == text + "[removed]")
    }
}
