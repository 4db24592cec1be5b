import BureauDomain
import Foundation

/// Whether and how text is coloured. Meaning is never carried by colour alone.
struct Style: Sendable {
    enum Tone: String, Sendable { case good = "32", warning = "33", bad = "31", faint = "2", strong = "1" }

    let hasColour: Bool

    /// Colour only for people: on a terminal that can show it, and only when nobody asked for none.
    init(isTerminal: Bool, isRefused: Bool = false, environment: [String: String]) {
        let isDumb = environment["TERM"] == "dumb"
        let isUnwanted = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColour = isTerminal && !isRefused && !isDumb && !isUnwanted
    }

    func paint(_ text: String, _ tone: Tone?) -> String {
        guard hasColour, let tone, !text.isEmpty else { return text }
        return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
    }
}

/// Text from elsewhere as one harmless line: names, reasons and addresses may hold control characters, and a terminal
/// would obey them.
enum PlainLine {
    static func of(_ text: String) -> String { text.plainLine }
}
