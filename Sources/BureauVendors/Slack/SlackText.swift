/// Text in Slack's own markup.
package enum SlackText {
    /// Makes foreign text harmless: without this a client named `<!channel>` would call everybody.
    package static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// `<url|label>`, with the label escaped and characters that would end the link taken out of the address.
    package static func link(_ url: String, _ label: String) -> String {
        let address = url.replacing("|", with: "%7C").replacing(">", with: "%3E").replacing("<", with: "%3C")
        return "<\(address)|\(escape(label).replacing("\n", with: " "))>"
    }

    package static func mention(user id: String) -> String { "<@\(id)>" }

    /// Cuts to a limit in UTF-16 units (never fewer than Slack counts), between characters, never inside a link or an
    /// escape: half of one would show as rubbish or refuse the whole message.
    static func cut(_ text: String, unitsMax: Int) -> String {
        cut(text, max: unitsMax) { $0.utf16.count }
    }

    /// The same, with the limit in UTF-8 bytes.
    static func cut(_ text: String, bytesMax: Int) -> String {
        cut(text, max: bytesMax) { $0.utf8.count }
    }

    private static func cut(_ text: String, max: Int, size: (Character) -> Int) -> String {
        guard text.reduce(0, { $0 + size($1) }) > max else { return text }
        var left = max - size("…")
        var end = text.startIndex
        while end < text.endIndex, left >= size(text[end]) {
            left -= size(text[end])
            end = text.index(after: end)
        }
        guard left >= 0 else { return "" }
        var head = text[..<end]
        if let open = head.lastIndex(of: "<"), !head[open...].contains(">") { head = head[..<open] }
        if let ampersand = head.suffix(5).lastIndex(of: "&"), !head[ampersand...].contains(";") {
            head = head[..<ampersand]
        }
        return head + "…"
    }
}
