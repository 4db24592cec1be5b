import Testing

@Suite("Taking Swift lines apart")
struct SwiftLineTests {
    static let table: [(String, SwiftLine)] = [
        ("let a = 1", SwiftLine(code: "let a = 1")),
        ("let a = 1  // why", SwiftLine(code: "let a = 1  ", comment: "// why")),
        (#"let u = "http://x"  // y"#, SwiftLine(code: #"let u = "  "#, comment: "// y", literals: ["http://x"])),
        (#"f("a\"// b")"#, SwiftLine(code: "f(\")", literals: ["a// b"])),
        (##"f(#"a"b"#)"##, SwiftLine(code: "f(\")", literals: [#"a"b"#])),
        (#"f("\(g(h["k"])) t")"#, SwiftLine(code: "f(\"g(h[\"]))", literals: ["k", " t"])),
        ("a /* b */ c", SwiftLine(code: "a  c", comment: " b ")),
        ("#expect(a)", SwiftLine(code: "#expect(a)")),
    ]

    @Test("Code, comments and literals are told apart", arguments: table)
    func parts(text: String, expected: SwiftLine) {
        #expect(SwiftLine.lines(of: text) == [expected])
    }

    @Test("Text in a multi-line literal or comment is not code")
    func multiline() {
        let lines = SwiftLine.lines(of: "let a = \"\"\"\n  try! b  // c\n  \"\"\"\n/* try!\n*/ d")
        #expect(lines.map(\.code) == ["let a = \"", "", "", "", " d"])
    }
}
