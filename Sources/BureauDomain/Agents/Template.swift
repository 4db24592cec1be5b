/// A text with `{name}` placeholders, checked once and then filled any number of times.
///
/// A placeholder is a lower-case letter followed by lower-case letters, digits and underscores, in single braces.
/// Everything else in braces stays as it is, `{{` and `}}` too, so a prompt may show JSON. Values are put in as they
/// are and never read as templates.
package struct Template: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        case placeholder(String)
    }

    package let source: String
    let parts: [Part]

    /// Throws unknown placeholders and braces without a partner all at once (the first ten and three of them).
    package init(_ source: String, allowed: Set<String>) throws(TemplateError) {
        let scan = TemplateScan(source)
        var problems = scan.unbalanced
        for case .placeholder(let name) in scan.parts where !allowed.contains(name) {
            let problem = TemplateError.Problem.unknown(name)
            if problems.count < 10, !problems.contains(problem) { problems.append(problem) }
        }
        guard problems.isEmpty else { throw TemplateError(problems: problems, allowed: allowed.sorted()) }
        self.source = source
        parts = scan.parts
    }

    /// The names used, in order of appearance, each once.
    package var placeholders: [String] {
        var names: [String] = []
        for case .placeholder(let name) in parts where !names.contains(name) { names.append(name) }
        return names
    }

    /// A name without a value becomes an empty text: optional fields may be absent.
    package func render(_ values: [String: String]) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let literal): text += literal
            case .placeholder(let name): text += values[name] ?? ""
            }
        }
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return false }
        return text.utf8.allSatisfy {
            $0.isDigit || $0 == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
        }
    }
}

package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case unknown(String)
        case neverClosed(after: String)
        case neverOpened(after: String)
    }

    package let problems: [Problem]
    package let allowed: [String]

    /// One sentence for each problem, the allowed names where they help.
    package var messages: [String] {
        problems.map { problem in
            switch problem {
            case .unknown(let name):
                "unknown placeholder {\(name)}; allowed are \(allowed.map { "{\($0)}" }.joined(separator: ", "))"
            case .neverClosed(let before): "the { after \(quoted(before)) is never closed"
            case .neverOpened(let before): "the } after \(quoted(before)) closes nothing"
            }
        }
    }

    package var description: String { messages.joined(separator: "; ") }
}

/// Finds placeholders and lone braces in one pass.
struct TemplateScan {
    private(set) var parts: [Template.Part] = []
    private(set) var unbalanced: [TemplateError.Problem] = []

    init(_ source: String) {
        let bytes = Array(source.utf8)
        var literalStart = 0
        var open: [Int] = []
        var closing: [Int] = []
        var offset = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "{"):
                if let name = Self.name(in: bytes, at: offset) {
                    add(bytes[literalStart..<offset])
                    parts.append(.placeholder(name))
                    offset += name.utf8.count + 2
                    literalStart = offset
                    continue
                }
                open.append(offset)
                // A doubled brace is text, whatever follows it.
                if offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "{") {
                    offset += 1
                    open.append(offset)
                }
            case UInt8(ascii: "}"):
                if open.popLast() == nil { closing.append(offset) }
            default: break
            }
            offset += 1
        }
        add(bytes[literalStart...])
        let all =
            closing.prefix(3).map { TemplateError.Problem.neverOpened(after: Self.before($0, bytes)) }
            + open.prefix(3).map { TemplateError.Problem.neverClosed(after: Self.before($0, bytes)) }
        unbalanced = Array(all.prefix(3))
    }

    private mutating func add(_ literal: ArraySlice<UInt8>) {
        if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
    }

    private static let nameBytesMax = 64

    private static func name(in bytes: [UInt8], at brace: Int) -> String? {
        let rest = bytes[(brace + 1)...].prefix(nameBytesMax + 1)
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        return Template.isName(name) ? name : nil
    }

    private static func before(_ offset: Int, _ bytes: [UInt8]) -> String {
        String(String(decoding: bytes[..<offset], as: UTF8.self).suffix(20))
    }
}
