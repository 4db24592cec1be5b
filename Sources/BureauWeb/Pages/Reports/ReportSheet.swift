import BureauDomain
import Foundation

/// A file of text as a page of its own: read here and written anew, so that nothing in it is ever markup.
struct ReportSheet {
    struct Span {
        var text: String
        var isCode = false, isStrong = false
        /// Views see stored members only.
        let isPlain: Bool

        init(_ text: String, isCode: Bool = false, isStrong: Bool = false) {
            (self.text, self.isCode, self.isStrong) = (text, isCode, isStrong && !isCode)
            isPlain = !isCode && !isStrong
        }
    }
    struct Line {
        var spans: [Span]
        init(_ spans: [Span]) { self.spans = spans }
        init(_ text: String) { spans = [Span(text)] }
    }
    struct Lines { var lines: [Line] }
    struct Grid {
        var head: [Line]
        var body: [Lines]
    }
    struct Node {
        var name: String, value: String, isLeaf: Bool, isOpen: Bool
        var children: [Node]
    }
    struct Piece {
        var h1: Line?, h2: Line?, h3: Line?, paragraph: Line?, quote: Line?
        var items: Lines?, numbered: Lines?, code: String?, table: Grid?, node: Node?
        var isRule = false
    }

    var title: String
    var note: String?
    var pieces: [Piece]

    static let bytesMax = 1 << 20, csvRowsMax = 200, csvColumnsMax = 60, nodesMax = 3_000, depthMax = 16

    var html: String { ViewLibrary.shared.render(self, "sheet") }

    static func text(_ text: String, title: String) -> ReportSheet {
        ReportSheet(title: title, pieces: [Piece(code: text)])
    }

    static func markdown(_ text: String, title: String) -> ReportSheet {
        var reader = MarkdownReader(text)
        let pieces = reader.read()
        return ReportSheet(
            title: title, note: reader.isCut ? "Only the beginning is shown. Download the file for the rest." : nil,
            pieces: pieces)
    }

    /// The first row is the head. `separator` is a comma or a tab.
    static func table(_ text: String, separator: Character, title: String) -> ReportSheet {
        let rows = CSVReader.rows(text, separator: separator, rowsMax: csvRowsMax + 2)
        let (head, body) = (rows.first ?? [], rows.dropFirst().prefix(csvRowsMax))
        func lines(_ row: [String]) -> [Line] { row.prefix(csvColumnsMax).map { Line($0) } }
        return ReportSheet(
            title: title,
            note: rows.count > csvRowsMax + 1
                ? "The first \(csvRowsMax) rows. Download the file for all of them." : nil,
            pieces: [Piece(table: Grid(head: lines(head), body: body.map { Lines(lines: lines($0)) }))])
    }

    /// What is no JSON is shown as the text it is.
    static func json(_ bytes: [UInt8], title: String) -> ReportSheet {
        guard let value = try? JSONValue.parse(bytes) else {
            var sheet = text(String(decoding: bytes, as: UTF8.self), title: title)
            sheet.note = "This is not well-formed JSON, so it is shown as text."
            return sheet
        }
        var left = nodesMax
        let root = node(title, value, depth: 0, &left)
        return ReportSheet(
            title: title, note: left == 0 ? "Only the first \(nodesMax) values are shown." : nil,
            pieces: [Piece(node: root)])
    }

    private static func node(_ name: String, _ value: JSONValue, depth: Int, _ left: inout Int) -> Node {
        func leaf(_ text: String) -> Node { Node(name: name, value: text, isLeaf: true, isOpen: false, children: []) }
        func branch(_ members: [(String, JSONValue)], _ word: String) -> Node {
            guard depth < depthMax else { return leaf("…") }
            var children: [Node] = []
            for (name, value) in members where left > 0 {
                left -= 1
                children.append(node(name, value, depth: depth + 1, &left))
            }
            return Node(name: name, value: word, isLeaf: false, isOpen: depth < 2, children: children)
        }
        switch value {
        case .string(let text): return leaf(text)
        case .array(let items):
            return branch(items.enumerated().map { ("\($0.offset + 1)", $0.element) }, "\(items.count) entries")
        case .object(let object):
            return branch(object.members.map { ($0.key, $0.value) }, "\(object.members.count) members")
        case .null, .bool, .number: return leaf(value.compact)
        }
    }
}

/// Rows of a file of comma or tab separated values (RFC 4180), forgiving what is not quite one.
enum CSVReader {
    static func rows(_ text: String, separator: Character, rowsMax: Int) -> [[String]] {
        var (rows, row, field, isQuoted): ([[String]], [String], String, Bool) = ([], [], "", false)
        var characters = text.makeIterator()
        var held: Character?
        while rows.count < rowsMax, let character = held ?? characters.next() {
            held = nil
            if isQuoted {
                guard character == "\"" else {
                    field.append(character)
                    continue
                }
                let after = characters.next()
                if after == "\"" {
                    field.append("\"")
                } else {
                    (isQuoted, held) = (false, after)
                }
            } else if character == "\"", field.isEmpty {
                isQuoted = true
            } else if character == separator {
                row.append(field)
                field = ""
            } else if character.isNewline {
                rows.append(row + [field])
                (row, field) = ([], "")
            } else {
                field.append(character)
            }
        }
        if rows.count < rowsMax, !field.isEmpty || !row.isEmpty { rows.append(row + [field]) }
        return rows.filter { $0 != [""] }
    }
}
