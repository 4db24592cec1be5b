import Testing

@testable import bureau

@Suite("How lists are laid out")
struct ListingTests {
    private func listing(_ name: String) -> Listing {
        var listing = Listing(
            [.init("ID"), .init("NAME", isElastic: true), .init("SIZE", isRight: true)], empty: "none")
        listing.add([Listing.Cell("1", exact: "1000", .bad), Listing.Cell(name), "5 KB"], .made([("id", "1000")]))
        listing.add(["22", "b", "120 KB"], .made([("id", "22")]))
        return listing
    }

    @Test("Columns are aligned, numbers to the right")
    func aligned() {
        let plain = Style(isTerminal: false, environment: [:])
        #expect(
            listing("abc").aligned(width: 80, style: plain) == "ID  NAME    SIZE\n1   abc     5 KB\n22  b     120 KB")
    }

    @Test("A long cell is cut where the terminal ends, and whole in a pipe")
    func narrow() {
        let plain = Style(isTerminal: false, environment: [:])
        let long = String(repeating: "x", count: 50)
        let lines = listing(long).aligned(width: 40, style: plain).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count == 40 })
        #expect(lines[1].contains("x…"))
        #expect(listing(long).tabbed.contains("1000\t\(long)\t5 KB"))
    }

    static let styles: [(Bool, Bool, [String: String], Bool)] = [
        (true, false, [:], true), (false, false, [:], false), (true, true, [:], false),
        (true, false, ["NO_COLOR": "1"], false), (true, false, ["NO_COLOR": ""], true),
        (true, false, ["TERM": "dumb"], false),
    ]
    @Test("Colour is for terminals that want it", arguments: styles)
    func colour(isTerminal: Bool, isRefused: Bool, environment: [String: String], hasColour: Bool) {
        let style = Style(isTerminal: isTerminal, isRefused: isRefused, environment: environment)
        #expect(style.hasColour == hasColour)
        #expect((style.paint("x", .bad) == "x") == !hasColour)
    }

    @Test(
        "Text from elsewhere becomes one harmless line",
        arguments: [("a\u{1B}[2Jb", "a [2Jb"), ("a\nb\tc", "a b c"), ("a\u{202E}b", "a b"), ("Ünï 日本", "Ünï 日本")])
    func harmless(text: String, line: String) { #expect(PlainLine.of(text) == line) }

    @Test(
        "A password in an address is not shown",
        arguments: [
            ("https://a:b@host/x", "https://***@host/x"), ("https://host/@x", "https://host/@x"), ("plain", "plain"),
        ])
    func passwords(text: String, shown: String) { #expect(SettingsCatalogue.withoutPassword(text) == shown) }
}
