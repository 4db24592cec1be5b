/// What somebody typed behind a slash command: `/bureau run sentinel shamrock`, `/sentinel audit shamrock`.
package enum TypedCommand: Hashable, Sendable {
    case run(agent: String, client: String)
    /// Nil asks for everything that is going on.
    case status(run: String?)
    case approvals
    case stop(run: String)
    case help
    /// What cannot be carried out, and how it is written.
    case wrong(String)

    package static let textCharactersMax = 500

    /// `agents` maps the name of each agent that has its own command to that command's verb.
    package init(command: String, text: String, agents: [String: String]) {
        let name = command.trimmingPrefix("/").lowercased()
        let words = Self.words(String(text.prefix(Self.textCharactersMax)))
        guard let verb = agents[name] else {
            self = Self.bureau(words)
            return
        }
        guard let first = words.first?.lowercased() else {
            self = .wrong("Say for whom: `/\(name) \(verb) CLIENT`.")
            return
        }
        switch first {
        case "help": self = .help
        case "status": self = .status(run: words.dropFirst().first)
        case verb, "run": self = Self.run(name, Array(words.dropFirst()), usage: "/\(name) \(verb) CLIENT")
        default: self = Self.run(name, words, usage: "/\(name) \(verb) CLIENT")
        }
    }

    private static let verbs = ["run", "status", "approvals", "stop", "help"]

    private static func bureau(_ words: [String]) -> TypedCommand {
        guard let verb = words.first?.lowercased() else { return .help }
        let rest = Array(words.dropFirst())
        switch verb {
        case "run":
            guard let agent = rest.first else { return .wrong("Say what to run: `/bureau run AGENT CLIENT`.") }
            return run(agent.lowercased(), Array(rest.dropFirst()), usage: "/bureau run \(agent) CLIENT")
        case "status": return .status(run: rest.first)
        case "approvals": return .approvals
        case "stop": return rest.first.map { .stop(run: $0) } ?? .wrong("Say which run: `/bureau stop RUN`.")
        case "help": return .help
        default:
            let near = NearestKey.nearest(to: verb, in: verbs).map { " Did you mean `\($0)`?" } ?? ""
            return .wrong("There is no command `\(verb.prefix(40))`.\(near) `/bureau help` lists them.")
        }
    }

    private static func run(_ agent: String, _ words: [String], usage: String) -> TypedCommand {
        words.isEmpty
            ? .wrong("Say for whom: `\(usage)`.") : .run(agent: agent, client: words.joined(separator: " "))
    }

    /// Phones turn quotes into curly ones; whoever quotes a client's name means the name.
    private static func words(_ text: String) -> [String] {
        let quotes: Set<Character> = ["\"", "“", "”", "„", "`"]
        return text.filter { !quotes.contains($0) }.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

/// The client somebody means by a slug or a name, or by the beginning of one.
package enum ClientMatch: Hashable, Sendable {
    case one(slug: String)
    case several([String])
    /// With slugs that come near.
    case none(near: [String])

    package static let suggestionsMax = 5

    package init(_ text: String, clients: [(slug: String, name: String)]) {
        let wanted = Self.folded(text)
        let exact = clients.filter { $0.slug == text.lowercased() || Self.folded($0.name) == wanted }
        if let slug = clients.first(where: { $0.slug == text.lowercased() })?.slug ?? Self.only(exact) {
            self = .one(slug: slug)
            return
        }
        let beginning = clients.filter {
            Self.folded($0.slug).hasPrefix(wanted) || Self.folded($0.name).hasPrefix(wanted)
        }
        let found = exact.isEmpty ? beginning : exact
        if wanted.count >= 3, let slug = Self.only(found) {
            self = .one(slug: slug)
            return
        }
        guard found.isEmpty || wanted.isEmpty else {
            self = .several(found.prefix(Self.suggestionsMax).map(\.slug))
            return
        }
        let parts = clients.filter { wanted.count >= 3 && Self.folded($0.name).contains(wanted) }.map(\.slug)
        let names = clients.flatMap { [$0.slug, $0.name] }
        let near = NearestKey.nearest(to: text, in: names).flatMap { word in
            clients.first { $0.slug == word || $0.name == word }?.slug
        }
        let all = parts + [near].compactMap { slug in slug.flatMap { parts.contains($0) ? nil : $0 } }
        self = .none(near: Array(all.prefix(Self.suggestionsMax)))
    }

    private static func only(_ clients: [(slug: String, name: String)]) -> String? {
        clients.count == 1 ? clients[0].slug : nil
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
