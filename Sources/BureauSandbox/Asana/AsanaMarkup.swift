/// Asana's rich text: strict XML with one `<body>` and a handful of tags. What the vendor refuses is refused here.
struct AsanaMarkup: Sendable {
    indirect enum Node: Sendable {
        case text(String)
        case element(String, [String: String], [Node])
    }

    /// Comments may carry less than the notes of a task.
    enum Place: Sendable { case comment, notes }

    /// What stands in the body.
    let nodes: [Node]
    static let charactersMax = 65_536

    init(_ source: String, in place: Place = .comment) throws(AsanaRefusal) {
        guard source.unicodeScalars.count <= Self.charactersMax else {
            throw .invalid("html_text: Value is too long")
        }
        var reader = AsanaMarkupReader(source, tags: Self.tags(place))
        nodes = try reader.document()
    }

    private static func tags(_ place: Place) -> Set<String> {
        let shared: Set = ["body", "strong", "em", "u", "s", "code", "ol", "ul", "li", "a", "blockquote", "pre"]
        return place == .comment ? shared : shared.union(["h1", "h2", "hr", "img"])
    }

    /// The gids of the people it names.
    var mentions: [String] { Self.mentions(nodes) }

    private static func mentions(_ nodes: [Node]) -> [String] {
        nodes.flatMap { node -> [String] in
            guard case .element(_, let attributes, let inner) = node else { return [] }
            return [attributes["data-asana-gid"]].compactMap(\.self) + mentions(inner)
        }
    }

    /// The same without markup, as `text` and `notes` give it.
    func text(_ name: (String) -> String?) -> String { Self.text(nodes, name) }

    private static func text(_ nodes: [Node], _ name: (String) -> String?) -> String {
        nodes.map { node -> String in
            switch node {
            case .text(let text): return text
            case .element("li", _, let inner): return "\n• " + text(inner, name)
            case .element("ul", _, let inner), .element("ol", _, let inner): return text(inner, name) + "\n"
            case .element(_, let attributes, let inner):
                if inner.isEmpty, let gid = attributes["data-asana-gid"] { return "@" + (name(gid) ?? gid) }
                return text(inner, name)
            }
        }.joined()
    }

    /// As a page shows it.
    func page(_ name: (String) -> String?) -> HTML { HTML(stringLiteral: Self.page(nodes, name)) }

    private static func page(_ nodes: [Node], _ name: (String) -> String?) -> String {
        nodes.map { node -> String in
            switch node {
            case .text(let text): return HTML.escape(text).replacing("\n", with: "<br>")
            case .element("a", let attributes, let inner):
                if let gid = attributes["data-asana-gid"] {
                    return "<span class=\"tag info\">@\(HTML.escape(name(gid) ?? gid))</span>"
                }
                // Checked when it was written: only addresses of the web get here.
                return
                    "<a href=\"\(HTML.escape(attributes["href"] ?? ""))\" rel=\"noreferrer\">\(page(inner, name))</a>"
            case .element(let tag, _, let inner): return "<\(tag)>\(page(inner, name))</\(tag)>"
            }
        }.joined()
    }
}
