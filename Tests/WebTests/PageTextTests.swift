import Testing

@testable import BureauWeb

@Suite("Text on pages")
struct PageTextTests {
    private static let texts = [
        ("plain, ö and 日本", "plain, ö and 日本"), ("", ""),
        ("<b>Tom & \"Jo\"</b> 'n", "&lt;b&gt;Tom &amp; &quot;Jo&quot;&lt;/b&gt; &#39;n"),
        ("\"\u{301} autofocus x=\"\u{301}", "&quot;\u{301} autofocus x=&quot;\u{301}"),
        ("<\u{338}b>\u{20DD}", "&lt;\u{338}b&gt;\u{20DD}"), ("'\u{200D}&\u{FE0F}", "&#39;\u{200D}&amp;\u{FE0F}"),
    ]

    @Test("A mark that means something to a browser is escaped, whatever is written on it", arguments: texts)
    func escape(text: String, escaped: String) {
        let html = ViewLibrary.shared.render(Chip(glyph: text, word: text, tone: text), "chip")
        let whole =
            "<span class=\"chip \(escaped)\"><span aria-hidden=\"true\">\(escaped)</span> \(escaped)</span>"
        // Compared by bytes: what people see as the same character is not the same to a browser.
        #expect(Array(html.utf8) == Array(whole.utf8))
        #expect(Self.quotes(inFact: text) == Self.quotes(inFact: "plain"), "in a view within a view too")
    }

    private static func quotes(inFact text: String) -> Int {
        let fact = Facts.Fact(
            name: "Name", value: "v" + text, isCopied: true, chip: Chip(glyph: "✓", word: text, tone: text))
        return ViewLibrary.shared.render(Facts([fact]), "facts").utf8.count { $0 == UInt8(ascii: "\"") }
    }
}
