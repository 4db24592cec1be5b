/// Reads rich text one character after the other. Anything that is not plainly right is a refusal.
struct AsanaMarkupReader {
    typealias Node = AsanaMarkup.Node
    private struct Open { let name: String, attributes: [String: String], nodes: [Node] }

    private let scalars: [Unicode.Scalar], tags: Set<String>
    private var at = 0
    private static let depthMax = 32, attributesMax = 8
    private static let linkAttributes: Set = [
        "href", "data-asana-gid", "data-asana-dynamic", "data-asana-type", "data-asana-accessible",
    ]

    init(_ source: String, tags: Set<String>) {
        scalars = Array(source.unicodeScalars)
        self.tags = tags
    }

    private func failure(_ why: String) -> AsanaRefusal { .invalid("XML is invalid: \(why)") }

    mutating func document() throws(AsanaRefusal) -> [Node] {
        var open: [Open] = []
        while at < scalars.count {
            guard scalars[at] == "<" else {
                let text = try characters(until: "<")
                guard let top = open.popLast() else { throw failure("text outside of <body>") }
                open.append(Open(name: top.name, attributes: top.attributes, nodes: top.nodes + [.text(text)]))
                continue
            }
            at += 1
            if peek == "/" {
                at += 1
                let name = word()
                guard take(">") else { throw failure("</\(name) is not closed") }
                guard let top = open.popLast(), top.name == name else { throw failure("</\(name)> closes nothing") }
                if open.isEmpty {
                    guard at == scalars.count else { throw failure("text after </body>") }
                    return top.nodes
                }
                try add(.element(top.name, top.attributes, top.nodes), to: &open)
            } else {
                let (tag, isEmpty) = try openTag(inside: open.last?.name, depth: open.count)
                if isEmpty {
                    try add(.element(tag.name, tag.attributes, []), to: &open)
                } else {
                    open.append(tag)
                }
            }
        }
        throw failure(open.last.map { "<\($0.name)> is not closed" } ?? "<body> is missing")
    }

    private func add(_ node: Node, to open: inout [Open]) throws(AsanaRefusal) {
        guard let top = open.popLast() else { throw failure("<body> is missing") }
        open.append(Open(name: top.name, attributes: top.attributes, nodes: top.nodes + [node]))
    }

    private mutating func openTag(
        inside parent: String?, depth: Int
    ) throws(AsanaRefusal) -> (tag: Open, isEmpty: Bool) {
        let name = word()
        guard tags.contains(name), depth < Self.depthMax else { throw failure("<\(name)> is not allowed") }
        guard (name == "body") == (parent == nil) else { throw failure("the root is one <body>") }
        let isList = ["ul", "ol"].contains(parent ?? "")
        guard (name == "li") == isList else { throw failure("<\(name)> in <\(parent ?? "")>") }
        var attributes: [String: String] = [:]
        while let next = peek, isSpace(next) {
            while let space = peek, isSpace(space) { at += 1 }
            if peek == "/" || peek == ">" { break }
            let key = word()
            guard take("="), let quote = peek, quote == "\"" || quote == "'" else {
                throw failure("attribute \(key) is not quoted")
            }
            at += 1
            let value = try characters(until: quote)
            guard take(quote) else { throw failure("attribute \(key) is not closed") }
            guard ["a", "img"].contains(name), Self.linkAttributes.contains(key) || name == "img",
                attributes[key] == nil, attributes.count < Self.attributesMax
            else { throw failure("attribute \(key) on <\(name)>") }
            attributes[key] = value
        }
        let isEmpty = take("/")
        guard take(">") else { throw failure("<\(name) is not closed") }
        try check(name, attributes)
        return (Open(name: name, attributes: attributes, nodes: []), isEmpty)
    }

    private func check(_ name: String, _ attributes: [String: String]) throws(AsanaRefusal) {
        guard name == "a" else { return }
        let isObject = attributes["data-asana-gid"]?.allSatisfy { $0.isASCII && $0.isNumber } ?? false
        let isAddress = ["http://", "https://", "mailto:"].contains { attributes["href"]?.hasPrefix($0) ?? false }
        guard isObject || isAddress else { throw failure("<a> leads nowhere") }
    }

    /// Text up to a character, with its references resolved.
    private mutating func characters(until end: Unicode.Scalar) throws(AsanaRefusal) -> String {
        var text = String.UnicodeScalarView()
        while let next = peek, next != end {
            at += 1
            switch next {
            case "&": text.append(try reference())
            case "<": throw failure("< in an attribute")
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
                throw failure("a control character")
            default: text.append(next)
            }
        }
        return String(text)
    }

    private mutating func reference() throws(AsanaRefusal) -> Unicode.Scalar {
        let isNumber = take("#"), name = word()
        guard take(";") else { throw failure("& is not escaped") }
        if isNumber {
            let code = name.hasPrefix("x") ? UInt32(name.dropFirst(), radix: 16) : UInt32(name)
            if let code, code >= 0x20 || [9, 10, 13].contains(code), let scalar = Unicode.Scalar(code) {
                return scalar
            }
        }
        let known: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        guard !isNumber, let scalar = known[name] else { throw failure("&\(name); is not known") }
        return scalar
    }

    private var peek: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        at += 1
        return true
    }

    private func isSpace(_ scalar: Unicode.Scalar) -> Bool { [" ", "\n", "\t", "\r"].contains(scalar) }

    /// Letters, digits and hyphens; at most 40 of them.
    private mutating func word() -> String {
        var text = String.UnicodeScalarView()
        while let next = peek, next.isASCII, next == "-" || next.properties.isAlphabetic || ("0"..."9").contains(next),
            text.count < 40
        {
            text.append(next)
            at += 1
        }
        return String(text)
    }
}
