/// Text from a report, made fit for one line of a message.
enum ReportText {
    /// Spaces folded, hidden characters dropped, cut at a word with "…" when it is too long.
    static func line(_ raw: String, charactersMax: Int) -> String {
        var scalars = String.UnicodeScalarView()
        var wantsSpace = false
        for scalar in raw.unicodeScalars.prefix(charactersMax * 8) {
            if scalar.properties.isWhitespace {
                wantsSpace = !scalars.isEmpty
            } else if !SafeName.isHidden(scalar) {
                if wantsSpace { scalars.append(" ") }
                wantsSpace = false
                scalars.append(scalar)
            }
        }
        return cut(String(scalars), charactersMax: charactersMax)
    }

    private static func cut(_ text: String, charactersMax: Int) -> String {
        // One character may be a thousand combining marks: both counts are held.
        var kept = SafeName.cut(text, characters: charactersMax, bytes: charactersMax * 8)
        guard kept.count < text.count else { return text }
        kept = String(kept.dropLast())
        if let space = kept.lastIndex(of: " "), kept.distance(from: space, to: kept.endIndex) < 30 {
            kept = String(kept[..<space])
        }
        return kept + "…"
    }

    /// Markdown emphasis and links as plain words: "**Add** [page](https://…)" is "Add page".
    static func withoutMarkup(_ text: String) -> String {
        var plain = ""
        var rest = text[...]
        while let character = rest.first {
            rest = rest.dropFirst()
            switch character {
            case "*", "`", "~": break
            case "[":
                if let link = link(rest) {
                    plain += withoutMarks(link.words)
                    rest = link.rest
                } else {
                    plain.append(character)
                }
            default: plain.append(character)
            }
        }
        return plain
    }

    private static func withoutMarks(_ words: Substring) -> String {
        String(words.filter { $0 != "*" && $0 != "`" && $0 != "~" })
    }

    /// The words of a link whose "[" has been read. Looks a bounded way ahead, so many brackets cost little.
    private static func link(_ text: Substring) -> (words: Substring, rest: Substring)? {
        let ahead = text.prefix(300)
        guard let close = ahead.firstIndex(of: "]") else { return nil }
        let target = text[text.index(after: close)...]
        guard target.first == "(", let end = target.prefix(600).firstIndex(of: ")") else { return nil }
        return (text[..<close], text[text.index(after: end)...])
    }
}
