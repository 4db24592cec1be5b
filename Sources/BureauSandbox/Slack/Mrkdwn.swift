import Foundation

/// Slack's message markup as a page shows it. Anything it does not know stays as the text it is.
struct Mrkdwn {
    let users: [SlackUser], channels: [SlackChannel]

    func html(_ text: String) -> HTML {
        let fences = text.components(separatedBy: "```")
        // An odd number of fences leaves the last one open: then it is not a fence.
        guard fences.count % 2 == 1 else { return lines(text) }
        return HTML(
            joining: fences.enumerated().map { index, piece -> HTML in
                index % 2 == 1 ? "<pre>\(plain(piece))</pre>" : lines(piece)
            })
    }

    private func lines(_ text: String) -> HTML {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            if line.hasPrefix("&gt; ") { return "<q>" + inline(line.dropFirst(5)) + "</q>" }
            return inline(line)
        }
        return HTML(stringLiteral: lines.joined(separator: "<br>\n"))
    }

    /// Text as its author meant it, escaped for the page.
    private func plain(_ text: some StringProtocol) -> HTML {
        HTML(stringLiteral: HTML.escape(Self.unescaped(text)))
    }

    static func unescaped(_ text: some StringProtocol) -> String {
        String(text).replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&amp;", with: "&")
    }

    private func inline(_ text: Substring) -> String {
        var html = "", rest = text, before: Character = " "
        while let first = rest.first {
            if first == "<", let end = rest.firstIndex(of: ">") {
                html += token(rest[rest.index(after: rest.startIndex)..<end]).text
                rest = rest[rest.index(after: end)...]
            } else if let tag = Self.marks[first], !before.isLetter, !before.isNumber,
                let inner = Self.marked(rest, by: first)
            {
                let content = first == "`" ? plain(inner).text : inline(inner)
                html += "<\(tag)>\(content)</\(tag)>"
                rest = rest[rest.index(after: inner.endIndex)...]
            } else {
                // Up to the next character that could mean something, in one piece.
                let run = rest.dropFirst().prefix { $0 != "<" && Self.marks[$0] == nil }
                let piece = rest[rest.startIndex..<run.endIndex]
                html += plain(piece).text
                before = piece.last ?? " "
                rest = rest[run.endIndex...]
                continue
            }
            before = " "
        }
        return html
    }

    private static let marks: [Character: String] = ["*": "strong", "_": "em", "~": "s", "`": "code"]

    /// What stands between two marks: not empty, no white space at its edges.
    private static func marked(_ text: Substring, by mark: Character) -> Substring? {
        let inside = text.dropFirst()
        guard let first = inside.first, !first.isWhitespace, first != mark, let end = inside.firstIndex(of: mark) else {
            return nil
        }
        let inner = inside[inside.startIndex..<end]
        return inner.last?.isWhitespace == true ? nil : inner
    }

    /// What stands between "<" and ">": a mention, a date, or a link.
    private func token(_ token: Substring) -> HTML {
        let halves = token.split(separator: "|", maxSplits: 1)
        let target = halves.first ?? "", label = halves.count == 2 ? String(halves[1]) : nil
        if target.hasPrefix("@") {
            let name = users.first { $0.id == target.dropFirst() }?.realName
            return "<span class=\"tag info\">@\(name ?? label ?? String(target.dropFirst()))</span>"
        }
        if target.hasPrefix("#") {
            let name = channels.first { $0.id == target.dropFirst() }?.name
            return "<span class=\"tag info\">#\(name ?? label ?? String(target.dropFirst()))</span>"
        }
        if target.hasPrefix("!date^") { return "<time>\(label ?? String(target))</time>" }
        if target.hasPrefix("!") { return "<span class=\"tag warn\">@\(label ?? String(target.dropFirst()))</span>" }
        let address = Self.unescaped(target)
        guard address.hasPrefix("https://") || address.hasPrefix("http://") || address.hasPrefix("mailto:") else {
            return plain("<\(token)>")
        }
        return "<a href=\"\(address)\" rel=\"noreferrer\">\(Self.unescaped(label ?? address))</a>"
    }
}
