/// As much of Markdown as reports use: headings, paragraphs, lists, tables, quotes, code, bold. HTML inside it is
/// shown as the letters it is made of, and links as their words with the address, which lead nowhere.
struct MarkdownReader {
    static let piecesMax = 4_000

    private let lines: [Substring]
    private var place = 0
    private var pieces: [ReportSheet.Piece] = []
    private(set) var isCut = false

    init(_ text: String) { lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) }

    mutating func read() -> [ReportSheet.Piece] {
        while place < lines.count {
            guard pieces.count < Self.piecesMax else {
                isCut = true
                break
            }
            step(Self.trimmed(lines[place]))
        }
        return pieces
    }

    private mutating func step(_ line: Substring) {
        if line.isEmpty {
            place += 1
        } else if line.hasPrefix("```") || line.hasPrefix("~~~") {
            fence(line.prefix(3))
        } else if let level = Self.heading(line) {
            let words = Self.line(line.drop { $0 == "#" })
            pieces.append(
                level == 1 ? .init(h1: words) : level == 2 ? .init(h2: words) : .init(h3: words))
            place += 1
        } else if Self.isRule(line) {
            pieces.append(.init(isRule: true))
            place += 1
        } else if line.hasPrefix(">") {
            pieces.append(
                .init(
                    quote: Self.line(
                        run {
                            $0.hasPrefix(">")
                        } clean: {
                            $0.dropFirst()
                        })))
        } else if line.hasPrefix("|"), place + 1 < lines.count, Self.isDivider(Self.trimmed(lines[place + 1])) {
            table()
        } else if Self.bullet(line) != nil {
            pieces.append(.init(items: list(Self.bullet)))
        } else if Self.number(line) != nil {
            pieces.append(.init(numbered: list(Self.number)))
        } else {
            paragraph()
        }
    }

    private mutating func fence(_ mark: Substring) {
        var code: [Substring] = []
        place += 1
        while place < lines.count, !Self.trimmed(lines[place]).hasPrefix(mark) {
            code.append(lines[place])
            place += 1
        }
        place += 1
        pieces.append(.init(code: code.joined(separator: "\n")))
    }

    /// Lines that go on as they began, as one text.
    private mutating func run(
        while fits: (Substring) -> Bool, clean: (Substring) -> Substring = { $0 }
    ) -> Substring {
        var words: [Substring] = []
        while place < lines.count {
            let line = Self.trimmed(lines[place])
            guard fits(line) else { break }
            words.append(Self.trimmed(clean(line)))
            place += 1
        }
        return Substring(words.joined(separator: " "))
    }

    private mutating func paragraph() {
        var isFirst = true
        let text = run { line in
            defer { isFirst = false }
            return isFirst
                || !(line.isEmpty || Self.heading(line) != nil || line.hasPrefix("```") || line.hasPrefix(">")
                    || line.hasPrefix("|") || Self.bullet(line) != nil || Self.number(line) != nil)
        }
        pieces.append(.init(paragraph: Self.line(text)))
    }

    private mutating func list(_ entry: (Substring) -> Substring?) -> ReportSheet.Lines {
        var entries: [Substring] = []
        while place < lines.count, entries.count < Self.piecesMax {
            let line = Self.trimmed(lines[place])
            if let words = entry(line) {
                entries.append(words)
            } else if !line.isEmpty, lines[place].first == " ", let last = entries.popLast() {
                entries.append(last + " " + (Self.bullet(line) ?? Self.number(line) ?? line))
            } else {
                break
            }
            place += 1
        }
        return .init(lines: entries.map(Self.line))
    }

    private mutating func table() {
        let head = Self.cells(lines[place])
        var body: [ReportSheet.Lines] = []
        place += 2
        while place < lines.count, Self.trimmed(lines[place]).hasPrefix("|"), body.count < Self.piecesMax {
            body.append(.init(lines: Self.cells(lines[place])))
            place += 1
        }
        pieces.append(.init(table: .init(head: head, body: body)))
    }

    // MARK: What a line is

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0 == " " || $0 == "\t" }
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }

    private static func heading(_ line: Substring) -> Int? {
        let level = line.prefix { $0 == "#" }.count
        return (1...6).contains(level) && line.dropFirst(level).first == " " ? level : nil
    }

    private static func isRule(_ line: Substring) -> Bool {
        line.count >= 3 && ["-", "*", "_"].contains { mark in line.allSatisfy { String($0) == mark || $0 == " " } }
    }

    private static func isDivider(_ line: Substring) -> Bool {
        line.contains("-") && line.allSatisfy { "|-: ".contains($0) }
    }

    private static func bullet(_ line: Substring) -> Substring? {
        guard let first = line.first, "-*+".contains(first), line.dropFirst().first == " " else { return nil }
        return trimmed(line.dropFirst(2))
    }

    private static func number(_ line: Substring) -> Substring? {
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        let rest = line.dropFirst(digits.count)
        guard (1...4).contains(digits.count), let mark = rest.first, mark == "." || mark == ")",
            rest.dropFirst().first == " "
        else { return nil }
        return trimmed(rest.dropFirst(2))
    }

    private static func cells(_ line: Substring) -> [ReportSheet.Line] {
        var row = trimmed(line).dropFirst()
        if row.last == "|" { row.removeLast() }
        return row.split(separator: "|", omittingEmptySubsequences: false).prefix(40).map { Self.line(trimmed($0)) }
    }

    // MARK: Inside a line

    /// `code`, **bold** and [words](address); every other letter as it is.
    static func line(_ text: Substring) -> ReportSheet.Line {
        var spans: [ReportSheet.Span] = []
        for (index, piece) in trimmed(text).split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                spans.append(.init(String(piece), isCode: true))
            } else {
                spans += bold(piece)
            }
        }
        return .init(spans.filter { !$0.text.isEmpty })
    }

    private static func bold(_ text: Substring) -> [ReportSheet.Span] {
        text.split(separator: "**", omittingEmptySubsequences: false).enumerated().map { index, piece in
            .init(linksAsWords(piece), isStrong: index % 2 == 1)
        }
    }

    private static func linksAsWords(_ text: Substring) -> String {
        var (rest, words) = (text, "")
        while let middle = rest.firstRange(of: "]("), let start = rest[..<middle.lowerBound].lastIndex(of: "["),
            let end = rest[middle.upperBound...].firstIndex(of: ")")
        {
            let (name, address) = (
                rest[rest.index(after: start)..<middle.lowerBound], rest[middle.upperBound..<end]
            )
            words += rest[..<start] + (name == address || name.isEmpty ? "\(address)" : "\(name) (\(address))")
            rest = rest[rest.index(after: end)...]
        }
        return words + rest
    }
}
