/// Writes JSON with the same bytes every time, in every process.
///
/// Text is escaped as little as the grammar allows, in lower-case hex, so that UTF-8 stays readable. Sorted means by
/// Unicode scalar values, which is also the order of the UTF-8 bytes.
struct JSONWriter {
    var pretty = false
    var sorted = false
    var canonicalNumbers = false
    private(set) var text = ""

    init(pretty: Bool = false, sorted: Bool = false, canonicalNumbers: Bool = false) {
        self.pretty = pretty
        self.sorted = sorted
        self.canonicalNumbers = canonicalNumbers
    }

    mutating func write(_ value: JSONValue, indent: Int = 0) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .number(let number): text += canonicalNumbers ? number.canonicalText : number.text
        case .string(let string): quote(string)
        case .array(let items):
            list(items, open: "[", close: "]", indent: indent) { writer, item in
                writer.write(item, indent: indent + 1)
            }
        case .object(let object):
            let members = sorted ? object.members.sorted { Self.before($0.key, $1.key) } : object.members
            list(members, open: "{", close: "}", indent: indent) { writer, member in
                writer.quote(member.key)
                writer.text += writer.pretty ? ": " : ":"
                writer.write(member.value, indent: indent + 1)
            }
        }
    }

    private mutating func list<Item>(
        _ items: [Item], open: String, close: String, indent: Int, each: (inout JSONWriter, Item) -> Void
    ) {
        text += open
        for (place, item) in items.enumerated() {
            if place > 0 { text += "," }
            newLine(indent + 1)
            each(&self, item)
        }
        if !items.isEmpty { newLine(indent) }
        text += close
    }

    private mutating func newLine(_ indent: Int) {
        guard pretty else { return }
        text += "\n" + String(repeating: "  ", count: indent)
    }

    private mutating func quote(_ string: String) {
        text += "\""
        defer { text += "\"" }
        // Most text has nothing to escape, and is taken over whole.
        guard string.utf8.contains(where: Self.mayNeedEscape) else {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func mayNeedEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func before(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension JSONValue {
    /// One line, members in their own order.
    package var compact: String { written(JSONWriter()) }

    /// One line, members sorted.
    package var sorted: String { written(JSONWriter(sorted: true)) }

    /// Two spaces an indent, members in their own order, no newline at the end.
    package var pretty: String { written(JSONWriter(pretty: true)) }

    /// The one spelling of this value, for hashing and comparing: sorted, compact, numbers normalised (5.00 is 5).
    package var canonical: String { written(JSONWriter(sorted: true, canonicalNumbers: true)) }

    private func written(_ writer: JSONWriter) -> String {
        var writer = writer
        writer.write(self)
        return writer.text
    }
}
