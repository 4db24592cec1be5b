import Foundation
import Testing

/// What the product reads from its environment, found in the text of the sources and of the documents.
enum Settings {
    /// Names read in Swift: the literal in `environment["NAME"]`, `getenv("NAME")` and their like; and every name-like
    /// literal of a file that is about settings by its own name.
    static func namesRead(in file: SourceTree.File) -> Set<String> {
        var names = Set<String>()
        let readers = ["environment", "getenv", "env"]
        let isAboutSettings = ["Settings", "Environment"].contains { file.name.contains($0) }
        for line in SwiftLine.lines(of: file.text) {
            let candidates = line.literals.filter(isName)
            guard !candidates.isEmpty else { continue }
            let reads = readers.contains { line.code.contains("\($0)[\"") || line.code.contains("\($0)(\"") }
            if reads || isAboutSettings { names.formUnion(candidates) }
        }
        return names
    }

    /// `NAME=value` and the commented `#NAME=value` of an environment file.
    static func namesOffered(by environmentFile: String) -> Set<String> {
        var names = Set<String>()
        for line in environmentFile.split(separator: "\n") {
            let name = line.drop { $0 == "#" }.prefix { $0 != "=" }
            if line.contains("="), isName(String(name)) { names.insert(String(name)) }
        }
        return names
    }

    /// The names in the first column of the tables under `heading` (all tables when nil).
    static func namesExplained(by guide: String, under heading: String? = nil) -> Set<String> {
        var names = Set<String>(), section = ""
        for line in guide.split(separator: "\n") {
            if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            guard line.hasPrefix("| `"), heading == nil || heading == section else { continue }
            let name = line.dropFirst(3).prefix { $0 != "`" }
            if isName(String(name)) { names.insert(String(name)) }
        }
        return names
    }

    static func isName(_ text: String) -> Bool {
        let short: Set = ["HOST", "PORT", "DEBUG", "TERM", "HOME", "PATH", "TMPDIR", "COLUMNS", "CHROMIUM"]
        let shaped = text.contains("_") && !text.hasPrefix("_") && !text.hasSuffix("_")
        return (shaped || short.contains(text))
            && text.unicodeScalars.allSatisfy { ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
    }
}

@Suite("Settings")
struct SettingsTests {
    static let guidePath = "docs/guides/settings.md"
    static let systemSection = "Variables the system sets"

    static let lines: [(String, Set<String>)] = [
        (#"let a = environment["DATA_DIR"]"#, ["DATA_DIR"]),
        (#"let a = ProcessInfo.processInfo.environment["DEBUG"]"#, ["DEBUG"]),
        (#"guard let a = getenv("NOTIFY_SOCKET")"#, ["NOTIFY_SOCKET"]),
        (#"throw Rejected("ITEM_114")"#, []),
        (#"let a = environment["path"]"#, []),
    ]
    @Test("A name read from the environment is noticed", arguments: lines)
    func reading(line: String, names: Set<String>) {
        #expect(Settings.namesRead(in: .init(path: "Sources/bureau/A.swift", text: line)) == names)
    }

    @Test("Every name in a file about settings counts as read")
    func settingsFile() {
        let file = SourceTree.File(path: "Sources/bureau/ServeSettings.swift", text: #"case "PORT", "SLACK_BASE_URL":"#)
        #expect(Settings.namesRead(in: file) == ["PORT", "SLACK_BASE_URL"])
    }

    @Test(".env.example and the settings guide name the same variables")
    func catalogue() throws {
        let offered = Settings.namesOffered(by: try SourceTree.file(".env.example").text)
        let guide = try SourceTree.file(Self.guidePath).text
        let explained = Settings.namesExplained(by: guide)
            .subtracting(Settings.namesExplained(by: guide, under: Self.systemSection))
        #expect(offered.count > 20)
        #expect(offered.subtracting(explained).sorted() == [], "missing in \(Self.guidePath)")
        #expect(explained.subtracting(offered).sorted() == [], "missing in .env.example")
    }

    @Test("Every variable the code reads is explained in the settings guide")
    func sources() throws {
        let explained = Settings.namesExplained(by: try SourceTree.file(Self.guidePath).text)
        for file in SourceTree.sources where file.ring != "BureauSandbox" {
            let unexplained = Settings.namesRead(in: file).subtracting(explained).sorted()
            #expect(unexplained == [], "\(file.path) reads a variable that \(Self.guidePath) does not explain")
        }
    }

    @Test("Every variable the guide explains is among the settings in effect")
    func inEffect() throws {
        let guide = try SourceTree.file(Self.guidePath).text
        let explained = Settings.namesExplained(by: guide)
            .subtracting(Settings.namesExplained(by: guide, under: Self.systemSection))
        let shown = Set(
            SwiftLine.lines(of: try SourceTree.file("Sources/bureau/Commands/ConfigCommand.swift").text)
                .flatMap { $0.literals.filter(Settings.isName) })
        // Ids come from the agents' files; the others are accepted and change nothing, or mean another one.
        let others: Set = [
            "SENTINEL_AGENT_ID", "CATALYST_AGENT_ID", "SEONAV_ENV_ID", "NODE_ENV", "DEBUG", "META_BASE_URL",
            "ACCURANKER_BASE_URL",
        ]
        #expect(explained.subtracting(shown).subtracting(others).sorted() == [])
    }

    @Test("Every variable that is read as a secret is listed as one, so that no command prints it")
    func secrets() throws {
        func names(in file: SourceTree.File) -> Set<String> {
            Set(file.text.matches(of: /\bsecret\("([A-Z_]+)"\)/).map { String($0.output.1) })
        }
        let list = try SourceTree.file("Sources/bureau/Commands/ConfigCommand.swift"), listed = names(in: list)
        #expect(listed.count >= 8)
        for file in SourceTree.sources {
            #expect(names(in: file).subtracting(listed).sorted() == [], "\(file.path): not listed in \(list.path)")
        }
    }

    @Test("Every variable a shipped agent names is offered in .env.example")
    func agents() throws {
        let offered = Settings.namesOffered(by: try SourceTree.file(".env.example").text)
        for file in SourceTree.files where file.path.hasPrefix("agents/") && file.name.hasSuffix(".json") {
            for line in file.lines where line.contains("_env\"") {
                let names = line.split(separator: "\"").map(String.init).filter(Settings.isName)
                #expect(Set(names).subtracting(offered) == [], "\(file.path): \(line)")
            }
        }
    }
}
