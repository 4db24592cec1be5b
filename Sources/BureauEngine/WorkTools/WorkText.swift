/// What is written on a task, before any tool's own form: ClickUp takes parts with attributes, Asana one strict piece
/// of XML. Nothing in it is markup, so what people and models wrote can stand in it as it is.
package struct WorkText: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
    package enum Part: Hashable, Sendable, Codable {
        case text(String)
        case bold(String)
        /// A word for machines: an id, a reference.
        case code(String)
        case link(String, url: String)
        /// Names a person so that the tool tells them.
        case mention(userID: String)
        /// Ends a line.
        case newline
        /// Ends the line before it and makes that line a bullet.
        case bullet
        /// Ends the line before it and makes that line a quotation.
        case quote
    }

    package var parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }
    package init(arrayLiteral parts: Part...) { self.parts = parts }

    package static func + (one: WorkText, other: WorkText) -> WorkText { WorkText(one.parts + other.parts) }
    package static func += (one: inout WorkText, other: WorkText) { one.parts += other.parts }

    /// What a person wrote, as quoted lines: at most `charactersMax` characters of it, in at most `linesMax` lines.
    package static func quoting(_ text: String, charactersMax: Int = 600, linesMax: Int = 20) -> WorkText {
        var shown = String(text.prefix(charactersMax))
        if shown.count < text.count { shown += "…" }
        let lines = shown.split(whereSeparator: \.isNewline).prefix(linesMax)
        return WorkText(lines.flatMap { [.text(String($0)), .quote] })
    }

    /// One line, with its end.
    package static func line(_ text: String) -> WorkText { [.text(text), .newline] }

    /// Without the end of its last line, for what is followed by a line of its own.
    package var open: WorkText { parts.last == .newline ? WorkText(parts.dropLast()) : self }

    /// The words alone.
    package var plain: String {
        parts.map { part in
            switch part {
            case .text(let text), .bold(let text), .code(let text), .link(let text, _): text
            case .mention: ""
            case .newline, .bullet, .quote: "\n"
            }
        }.joined()
    }
}
