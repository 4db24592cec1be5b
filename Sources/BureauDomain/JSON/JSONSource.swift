/// The bytes of a JSON text and the place of the next one.
struct JSONSource {
    private let bytes: [UInt8]
    private let comments: Bool
    private var offset = 0
    private var line = 1
    private var column = 1

    init(bytes: [UInt8], comments: Bool) {
        self.bytes = bytes
        self.comments = comments
    }

    var isAtEnd: Bool { offset >= bytes.count }
    var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }
    var position: TextPosition { TextPosition(line: line, column: column) }

    private func peek(_ distance: Int) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    mutating func advance() {
        if bytes[offset] == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if offset + 1 >= bytes.count || bytes[offset + 1] & 0xC0 != 0x80 {
            column += 1  // the last byte of a scalar
        }
        offset += 1
    }

    mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        advance()
        return true
    }

    func error(_ message: String, at place: TextPosition? = nil) -> JSONSyntaxError {
        JSONSyntaxError(position: place ?? position, message: message)
    }

    func unexpected(_ wanted: String) -> JSONSyntaxError { error("expected \(wanted), found \(found)") }

    /// The next character as a person would name it.
    private var found: String {
        guard let byte else { return "the end of the file" }
        if byte == UInt8(ascii: "/"), !comments { return "\"/\" (comments are not allowed here)" }
        let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        return quoted(String(decoding: bytes[offset..<min(offset + length, bytes.count)], as: UTF8.self))
    }

    mutating func checkEncoding() throws(JSONSyntaxError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw error("expected JSON, found a byte order mark; save the file as UTF-8 without one")
        }
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var copy = self
        while let length = copy.scalarLength { for _ in 0..<length { copy.advance() } }
        throw copy.error("expected UTF-8 text, found a byte that is not")
    }

    /// How many bytes the scalar here has; nil when they are not a scalar.
    private var scalarLength: Int? {
        (1...4).first { length in
            offset + length <= bytes.count
                && String(validating: bytes[offset..<offset + length], as: UTF8.self) != nil
        }
    }

    mutating func skipSpace() throws(JSONSyntaxError) {
        while let byte {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): advance()
            case UInt8(ascii: "/") where comments: try comment()
            default: return
            }
        }
    }

    private mutating func comment() throws(JSONSyntaxError) {
        let start = position
        switch peek(1) {
        case UInt8(ascii: "/"):
            while let byte, byte != UInt8(ascii: "\n") { advance() }
        case UInt8(ascii: "*"):
            advance()
            advance()
            while !(byte == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
                guard !isAtEnd else { throw error("expected */ to end this comment, found the end", at: start) }
                advance()
            }
            advance()
            advance()
        default: throw error("expected // or /* to start a comment, found a lone /")
        }
    }

    mutating func word() -> String {
        var word: [UInt8] = []
        while let byte, byte.isLetter, word.count <= 16 {
            word.append(byte)
            advance()
        }
        return String(decoding: word, as: UTF8.self)
    }

    mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if byte?.isDigit == true { throw error("expected a number without leading zeros") }
        } else {
            try digits("a digit")
        }
        if take(UInt8(ascii: ".")) { try digits("a digit after the point") }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            advance()
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { advance() }
            try digits("a digit in the exponent")
        }
        return JSONNumber(checked: String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func digits(_ wanted: String) throws(JSONSyntaxError) {
        guard byte?.isDigit == true else { throw unexpected(wanted) }
        while byte?.isDigit == true { advance() }
    }

    mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        var text: [UInt8] = []
        advance()
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw error("expected \" to end the text before the end of the line (write \\n for a new line)")
            case 0..<0x20:
                let digits = (byte < 16 ? "0" : "") + String(byte, radix: 16)
                throw error("expected a control character to be written as \\u00\(digits)")
            default:
                text.append(byte)
                advance()
            }
        }
        throw error("expected \" to end this text, found the end of the file", at: start)
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        let start = position
        advance()
        guard let byte else { throw unexpected("an escape such as \\n") }
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            advance()
            return Array(String(try scalar(start)).utf8)
        default:
            throw error("expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u, found \\ before \(found)", at: start)
        }
        advance()
        return [plain]
    }

    private mutating func scalar(_ start: TextPosition) throws(JSONSyntaxError) -> Character {
        let first = try hex()
        var code = first
        if 0xD800..<0xDC00 ~= first {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw error("expected the second half of a surrogate pair (\\uDC00 to \\uDFFF)", at: start)
            }
            let second = try hex()
            guard 0xDC00..<0xE000 ~= second else {
                throw error("expected the second half of a surrogate pair (\\uDC00 to \\uDFFF)", at: start)
            }
            code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error("expected the first half of a surrogate pair (\\uD800 to \\uDBFF) before this one", at: start)
        }
        return Character(scalar)
    }

    private mutating func hex() throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits after \\u")
            }
            code = code << 4 + UInt32(digit)
            advance()
        }
        return code
    }
}

extension UInt8 {
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
}
