/// Reads a report's Markdown line by line, each line's start only.
enum MarkdownReport {
    private static let lineCharactersMax = 600
    private static let linesMax = 20_000

    static func facts(_ bytes: [UInt8]) -> ReportFacts {
        let text = String(decoding: bytes, as: UTF8.self)
        var facts = ReportFacts()
        var plainScore: ReportFacts.Score?
        for line in text.split(maxSplits: linesMax, whereSeparator: \.isNewline) {
            let line = String(line.prefix(lineCharactersMax))
            let words = ReportText.withoutMarkup(line).lowercased()
            if facts.score == nil { facts.score = score(in: words, after: "overall score") }
            if plainScore == nil { plainScore = score(in: words, after: "score:") }
            if facts.coverage == nil { facts.coverage = coverage(in: words) }
            if facts.priorities.count < ReportFacts.prioritiesReadMax, let priority = priority(in: line) {
                facts.priorities.append(priority)
            }
        }
        facts.score = facts.score ?? plainScore
        return facts
    }

    /// "71/100", "71 / 100", "71 of 100", "71 out of 100" or "71%" at the start, whatever marks stand before it.
    static func score(in text: String) -> ReportFacts.Score? {
        var rest = text[...].drop { !isDigit($0) }
        guard let value = number(&rest) else { return nil }
        rest = rest.drop { $0 == " " }
        if rest.first == "%" { return ReportFacts.Score(value, outOf: 100) }
        guard let mark = ["/", "out of", "of"].first(where: { rest.hasPrefix($0) }) else { return nil }
        rest = rest.dropFirst(mark.count).drop { $0 == " " }
        return number(&rest).flatMap { ReportFacts.Score(value, outOf: $0) }
    }

    private static func score(in words: String, after label: String) -> ReportFacts.Score? {
        guard let place = words.firstRange(of: label) else { return nil }
        let rest = words[place.upperBound...].prefix(40)
        let gap = rest.prefix { !isDigit($0) }
        guard gap.count <= 12, !gap.contains(where: \.isLetter) else { return nil }
        if let score = score(in: String(rest)) { return score }
        // "Overall Score: 71" and nothing more on the line, or in the table's cell.
        var bare = rest.dropFirst(gap.count)
        let value = number(&bare)
        let isAlone = (bare.drop { $0 == " " || $0 == "_" }.first ?? "|") == "|"
        return isAlone ? value.flatMap { ReportFacts.Score($0, outOf: 100) } : nil
    }

    private static func coverage(in words: String) -> Int? {
        guard let place = words.firstRange(of: "coverage") else { return nil }
        var rest = words[place.upperBound...].prefix(30).drop { ":| ".contains($0) }
        guard let value = number(&rest), 0...100 ~= value else { return nil }
        return rest.drop { $0 == " " }.first == "%" ? value : nil
    }

    /// A bullet, a numbered entry or a table row that starts with P1, P2 or P3.
    static func priority(in line: String) -> ReportSummary.Priority? {
        let isRow = line.drop { $0 == " " }.first == "|"
        var rest = ReportText.withoutMarkup(line)[...].drop { " \t-+•|>_".contains($0) }
        let entryNumber = rest.prefix { isDigit($0) }
        if 1...3 ~= entryNumber.count, let mark = rest.dropFirst(entryNumber.count).first, mark == "." || mark == ")" {
            rest = rest.dropFirst(entryNumber.count + 1).drop { " _[".contains($0) }
        }
        rest = rest.drop { "[(".contains($0) }
        guard let letter = rest.first, letter == "P" || letter == "p", let digit = rest.dropFirst().first,
            "123".contains(digit), digit.isASCII
        else { return nil }
        rest = rest.dropFirst(2)
        guard let next = rest.first, !next.isLetter, !isDigit(next) else { return nil }
        rest = rest.drop { !$0.isLetter && !isDigit($0) && $0 != "\"" && $0 != "$" }
        let title = isRow ? rest.prefix { $0 != "|" } : rest
        return ReportSummary.Priority(rank: "P\(digit)", rawTitle: String(title))
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// At most four digits and an ignored fraction; longer numbers are no scores.
    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { isDigit($0) }
        guard 1...4 ~= digits.count else { return nil }
        rest = rest.dropFirst(digits.count)
        if rest.first == ".", rest.dropFirst().first.map(isDigit) == true {
            rest = rest.dropFirst().drop { isDigit($0) }
        }
        return Int(digits)
    }
}
