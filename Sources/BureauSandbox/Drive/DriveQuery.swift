import Foundation

/// The search language of `files.list`: `name = 'x' and 'id' in parents and trashed = false …`. Anything outside the
/// part the stand-in knows is refused, as Google refuses what is outside the whole.
struct DriveQuery {
    indirect enum Term {
        case name(String), nameContains(String), mimeType(String, equal: Bool), parent(String), trashed(Bool)
        case appProperty(String, String), property(String, String), modified(String, Date)
        case and(Term, Term), or(Term, Term), not(Term), everything
    }

    let term: Term

    init(_ text: String?) throws(DriveRefusal) {
        guard let text, !text.isEmpty else {
            term = .everything
            return
        }
        var parser = Parser(try DriveQuery.tokens(text))
        term = try parser.query()
    }

    func matches(_ item: DriveItem, in tree: DriveTree) -> Bool { Self.matches(term, item, tree) }

    private static func matches(_ term: Term, _ item: DriveItem, _ tree: DriveTree) -> Bool {
        switch term {
        case .everything: true
        // The vendor promises nothing about case here; callers must compare names themselves.
        case .name(let name): item.name.lowercased() == name.lowercased()
        // Prefixes of words only.
        case .nameContains(let prefix):
            item.name.lowercased().split { !$0.isLetter && !$0.isNumber }.contains { $0.hasPrefix(prefix.lowercased()) }
        case .mimeType(let type, let equal): (item.mimeType == type) == equal
        case .parent(let id): item.parentID == id
        case .trashed(let flag): tree.isTrashed(item) == flag
        case .appProperty(let key, let value): item.appProperties[key] == value
        case .property(let key, let value): item.properties[key] == value
        case .modified(let sign, let date): compare(Double(item.modified) / 1000, sign, date.timeIntervalSince1970)
        case .and(let left, let right): matches(left, item, tree) && matches(right, item, tree)
        case .or(let left, let right): matches(left, item, tree) || matches(right, item, tree)
        case .not(let inner): !matches(inner, item, tree)
        }
    }

    private static func compare(_ left: Double, _ sign: String, _ right: Double) -> Bool {
        switch sign {
        case ">": left > right
        case ">=": left >= right
        case "<": left < right
        case "<=": left <= right
        default: left == right
        }
    }

    // MARK: Reading

    enum Token: Hashable { case word(String), text(String), sign(String) }

    static let wrong = DriveRefusal.invalid("Invalid Value", at: "q")

    static func tokens(_ query: String) throws(DriveRefusal) -> [Token] {
        var tokens: [Token] = [], rest = query[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest = rest.dropFirst()
            } else if first == "'" {
                tokens.append(.text(try quoted(&rest)))
            } else if "(){}".contains(first) {
                tokens.append(.sign(String(first)))
                rest = rest.dropFirst()
            } else if "=<>!".contains(first) {
                let sign = rest.prefix { "=<>!".contains($0) }
                tokens.append(.sign(String(sign)))
                rest = rest.dropFirst(sign.count)
            } else {
                let word = rest.prefix { $0.isLetter || $0.isNumber }
                guard !word.isEmpty else { throw wrong }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    /// Inside single quotes only `\'` and `\\` are escapes.
    private static func quoted(_ rest: inout Substring) throws(DriveRefusal) -> String {
        rest = rest.dropFirst()
        var text = ""
        while let character = rest.popFirst() {
            if character == "'" { return text }
            if character == "\\" {
                guard let escaped = rest.popFirst(), escaped == "'" || escaped == "\\" else { throw wrong }
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        throw wrong
    }

    private struct Parser {
        private var tokens: ArraySlice<Token>
        private var depth = 0

        init(_ tokens: [Token]) { self.tokens = tokens[...] }

        mutating func query() throws(DriveRefusal) -> Term {
            let term = try either()
            guard tokens.isEmpty else { throw wrong }
            return term
        }

        private mutating func either() throws(DriveRefusal) -> Term {
            var term = try both()
            while take(.word("or")) { term = .or(term, try both()) }
            return term
        }

        private mutating func both() throws(DriveRefusal) -> Term {
            var term = try single()
            while take(.word("and")) { term = .and(term, try single()) }
            return term
        }

        private mutating func single() throws(DriveRefusal) -> Term {
            depth += 1
            defer { depth -= 1 }
            guard depth < 32, let token = tokens.popFirst() else { throw wrong }
            switch token {
            case .word("not"): return .not(try single())
            case .sign("("):
                let term = try either()
                guard take(.sign(")")) else { throw wrong }
                return term
            case .text(let id):
                guard take(.word("in")), take(.word("parents")) else { throw wrong }
                return .parent(id)
            case .word(let field): return try comparison(field)
            case .sign: throw wrong
            }
        }

        private mutating func comparison(_ field: String) throws(DriveRefusal) -> Term {
            guard let sign = tokens.popFirst() else { throw wrong }
            switch (field, sign) {
            case ("name", .sign("=")): return .name(try text())
            case ("name", .word("contains")): return .nameContains(try text())
            case ("mimeType", .sign("=")): return .mimeType(try text(), equal: true)
            case ("mimeType", .sign("!=")): return .mimeType(try text(), equal: false)
            case ("trashed", .sign("=")):
                if take(.word("true")) { return .trashed(true) }
                if take(.word("false")) { return .trashed(false) }
                throw wrong
            case ("modifiedTime", .sign(let sign)) where [">", ">=", "<", "<=", "="].contains(sign):
                let text = try text()
                guard let date = try? Date(text.hasSuffix("Z") ? text : text + "Z", strategy: .iso8601) else {
                    throw wrong
                }
                return .modified(sign, date)
            case ("appProperties", .word("has")), ("properties", .word("has")):
                let (key, value) = try pair()
                return field == "properties" ? .property(key, value) : .appProperty(key, value)
            default: throw wrong
            }
        }

        /// `{ key='k' and value='v' }`
        private mutating func pair() throws(DriveRefusal) -> (String, String) {
            guard take(.sign("{")), take(.word("key")), take(.sign("=")) else { throw wrong }
            let key = try text()
            guard take(.word("and")), take(.word("value")), take(.sign("=")) else { throw wrong }
            let value = try text()
            guard take(.sign("}")) else { throw wrong }
            return (key, value)
        }

        private mutating func text() throws(DriveRefusal) -> String {
            guard case .text(let text)? = tokens.popFirst() else { throw wrong }
            return text
        }

        private mutating func take(_ token: Token) -> Bool {
            guard tokens.first == token else { return false }
            tokens = tokens.dropFirst()
            return true
        }
    }
}
