import Foundation

/// A comment as the rules read it: without quotations of others, in lower case, cut into clauses.
struct CommentText: Sendable {
    let clauses: [Clause]
    /// Emoji and signs by which people answer.
    let signs: Set<Sign>
    let isEmpty: Bool

    enum Sign: Hashable, Sendable { case yes, celebrate, thanks, no }

    struct Clause: Sendable {
        let words: [String]
        let isQuestion: Bool
        /// The words with a space on each side, so that whole words can be looked for.
        let text: String
    }

    static let charactersMax = 4_000

    init(_ raw: String) {
        let own = Self.withoutQuotes(String(raw.prefix(Self.charactersMax)))
        signs = Set(own.compactMap(Self.sign))
        clauses = Self.clauses(Self.plain(own))
        isEmpty = clauses.isEmpty && signs.isEmpty
    }

    /// Lines that begin with ">" are somebody else's words, and so is what follows a mail program's headline.
    private static func withoutQuotes(_ text: String) -> String {
        var lines: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let start = line.drop { $0.isWhitespace }
            if start.hasPrefix(">") { continue }
            if start.hasPrefix("On "), start.hasSuffix("wrote:") { break }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    private static func plain(_ text: String) -> String {
        var plain = ""
        for character in text.lowercased() {
            switch character {
            case "’", "‘", "`": plain.append("'")
            case "“", "”": plain.append("\"")
            case "–", "—": plain.append(" - ")
            default: plain.append(character)
            }
        }
        return plain
    }

    private static func sign(_ character: Character) -> Sign? {
        switch character.unicodeScalars.first {
        case "👍", "✅", "👌", "✔", "☑", "🆗": .yes
        case "🎉", "🚀", "❤", "🔥", "👏", "💯", "😍", "🙌": .celebrate
        case "🙏": .thanks
        case "👎", "❌", "🚫": .no
        default: nil
        }
    }

    /// Sentences, and what "but" and its like set apart. A dot inside a word ("example.com", "v2.1") ends nothing.
    private static func clauses(_ text: String) -> [Clause] {
        var clauses: [Clause] = []
        var current = ""
        func close(_ isQuestion: Bool = false) {
            clauses += cut(current, isQuestion)
            current = ""
        }
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            switch character {
            case "?": close(true)
            case "!", ";", "\n": close()
            case ":": if next.isWhitespace { close() } else { current.append(character) }
            case ".": if next.isWhitespace || next == "." || next == "\"" { close() } else { current.append(character) }
            default: current.append(character)
            }
        }
        close()
        return clauses
    }

    /// "…, rewrite it": what follows a comma and begins with a verb of change is a clause of its own.
    private static func beforeVerbs(_ piece: String) -> [String] {
        var parts: [String] = []
        for part in piece.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let first = part.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
            if parts.isEmpty || CommentWords.begins(first) {
                parts.append(part)
            } else {
                parts[parts.count - 1] += "," + part
            }
        }
        return parts
    }

    private static let turns = [
        " but ", " however ", " except ", " although ", " though ", " apart from ", " other than ", " - ", ", please ",
        " and please ", ", also ", " yet ", ", can you ", ", could you ", " only thing ", ", just ", " so please ",
    ]

    private static func cut(_ sentence: String, _ isQuestion: Bool) -> [Clause] {
        var pieces = [" \(sentence) "]
        for turn in turns {
            pieces = pieces.flatMap { piece -> [String] in
                let parts = piece.split(separator: turn, omittingEmptySubsequences: false).map(String.init)
                return parts.enumerated().map { $0.offset == 0 ? $0.element : turn.filter { $0 != "," } + $0.element }
            }
        }
        return pieces.flatMap(beforeVerbs).compactMap { piece in
            let words = piece.split {
                !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "/" || $0 == "%" || $0 == "+")
            }
            .map(String.init)
            guard !words.isEmpty else { return nil }
            return Clause(words: words, isQuestion: isQuestion, text: " " + words.joined(separator: " ") + " ")
        }
    }
}

extension CommentText.Clause {
    func has(_ phrases: [String]) -> String? { phrases.first { text.contains(" \($0) ") } }

    /// Whether one of the words before `phrase` turns it round.
    func isNegated(_ phrase: String, by negations: Set<String> = Self.negations) -> Bool {
        guard let range = text.range(of: " \(phrase) ") else { return false }
        let before = text[..<range.lowerBound].split(separator: " ").suffix(4)
        return before.contains { negations.contains(String($0)) }
    }

    /// What turns an acceptance round. "Nothing to change, good to go" and "no notes" do not.
    static let refusals = negations.subtracting(["no", "nothing", "without", "never", "hardly"])

    static let negations: Set<String> = [
        "not", "don't", "dont", "doesn't", "isn't", "isnt", "aren't", "can't", "cannot", "cant", "won't", "wouldn't",
        "didn't", "never", "no", "nothing", "hardly", "haven't", "hasn't", "without", "nor", "wasn't",
    ]
}
