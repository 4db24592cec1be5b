import BureauDomain
import Testing

@Suite("JSON that remembers where it stands")
struct PositionedJSONTests {
    private static let mistakes: [(text: String, place: String, says: String)] = [
        ("", "1:1", "expected a value, found the end of the file"),
        ("{", "1:2", "expected a key in double quotes, found the end of the file"),
        ("{\n  \"a\": 1,\n}", "3:1", "expected a key after the comma"),
        ("[1, 2,]", "1:7", "expected a value after the comma"),
        ("{\"a\" 1}", "1:6", "expected a colon after the key, found \"1\""),
        ("{a: 1}", "1:2", "expected a key in double quotes, found \"a\""),
        ("{'a': 1}", "1:2", "expected a key in double quotes"),
        ("[1 2]", "1:4", "expected a comma or ]"),
        ("{\"a\":1 \"b\":2}", "1:8", "expected a comma or }"),
        ("{\"a\":1,\n \"b\":2,\n \"a\":3}", "3:2", "found \"a\" again (first on line 1)"),
        ("{\"é\":1, \"e\u{301}\":2}", "1:9", "expected each key once"),
        ("[01]", "1:3", "without leading zeros"),
        ("[+1]", "1:2", "expected a value, found \"+\""),
        ("[1.]", "1:4", "a digit after the point"),
        ("[.5]", "1:2", "expected a value"),
        ("[1e]", "1:4", "a digit in the exponent"),
        ("[-]", "1:3", "expected a digit"),
        ("[NaN]", "1:2", "expected a value"),
        ("[True]", "1:2", "expected a value"),
        ("[nul]", "1:2", "expected a value"),
        ("\"a\nb\"", "1:3", "before the end of the line"),
        ("\"a\tb\"", "1:3", "written as \\u0009"),
        ("\"abc", "1:1", "to end this text, found the end of the file"),
        ("\"\\x\"", "1:2", "expected one of"),
        ("\"\\u12G4\"", "1:6", "four hexadecimal digits"),
        ("\"\\uD83D\"", "1:2", "second half of a surrogate pair"),
        ("\"\\uD83Dx\"", "1:2", "second half of a surrogate pair"),
        ("\"\\uDE00\"", "1:2", "first half of a surrogate pair"),
        ("1 2", "1:3", "expected the end of the file"),
        ("{} /* never closed", "1:4", "expected */"),
        ("/ 1", "1:1", "a lone /"),
        ("[\"日本\", x]", "1:8", "expected a value"),
        ("\u{FEFF}{}", "1:1", "byte order mark"),
    ]

    @Test("A mistake is told by line, column and what was expected", arguments: mistakes)
    func mistake(text: String, place: String, says: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try PositionedJSON.parse(Array(text.utf8)) }
        #expect(error?.position.description == place)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "no error")")
    }

    @Test("Bytes that are not UTF-8 are refused where they stand")
    func encoding() {
        let bytes = Array("{\n  \"é".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        let error = #expect(throws: JSONSyntaxError.self) { try PositionedJSON.parse(bytes) }
        #expect(error?.description == "2:5 expected UTF-8 text, found a byte that is not")
    }

    @Test("Comments may stand wherever a space may")
    func comments() throws {
        let text =
            "// top\n{ /* in */ \"a\" /* after key */ : // after colon\n [1, /* , */ 2] , \"b//\": \"/* no */\" }// end"
        let value = try PositionedJSON.parse(Array(text.utf8)).value
        #expect(value == ["a": [1, 2], "b//": "/* no */"])
    }

    @Test("Comments are refused where strict JSON is asked for")
    func strict() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(Array("{} // no".utf8)) }
        #expect(error?.description == "1:4 expected the end of the file, found \"/\" (comments are not allowed here)")
    }

    @Test("Every key and value knows its line and column")
    func positions() throws {
        let json = try PositionedJSON.parse(Array("{\r\n\t\"é\": [true,\n null]}".utf8))
        guard case .object(let members) = json.kind, case .array(let items) = members[0].value.kind else {
            Issue.record("expected an object that holds a list")
            return
        }
        #expect(members[0].keyPosition == TextPosition(line: 2, column: 2))
        #expect(members[0].value.position == TextPosition(line: 2, column: 7))
        #expect(items.map(\.position) == [TextPosition(line: 2, column: 8), TextPosition(line: 3, column: 2)])
    }

    @Test("Nesting ends at 64 levels", arguments: [(64, true), (65, false), (100_000, false)])
    func depth(levels: Int, isFine: Bool) {
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(((try? PositionedJSON.parse(Array(text.utf8))) != nil) == isFine)
    }

    @Test("A file ends at one mebibyte")
    func size() {
        let most = Array("\"\(String(repeating: "x", count: (1 << 20) - 2))\"".utf8)
        #expect((try? PositionedJSON.parse(most)) != nil)
        let error = #expect(throws: JSONSyntaxError.self) { try PositionedJSON.parse(most + [0x20]) }
        #expect(error?.description == "1:1 expected at most 1048576 bytes, found 1048577")
    }

    @Test("Escapes become the characters they stand for")
    func escapes() throws {
        let value = try JSONValue.parse(Array(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDEF0\u0000""#.utf8))
        #expect(value.string == "\"\\/\u{8}\u{C}\n\r\té🛰\u{0}")
    }
}
