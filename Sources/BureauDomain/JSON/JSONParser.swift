/// One pass over the bytes, recursive, at most `PositionedJSON.depthMax` deep.
struct JSONParser {
    var source: JSONSource

    init(bytes: [UInt8], comments: Bool) { source = JSONSource(bytes: bytes, comments: comments) }

    mutating func document() throws(JSONSyntaxError) -> PositionedJSON {
        try source.checkEncoding()
        try source.skipSpace()
        let value = try value(depth: 1)
        try source.skipSpace()
        guard source.isAtEnd else { throw source.unexpected("the end of the file") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> PositionedJSON {
        let position = source.position
        let kind: PositionedJSON.Kind
        switch source.byte {
        case UInt8(ascii: "{"): kind = .object(try members(depth: depth))
        case UInt8(ascii: "["): kind = .array(try items(depth: depth))
        case UInt8(ascii: "\""): kind = .string(try source.string())
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: kind = .number(try source.number())
        case let byte? where byte.isLetter: kind = try word()
        default: throw source.unexpected("a value")
        }
        return PositionedJSON(position: position, kind: kind)
    }

    private mutating func word() throws(JSONSyntaxError) -> PositionedJSON.Kind {
        let error = source.unexpected("a value (texts stand in double quotes)")
        switch source.word() {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: throw error
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONSyntaxError) {
        guard depth <= PositionedJSON.depthMax else {
            throw source.error("expected at most \(PositionedJSON.depthMax) levels of nesting")
        }
        source.advance()
        try source.skipSpace()
    }

    private mutating func items(depth: Int) throws(JSONSyntaxError) -> [PositionedJSON] {
        try enter(depth)
        var items: [PositionedJSON] = []
        if source.take(UInt8(ascii: "]")) { return items }
        while true {
            items.append(try value(depth: depth + 1))
            try source.skipSpace()
            if source.take(UInt8(ascii: "]")) { return items }
            guard source.take(UInt8(ascii: ",")) else { throw source.unexpected("a comma or ]") }
            try source.skipSpace()
            if source.byte == UInt8(ascii: "]") { throw source.unexpected("a value after the comma") }
        }
    }

    private mutating func members(depth: Int) throws(JSONSyntaxError) -> [PositionedJSON.Member] {
        try enter(depth)
        var members: [PositionedJSON.Member] = []
        var seen: [String: TextPosition] = [:]
        if source.take(UInt8(ascii: "}")) { return members }
        while true {
            let member = try member(depth: depth)
            if let first = seen.updateValue(member.keyPosition, forKey: member.key) {
                throw JSONSyntaxError(
                    position: member.keyPosition,
                    message: "expected each key once, found \(quoted(member.key)) again (first on line \(first.line))")
            }
            members.append(member)
            try source.skipSpace()
            if source.take(UInt8(ascii: "}")) { return members }
            guard source.take(UInt8(ascii: ",")) else { throw source.unexpected("a comma or }") }
            try source.skipSpace()
            if source.byte == UInt8(ascii: "}") { throw source.unexpected("a key after the comma") }
        }
    }

    private mutating func member(depth: Int) throws(JSONSyntaxError) -> PositionedJSON.Member {
        let position = source.position
        guard source.byte == UInt8(ascii: "\"") else { throw source.unexpected("a key in double quotes") }
        let key = try source.string()
        try source.skipSpace()
        guard source.take(UInt8(ascii: ":")) else { throw source.unexpected("a colon after the key") }
        try source.skipSpace()
        return PositionedJSON.Member(key: key, keyPosition: position, value: try value(depth: depth + 1))
    }
}

/// A text from a file as it may stand in a message: quoted, control characters shown, cut at 60 characters.
func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let short = scalars.count > 60 ? String(String.UnicodeScalarView(scalars.prefix(59))) + "…" : text
    return JSONValue.string(short).compact
}
