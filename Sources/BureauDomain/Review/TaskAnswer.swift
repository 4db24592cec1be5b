/// Reads what people answer when a run has asked for missing values: `name: value`, a line each, or, when only one
/// value is missing and the comment is nothing but that, the comment itself. What does not fit its field is no value:
/// it is asked for again. Pure.
package enum TaskAnswer {
    /// Longest value that is taken from a comment.
    package static let valueCharactersMax = 4_000

    /// Values for some of `missing`, by name. Names are read in any letter case, with spaces, hyphens or underscores.
    /// `takesAlone` is false where nothing was asked for that a comment could be.
    package static func read(_ text: String, missing: [String], takesAlone: Bool = true) -> [String: String] {
        var found: [String: String] = [:]
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix(">") }
        for line in lines {
            guard let (name, value) = pair(line, missing) else { continue }
            found[name] = value
        }
        guard takesAlone, found.isEmpty, missing.count == 1, let only = missing.first else { return found }
        return alone(lines, only).map { [only: $0] } ?? [:]
    }

    /// "Website URL: https://…", "website_url = https://…", "the website url is https://…".
    private static func pair(_ line: String, _ missing: [String]) -> (String, String)? {
        for separator in [":", "=", " is ", " are "] {
            guard let range = line.range(of: separator, in: line) else { continue }
            let name = folded(String(line[..<range.lowerBound]))
            let value = line[range.upperBound...].trimmed
            guard let known = missing.first(where: { folded($0) == name }) else { continue }
            let isNamed = separator == ":" || separator == "="
            return AnswerValue(known).read(String(value.prefix(valueCharactersMax)), isNamed ? .named : .said)
                .map { (known, $0) }
        }
        return nil
    }

    /// One short line that is no question, no small talk and fits the field can only be the value.
    private static func alone(_ lines: [String], _ name: String) -> String? {
        let lines = lines.map { $0[...].trimmed }.filter { !$0.isEmpty }
        guard lines.count == 1, let line = lines.first, !line.hasSuffix("?"), line.count <= 500 else { return nil }
        // "phone: …" names something else.
        if let colon = line.firstIndex(of: ":"), line[line.index(after: colon)...].first?.isWhitespace == true {
            return nil
        }
        return AnswerValue(name).read(line, .alone)
    }

    private static func folded(_ name: String) -> String {
        var words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if let first = words.first, ["the", "our", "their", "your", "client"].contains(first), words.count > 1,
            words.first != "client"
        {
            words.removeFirst()
        }
        return words.joined(separator: " ")
    }
}

extension String {
    fileprivate func range(of separator: String, in line: String) -> Range<String.Index>? {
        let lower = line.lowercased()
        guard lower.utf16.count == line.utf16.count else { return nil }
        var index = lower.startIndex
        while index < lower.endIndex {
            if lower[index...].hasPrefix(separator) {
                let start = line.index(line.startIndex, offsetBy: lower.distance(from: lower.startIndex, to: index))
                return start..<line.index(start, offsetBy: separator.count)
            }
            index = lower.index(after: index)
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
