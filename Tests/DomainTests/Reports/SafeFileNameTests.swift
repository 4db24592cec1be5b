import BureauDomain
import Testing

@Suite("Safe file names")
struct SafeFileNameTests {
    private static let names: [(original: String, safe: String)] = [
        ("audit.md", "audit.md"), ("Audit Final.MD", "Audit Final.MD"), ("sub/dir/audit.md", "audit.md"),
        ("../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"), ("C:\\temp\\audit.md", "audit.md"),
        ("audit.md/", "audit.md"), ("audit.md/..", "audit.md"), ("..", "file"), (".", "file"), ("", "file"),
        ("///", "file"),
        (".env", "env"), ("...hidden.md", "hidden.md"), ("~root.md", "root.md"), ("a:b.md", "a-b.md"),
        ("a\u{0}b\n\tc.md", "abc.md"), ("fdp\u{202E}exe.md", "fdpexe.md"), ("a\u{200B}b.md", "ab.md"),
        ("audit.md. . ", "audit.md"), ("audit .md", "audit.md"), ("con", "file-con"), ("NUL.txt", "file-NUL.txt"),
        ("com1.tar.gz", "file-com1.tar.gz"), ("console.md", "console.md"), ("e\u{301}.md", "\u{E9}.md"),
        ("日本語.json", "日本語.json"), ("🛰️.md", "🛰️.md"), ("a\u{2215}b.md", "a-b.md"), ("no-extension", "no-extension"),
        ("name.not an extension", "name.not an extension"), ("a.\u{202E}md", "a.md"), (".md", "md"),
    ]

    @Test("A name from outside becomes one that is safe everywhere", arguments: names)
    func safe(original: String, safe: String) {
        let made = SafeFileName.make(original)
        #expect(Array(made.unicodeScalars) == Array(safe.unicodeScalars), "\(made)")
    }

    @Test("A long name is cut between characters and keeps its extension")
    func length() {
        let made = SafeFileName.make(String(repeating: "é", count: 500) + ".json")
        #expect(made.utf8.count <= 180)
        #expect(made.utf8.count >= 178)
        #expect(made.hasSuffix("é.json"))
        let again = SafeFileName.make(String(repeating: "é", count: 500) + ".json", taken: [made])
        #expect(again.hasSuffix("é-2.json"))
        #expect(again.utf8.count <= 180)
    }

    @Test("Names that are taken, in any letter case, are numbered before the extension")
    func collisions() {
        var taken: Set<String> = []
        let made = ["a.md", "A.md", "x/a.md", "a-2.md", "a", "a"].map { original in
            let name = SafeFileName.make(original, taken: taken)
            taken.insert(name)
            return name
        }
        #expect(made == ["a.md", "A-2.md", "a-3.md", "a-2-2.md", "a", "a-2"])
    }

    @Test("Whatever comes in, what goes out is one plain, free name", arguments: 0..<20)
    func property(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = ["..", "/", "\\", ".", " ", "a", "é", "con", "\u{0}", "\u{202E}", "md", "-2", "~", "🛰", ":", "\n"]
        var taken: Set<String> = []
        for _ in 0..<100 {
            let original = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            let name = SafeFileName.make(original.joined(), taken: taken)
            #expect(!name.isEmpty && name.utf8.count <= SafeFileName.bytesMax)
            #expect(!name.contains("/") && !name.contains("\\") && !name.hasPrefix(".") && !name.hasSuffix("."))
            #expect(name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x202E })
            #expect(taken.insert(name.lowercased()).inserted)
            #expect(SafeFileName.make(name) == name)
        }
    }
}
