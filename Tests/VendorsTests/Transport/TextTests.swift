import Foundation
import Testing

@testable import BureauVendors

@Suite("Small text rules")
struct TextTests {
    @Test(
        "Vendor text is made printable and short",
        arguments: [
            ("plain", "plain"), ("two\nlines\tand\u{0}more", "two lines and more"), ("  outer  ", "outer"),
            ("right\u{202E}to left", "right to left"), ("Zoë 日本", "Zoë 日本"),
            ("key pk_12345678 refused", "key *** refused"),
        ])
    func printable(text: String, expected: String) {
        #expect(SafeText.printable(text, masking: [Secret("pk_12345678")]) == expected)
    }

    @Test("Long text is cut at 300 characters")
    func long() {
        #expect(SafeText.printable(String(repeating: "é", count: 5000), masking: []).count == 300)
    }

    @Test("The beginning of a long key is masked too")
    func beginnings() {
        let key = "sk-ant-canary-0123456789abcdef"
        let text = SafeText.printable("bad key \(key.prefix(20))…", masking: [Secret(key)])
        #expect(!text.contains("canary"))
    }

    @Test(
        "Retry-After is read in every form",
        arguments: [
            (["retry-after": "3"], 3000), (["retry-after": "0.25"], 250), (["retry-after-ms": "120"], 120),
            (["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"], 37_000), (["retry-after": "-5"], 0),
            (["retry-after": "9999999999"], 86_400_000), (["retry-after": "soon"], nil), ([:], nil),
            (["retry-after": "nan"], nil),
        ] as [([String: String], Int64?)])
    func retryAfter(headers: [String: String], expected: Int64?) {
        let fields = VendorHeaders(headers.map { (name: $0.key, value: $0.value) })
        let now = Date(timeIntervalSince1970: 784_111_740)
        #expect(RetryAfter.milliseconds(in: fields, now: now) == expected)
    }

    @Test(
        "An id cannot leave its path segment",
        arguments: [
            ("86cx", "http://h/p/task/86cx"), ("../user", "http://h/p/task/..%2Fuser"),
            ("..", "http://h/p/task/%2E%2E"),
            ("a?b#c", "http://h/p/task/a%3Fb%23c"), ("é ", "http://h/p/task/%C3%A9%20"),
        ])
    func paths(id: String, url: String) {
        #expect(VendorURL.join("http://h/p/", ["task", id]) == url)
    }

    @Test("Queries are escaped")
    func queries() {
        #expect(
            VendorURL.join("http://h", ["a"], [("types[]", "x&y"), ("q", "name = 'O'")])
                == "http://h/a?types%5B%5D=x%26y&q=name%20%3D%20%27O%27")
    }
}
