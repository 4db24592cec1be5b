/// What people are told of one tool's calls before they decide, as the agent's config words it.
package struct ToolWords: Hashable, Sendable {
    /// "Publishes {posts.count} posts to {to}"; nil names what the call itself tells.
    package let effect: CallTemplate?
    /// "yes, by deleting the posts"; nil where nobody has said.
    package let undo: String?

    package init(effect: CallTemplate? = nil, undo: String? = nil) {
        self.effect = effect
        self.undo = undo
    }
}

/// A text with placeholders for what a call says: `{to}`, `{post.title}`, and `{posts.count}` for how many are in a list.
///
/// Single braces hold a member's name, or several with dots between. Values are put in as they are and never read as
/// templates. Nobody knows a call's members before it is made, so one that is missing is told in its place.
package struct CallTemplate: Hashable, Sendable {
    package static let charactersMax = 300, valueCharactersMax = 120, depthMax = 4
    private static let nameCharactersMax = 64, count = "count"

    private enum Part: Hashable, Sendable {
        case text(String)
        case member([String])
    }

    /// One sentence for whoever wrote it.
    package struct Wrong: Error, Hashable { package let message: String }

    package let source: String
    private let parts: [Part]

    package init(_ source: String) throws(Wrong) {
        var parts: [Part] = [], rest = source[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            let before = String(rest[..<brace]), near = quoted(String(before.suffix(20)))
            guard rest[brace] == "{" else { throw Wrong(message: "the } after \(near) closes nothing") }
            let inside = rest[rest.index(after: brace)...]
            guard let end = inside.firstIndex(of: "}") else {
                throw Wrong(message: "the { after \(near) is never closed")
            }
            let names = inside[..<end].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard names.count <= Self.depthMax, names.allSatisfy(Self.isName) else {
                throw Wrong(
                    message:
                        "no placeholder {\(inside[..<end].prefix(40))}: between braces stands a member's name, or up to "
                        + "\(Self.depthMax) with dots between, as in {posts.count}")
            }
            if !before.isEmpty { parts.append(.text(before)) }
            parts.append(.member(names))
            rest = inside[inside.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.source = source
        self.parts = parts
    }

    package func render(_ input: JSONValue) -> String {
        parts.map { part -> String in
            switch part {
            case .text(let text): text
            case .member(let names): Self.words(names, input)
            }
        }.joined()
    }

    private static func words(_ names: [String], _ input: JSONValue) -> String {
        var value = input
        for (index, name) in names.enumerated() {
            if let member = value[name] {
                value = member
            } else if case .array(let items) = value, name == count, index == names.count - 1 {
                return "\(items.count)"
            } else {
                return "(\(names.joined(separator: ".")) is missing)"
            }
        }
        return shown(value)
    }

    /// A value on one line, as much of it as names it.
    package static func shown(_ value: JSONValue) -> String {
        let text = value.string ?? value.compact
        return text.count > valueCharactersMax ? "\(text.prefix(valueCharactersMax))…" : text
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLower || first.isUpper, text.utf8.count <= nameCharactersMax else {
            return false
        }
        return text.utf8.allSatisfy { $0.isLower || $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
    }
}
