/// Comment parts as a page shows them. ClickUp ends each line with a part whose text is a line end; attributes on that
/// part (a bullet, a code block) belong to the whole line.
enum ClickUpComments {
    static func html(_ parts: [JSON]) -> HTML {
        var blocks: [HTML] = [], line: [HTML] = [], items: [HTML] = []
        func closeList() {
            if !items.isEmpty { blocks.append("<ul>\(HTML(joining: items))</ul>") }
            items = []
        }
        func closeLine(_ attributes: JSON?) {
            let content = HTML(joining: line)
            line = []
            if attributes?["list"] != nil {
                items.append("<li>\(content)</li>")
                return
            }
            closeList()
            if !content.text.isEmpty {
                blocks.append(attributes?["code-block"] != nil ? "<pre>\(content)</pre>" : "<p>\(content)</p>")
            }
        }
        for part in parts {
            let pieces = ClickUpEvents.plainText(part).split(separator: "\n", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if index > 0 { closeLine(part["attributes"]) }
                if !piece.isEmpty { line.append(inline(String(piece), part)) }
            }
        }
        closeLine(nil)
        closeList()
        return HTML(joining: blocks)
    }

    private static func inline(_ text: String, _ part: JSON) -> HTML {
        var html: HTML = "\(text)"
        if part["type"]?.string == "tag" { return "<span class=\"tag info\">\(html)</span>" }
        let attributes = part["attributes"]
        if attributes?["code"]?.bool == true { html = "<code>\(html)</code>" }
        if attributes?["bold"]?.bool == true { html = "<strong>\(html)</strong>" }
        if attributes?["italic"]?.bool == true { html = "<em>\(html)</em>" }
        // Only web addresses become links: a comment may have been written by anybody.
        if let link = attributes?["link"]?.string, link.hasPrefix("https://") || link.hasPrefix("http://") {
            html = "<a href=\"\(link)\" rel=\"noreferrer\">\(html)</a>"
        }
        return html
    }
}
