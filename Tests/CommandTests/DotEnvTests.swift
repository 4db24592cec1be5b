import Testing

@testable import bureau

@Suite("Settings in a .env file")
struct DotEnvTests {
    private static let lines = [
        "# Settings", "", "ONE=1", "  TWO = two words  ", "THREE=\"a # b\"", "FOUR='x=y'", "EMPTY=",
    ]
    private static let values = ["ONE": "1", "TWO": "two words", "THREE": "a # b", "FOUR": "x=y", "EMPTY": ""]

    private static let endings: [(String, mark: String, end: String)] = [
        ("as it is shipped", "", "\n"), ("saved by an editor of Windows", "", "\r\n"),
        ("with a byte order mark", "\u{FEFF}", "\n"), ("with both", "\u{FEFF}", "\r\n"), ("as of old Macs", "", "\r"),
    ]

    @Test("Its values are the same whatever ends its lines and stands before them", arguments: endings)
    func ends(what: String, mark: String, end: String) throws {
        let text = mark + Self.lines.joined(separator: end) + end
        #expect(try DotEnv.parse(text, path: ".env") == Self.values, "\(what)")
    }

    @Test("A line that is none is named by its number", arguments: ["\n", "\r\n"])
    func unreadable(end: String) throws {
        #expect {
            try DotEnv.parse(["# Settings", "ONE=1", "no value"].joined(separator: end), path: ".env")
        } throws: {
            ($0 as? SetupError)?.what == ".env line 3 is not NAME=value"
        }
    }
}
