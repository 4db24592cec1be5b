/// One line of Swift, taken apart well enough for the rules of these tests: what is code, what is comment, and which
/// string literals stand there. A literal's text is left out of `code`; code inside an interpolation stays in.
struct SwiftLine: Equatable {
    var code = "", comment = ""
    var literals: [String] = []

    static func lines(of text: String) -> [SwiftLine] {
        var reader = SwiftLineReader(bytes: Array(text.utf8))
        return reader.read()
    }
}

private struct SwiftLineReader {
    private enum Mode: Equatable {
        case code(openParentheses: Int)
        case string(hashes: Int, multiline: Bool)
        case blockComment(depth: Int)
    }

    private let bytes: [UInt8]
    private var at = 0
    private var modes: [Mode] = [.code(openParentheses: 0)]
    private var lines: [SwiftLine] = []
    private var code: [UInt8] = [], comment: [UInt8] = [], literal: [UInt8] = []
    private var literals: [String] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() -> [SwiftLine] {
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\n") {
                endLine()
                at += 1
                continue
            }
            switch modes[modes.count - 1] {
            case .code(let open): readCode(openParentheses: open)
            case .string(let hashes, let multiline): readString(hashes: hashes, multiline: multiline)
            case .blockComment(let depth): readBlockComment(depth: depth)
            }
        }
        endLine()
        return lines
    }

    private mutating func readCode(openParentheses open: Int) {
        if starts(with: "//") {
            while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { take(into: \.comment) }
        } else if starts(with: "/*") {
            modes.append(.blockComment(depth: 1))
            at += 2
        } else if let hashes = hashesOfLiteral() {
            at += hashes
            let multiline = starts(with: "\"\"\"")
            at += multiline ? 3 : 1
            code.append(UInt8(ascii: "\""))
            literal = []
            modes.append(.string(hashes: hashes, multiline: multiline))
        } else {
            let byte = bytes[at]
            if modes.count > 1, byte == UInt8(ascii: ")"), open == 0 {
                modes.removeLast()
                at += 1
                return
            }
            if byte == UInt8(ascii: "(") { modes[modes.count - 1] = .code(openParentheses: open + 1) }
            if byte == UInt8(ascii: ")") { modes[modes.count - 1] = .code(openParentheses: open - 1) }
            take(into: \.code)
        }
    }

    private mutating func readString(hashes: Int, multiline: Bool) {
        let fence = String(repeating: "#", count: hashes)
        if starts(with: (multiline ? "\"\"\"" : "\"") + fence) {
            at += (multiline ? 3 : 1) + hashes
            literals.append(String(decoding: literal, as: UTF8.self))
            literal = []
            modes.removeLast()
        } else if starts(with: "\\" + fence + "(") {
            at += 2 + hashes
            modes.append(.code(openParentheses: 0))
        } else if hashes == 0, bytes[at] == UInt8(ascii: "\\") {
            let escapesNewline = at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "\n")
            at += escapesNewline ? 1 : 2
        } else {
            take(into: \.literal)
        }
    }

    private mutating func readBlockComment(depth: Int) {
        if starts(with: "/*") || starts(with: "*/") {
            let inner = bytes[at] == UInt8(ascii: "/") ? depth + 1 : depth - 1
            modes[modes.count - 1] = .blockComment(depth: inner)
            if inner == 0 { modes.removeLast() }
            at += 2
        } else {
            take(into: \.comment)
        }
    }

    /// The number of `#` in front of a literal that starts here; nil when none starts here.
    private func hashesOfLiteral() -> Int? {
        var next = at
        while next < bytes.count, bytes[next] == UInt8(ascii: "#") { next += 1 }
        return next < bytes.count && bytes[next] == UInt8(ascii: "\"") ? next - at : nil
    }

    private func starts(with text: String) -> Bool {
        bytes[at...].starts(with: text.utf8)
    }

    private mutating func take(into part: WritableKeyPath<Self, [UInt8]>) {
        self[keyPath: part].append(bytes[at])
        at += 1
    }

    private mutating func endLine() {
        // A one-line literal ends with its line, whatever is missing: a slip in one line must not hide the next.
        if case .string(_, multiline: false) = modes[modes.count - 1] { modes = [.code(openParentheses: 0)] }
        lines.append(
            SwiftLine(
                code: String(decoding: code, as: UTF8.self), comment: String(decoding: comment, as: UTF8.self),
                literals: literals))
        (code, comment, literals) = ([], [], [])
    }
}
