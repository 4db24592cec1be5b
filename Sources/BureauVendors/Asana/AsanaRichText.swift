/// A comment in Asana's strict XML: one `<body>`, every tag closed, text escaped, line ends as line ends. One wrong
/// character is a 400, so text can only come in through `Part`.
package struct AsanaRichText: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        case strong(String)
        case code(String)
        case link(String, url: String)
        /// Names a user so that Asana tells them, and makes them a follower.
        case mention(gid: String)
        /// One entry of a list; entries that follow each other are one list.
        case bullet([Part])
    }

    /// Characters of one comment that are safe to send; Asana publishes no limit.
    package static let charactersMax = 20_000
    package let html: String

    /// `tail` is kept when the rest has to be cut.
    package init(_ parts: [Part], tail: [Part] = []) {
        let end = Self.rendered(tail, room: Self.charactersMax)
        let room = max(0, Self.charactersMax - end.count - "<body></body>".count)
        html = "<body>\(Self.rendered(parts, room: room))\(end)</body>"
    }

    private static func rendered(_ parts: [Part], room: Int) -> String {
        var done = "", isListOpen = false
        for part in parts {
            let isBullet = if case .bullet = part { true } else { false }
            var piece = isListOpen && !isBullet ? "</ul>" : !isListOpen && isBullet ? "<ul>" : ""
            piece += rendered(part)
            // Room for the end of a list and for the sign that something was left out.
            guard done.count + piece.count + 6 <= room else {
                let open = isListOpen ? "</ul>" : ""
                return done + open + cut(part, room: room - done.count - open.count - 1) + (room > 0 ? "…" : "")
            }
            done += piece
            isListOpen = isBullet
        }
        return done + (isListOpen ? "</ul>" : "")
    }

    private static func rendered(_ part: Part) -> String {
        switch part {
        case .text(let text): escaped(text)
        case .strong(let text): "<strong>\(escaped(text))</strong>"
        case .code(let text): "<code>\(escaped(text))</code>"
        case .link(let text, let url): link(text, url)
        case .mention(let gid): isGID(gid) ? "<a data-asana-gid=\"\(gid)\"/>" : ""
        case .bullet(let parts): "<li>\(parts.map(rendered).joined())</li>"
        }
    }

    /// As much of a plain text as fits; anything else is left out whole.
    private static func cut(_ part: Part, room: Int) -> String {
        guard case .text(let text) = part, room > 0 else { return "" }
        var kept = "", count = 0
        for character in text {
            let next = escaped(String(character))
            guard count + next.count <= room else { break }
            kept += next
            count += next.count
        }
        return kept
    }

    /// Free words on a link to one of Asana's own objects are kept only when it is told not to put the name there.
    private static func link(_ text: String, _ url: String) -> String {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else { return escaped(text) }
        let own = url.hasPrefix("https://app.asana.com/") ? " data-asana-dynamic=\"false\"" : ""
        return "<a href=\"\(escaped(url))\"\(own)>\(escaped(text))</a>"
    }

    private static func isGID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Characters that XML 1.0 forbids are left out: they cannot be escaped either.
    private static func escaped(_ text: String) -> String {
        var done = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": done.append(contentsOf: "&amp;".unicodeScalars)
            case "<": done.append(contentsOf: "&lt;".unicodeScalars)
            case ">": done.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": done.append(contentsOf: "&quot;".unicodeScalars)
            case "\r": continue
            case "\t", "\n": done.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": continue
            default: done.append(scalar)
            }
        }
        return String(done)
    }
}
