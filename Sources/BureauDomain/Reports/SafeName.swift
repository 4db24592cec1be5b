import Foundation

/// Names made by agents, clients and vendors, turned into names a file system, a URL and a reader can trust.
enum SafeName {
    static let segmentCharactersMax = 120
    /// File systems stop at 255 bytes; what is left over is for temporary suffixes.
    static let segmentBytesMax = 240

    /// One level of a folder path: no separators, control characters or leading dots, 1 to 120 characters.
    static func pathSegment(_ text: String) -> String {
        let name = trimmed(cut(cleaned(text), characters: segmentCharactersMax, bytes: segmentBytesMax))
        return name.isEmpty ? "untitled" : name
    }

    /// Composed Unicode; separators become "-"; control characters, line breaks and the marks that turn the direction
    /// of writing (they can make "fdp.exe" read as "exe.pdf") are dropped; no dots or spaces at the start, none at the end.
    static func cleaned(_ text: String) -> String {
        // Long enough for any name, short enough that a hostile one costs nothing.
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(2_000)))
        var scalars = String.UnicodeScalarView()
        for scalar in start.precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "/", "\\", ":", "\u{2215}", "\u{2044}", "\u{29F8}", "\u{FF0F}": scalars.append("-")
            case _ where isHidden(scalar): break
            default: scalars.append(scalar)
            }
        }
        return trimmed(String(scalars))
    }

    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        // Joiners belong to scripts and emoji; every other format character only hides or turns text.
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }

    static func trimmed(_ text: String) -> String {
        let leading: (Character) -> Bool = { $0.isWhitespace || $0 == "." || $0 == "~" }
        let trailing: (Character) -> Bool = { $0.isWhitespace || $0 == "." }
        var rest = text[...].drop(while: leading)
        while let last = rest.last, trailing(last) { rest = rest.dropLast() }
        return String(rest)
    }

    static func cut(_ text: String, characters: Int, bytes: Int) -> String {
        var kept = text.prefix(characters)
        while kept.utf8.count > bytes { kept = kept.dropLast() }
        return String(kept)
    }
}
