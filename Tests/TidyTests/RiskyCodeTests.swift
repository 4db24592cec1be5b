import Testing

/// Code that can stop the process or step around the compiler needs its reason beside it.
enum RiskyCode {
    static let constructs = ["try!", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)"]
    static let notes = ["TODO", "FIXME", "XXX:"]
    static let reasonWordsMin = 3

    /// One sentence for each place that needs work, with its line number.
    static func problems(in text: String) -> [String] {
        let lines = SwiftLine.lines(of: text)
        var problems: [String] = []
        for (index, line) in lines.enumerated() {
            let above = index > 0 && lines[index - 1].code.allSatisfy(\.isWhitespace) ? lines[index - 1].comment : ""
            for construct in constructs where line.code.contains(construct) {
                guard max(words(line.comment), words(above)) < reasonWordsMin else { continue }
                problems.append("line \(index + 1): \(construct) without a comment that gives the reason")
            }
            for note in notes where line.comment.contains(note) {
                problems.append("line \(index + 1): \(note) belongs in an issue, or done")
            }
        }
        return problems
    }

    private static func words(_ comment: String) -> Int {
        comment.split { !$0.isLetter }.count
    }
}

@Suite("Risky code")
struct RiskyCodeTests {
    static let table: [(String, Int)] = [
        ("let a = try! b()", 1),
        ("let a = try! b()  // cannot fail: the pattern is a literal", 0),
        ("// The pattern is a literal, compiled in a test.\nlet a = try! b()", 0),
        ("// why\nlet a = try! b()", 1),
        ("let c = 1  // a longer comment about c\nfatalError()", 1),
        ("let text = \"try! harder\"", 0),
        ("// We never write try! here.", 0),
        ("final class A: @unchecked Sendable {}", 1),
        ("// TODO later", 1),
        ("let todo = \"TODO\"", 0),
    ]
    @Test("A risky construct passes only with its reason beside it", arguments: table)
    func rule(text: String, problems: Int) {
        #expect(RiskyCode.problems(in: text).count == problems)
    }

    @Test("Every risky construct in the sources says why", arguments: SourceTree.sources)
    func sources(file: SourceTree.File) {
        #expect(RiskyCode.problems(in: file.text) == [], "\(file.path)")
    }
}
