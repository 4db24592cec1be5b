import BureauDomain
import Testing

@Suite("Text from elsewhere")
struct PlainTextTests {
    private static let table: [(String, String)] = [
        ("as it is, Ünï 日本", "as it is, Ünï 日本"), ("a\u{1B}[2Jb", "a [2Jb"), ("a\nb\r\tc", "a b  c"),
        ("a\u{202E}b\u{200F}c", "a b c"), ("a\u{85}b\u{2028}c", "a b c"), ("", ""),
    ]

    @Test("It is one line, without controls and marks that turn its direction", arguments: table)
    func line(text: String, plain: String) {
        #expect(text.plainLine == plain)
    }
}
