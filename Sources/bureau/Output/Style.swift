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
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHostile) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isHostile($0) ? " " : $0 }))
    }

    /// Controls (C0, C1, DEL), line separators, and marks that turn the direction of what follows.
    private static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
