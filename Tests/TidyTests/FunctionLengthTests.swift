import Testing

/// How long the functions of a file are, read by their indentation: one ends at the brace below its first letter, as
/// `swift format` writes it.
enum FunctionLengths {
    struct Function: Equatable {
        /// Counted from one.
        let line: Int
        let length: Int
    }

    private static let modifiers: Set<Substring> = [
        "package", "public", "private", "fileprivate", "static", "class", "final", "override", "mutating",
        "nonisolated", "convenience", "required",
    ]

    static func functions(in lines: [Substring]) -> [Function] {
        var found: [Function] = []
        for (index, line) in lines.enumerated() where begins(line) {
            let margin = margin(line)
            let end = lines[(index + 1)...].firstIndex { isBeyond($0, margin) }
            // A requirement of a protocol, and what stands on one line, has no brace of its own there.
            guard let end, lines[end].dropFirst(margin) == "}" else { continue }
            found.append(Function(line: index + 1, length: end - index + 1))
        }
        return found
    }

    private static func margin(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

    /// Whether a function, an initializer, or something that is computed begins here.
    private static func begins(_ line: Substring) -> Bool {
        let words = line.split(separator: " ").drop { word in
            word.hasPrefix("@") || modifiers.contains(word.prefix { $0 != "(" })
        }
        guard let first = words.first else { return false }
        if first == "var" { return line.hasSuffix("{") && !line.contains("=") }
        return first == "func" || ["init", "subscript", "deinit"].contains(first.prefix { $0.isLetter })
    }

    /// Neither inside nor the end of a head that takes several lines.
    private static func isBeyond(_ line: Substring, _ margin: Int) -> Bool {
        guard !line.isEmpty, self.margin(line) <= margin else { return false }
        let rest = line.dropFirst(margin)
        return ![")", "{", "->", "where "].contains { rest.hasPrefix($0) }
    }
}

@Suite("Function lengths")
struct FunctionLengthTests {
    static let linesMax = 60

    static let texts: [(String, [Int])] = [
        ("func a() {\n    b()\n}", [3]),
        ("    private static func a(\n        _ b: Int\n    ) throws\n    {\n        c()\n    }\n", [6]),
        ("    init?(a: Int) {\n        b = { c in\n            c\n        }\n\n        d()\n    }", [7]),
        ("    @discardableResult package mutating func a() -> Int {\n        1\n    }", [3]),
        ("    var a: [Int] {\n        []\n    }\n    var b: Int { 1 }\n    var c = d {\n        1\n    }", [3]),
        ("protocol A {\n    func b()\n    func c() -> Int\n}", []),
        ("struct A {\n    func b() { c() }\n}", []),
        ("func a() {\n    func b() {\n        c()\n    }\n}", [5, 3]),
        ("    init(a: Int)\n    case b\n    func c() {\n    }", [2]),
        ("let functions = [\n    1\n]", []),
    ]
    @Test("A function's length is counted from its name to its last brace", arguments: texts)
    func lengths(text: String, expected: [Int]) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(FunctionLengths.functions(in: lines).map(\.length) == expected)
    }

    @Test("No function is longer than 60 lines: past a screen it is usually two")
    func longest() {
        for file in SourceTree.sources {
            for function in FunctionLengths.functions(in: file.lines) where function.length > Self.linesMax {
                Issue.record(
                    "\(file.path) has a function of \(function.length) lines at line \(function.line); name its parts")
            }
        }
    }
}
