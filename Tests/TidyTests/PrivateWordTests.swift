import Testing

/// The project speaks of itself alone. What belongs to one person's machine or to the place where it was written
/// (folders, hosts, tools) has no meaning for a reader and may say more than we want.
enum PrivateWords {
    /// Put together from halves, so that this file does not find itself.
    static let words = [
        "/wo" + "rk/", "/ho" + "me/runner", "/Us" + "ers/", "/tmp/" + "bash_jobs", ".py" + "env", "sub" + "agent",
        "arti" + "factory", "package mir" + "ror", "registry." + "npmmirror", "pypi." + "internal", "index-" + "url",
    ]

    static func found(in text: String) -> [String] {
        words.filter { text.contains($0) }
    }
}

@Suite("Private words")
struct PrivateWordTests {
    @Test("A machine's path is found, an ordinary path is not")
    func rule() {
        #expect(PrivateWords.found(in: "see /wo" + "rk/x") == ["/wo" + "rk/"])
        #expect(PrivateWords.found(in: "the network/peer, /usr/local/bin, homework/") == [])
    }

    @Test("No file speaks of a machine or a place of work")
    func files() {
        for file in SourceTree.files {
            for word in PrivateWords.found(in: file.text) {
                let line = file.lines.firstIndex { $0.contains(word) } ?? 0
                Issue.record("\(file.path):\(line + 1) contains \"\(word)\"")
            }
        }
    }
}
