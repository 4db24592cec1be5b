/// What may not stand in a tree that a builder made, because it leads out of it.
package enum TreeEntryRule {
    package struct Entry: Hashable, Sendable {
        /// Git's file mode in octal, "120000" for a symbolic link.
        package let mode: String
        package let path: String
        /// Where a symbolic link leads.
        package let target: String?

        package init(mode: String, path: String, target: String? = nil) {
            self.mode = mode
            self.path = path
            self.target = target
        }
    }

    /// Why the entry is refused; nil when it is fine.
    package static func objection(_ entry: Entry) -> String? {
        switch entry.mode {
        case "160000": "\(shown(entry.path)) is a repository of its own"
        case "120000" where leadsOut(entry.target ?? "/", from: entry.path):
            "\(shown(entry.path)) is a link that leads out of the repository (\(shown(entry.target ?? "unreadable")))"
        default: nil
        }
    }

    private static func shown(_ text: String) -> String { quoted(String(text.prefix(120))) }

    private static func leadsOut(_ target: String, from path: String) -> Bool {
        guard !target.hasPrefix("/"), !target.isEmpty else { return true }
        var depth = path.split(separator: "/").count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return target.split(separator: "/").contains { $0.lowercased() == ".git" }
    }
}
