/// A line and column of a text file, both from 1. Columns count Unicode scalars; a tab is one.
package struct TextPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = TextPosition(line: 1, column: 1)

    package static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package var description: String { "\(line):\(column)" }
}

/// Why a text is not the JSON we accept, and where.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: TextPosition
    package let message: String

    package var description: String { "\(position) \(message)" }
}

/// A JSON value that remembers where in the file each key and value stands, so that a mistake in what they say can be
/// shown to the person who wrote them.
package struct PositionedJSON: Sendable {
    package struct Member: Sendable {
        package let key: String
        package let keyPosition: TextPosition
        package let value: PositionedJSON
    }

    package enum Kind: Sendable {
        case null
        case bool(Bool)
        case number(JSONNumber)
        case string(String)
        case array([PositionedJSON])
        case object([Member])
    }

    package let position: TextPosition
    package let kind: Kind

    package static let bytesMaxByDefault = 1 << 20
    package static let depthMax = 64

    /// Parses JSON (RFC 8259) strictly. With `comments`, `//` and `/* */` may stand wherever a space may; nothing else
    /// is lenient: no trailing commas, no single quotes, no duplicate keys (also none that differ only in Unicode
    /// normalisation), no byte order mark, UTF-8 only.
    package static func parse(
        _ bytes: [UInt8], comments: Bool = true, bytesMax: Int = bytesMaxByDefault
    ) throws(JSONSyntaxError) -> PositionedJSON {
        guard bytes.count <= bytesMax else {
            throw JSONSyntaxError(
                position: .start, message: "expected at most \(bytesMax) bytes, found \(bytes.count)")
        }
        var parser = JSONParser(bytes: bytes, comments: comments)
        return try parser.document()
    }

    /// The same value without positions.
    package var value: JSONValue {
        switch kind {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        case .array(let items): .array(items.map(\.value))
        case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.value) }))
        }
    }
}

extension JSONValue {
    /// Parses strict JSON without comments; use `PositionedJSON` for files that people write.
    package static func parse(
        _ bytes: [UInt8], bytesMax: Int = PositionedJSON.bytesMaxByDefault
    ) throws(JSONSyntaxError) -> JSONValue {
        try PositionedJSON.parse(bytes, comments: false, bytesMax: bytesMax).value
    }
}
