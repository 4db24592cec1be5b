/// One thing wrong in a file that people write, told by path and place.
package struct ConfigProblem: Hashable, Sendable, Codable, CustomStringConvertible {
    package enum Severity: String, Hashable, Sendable, Codable { case error, warning }

    package let file: String
    /// "delivery.slack.channel", "payload_source.clickup.required_fields[2]", or "" for the whole file.
    package let path: String
    package let line: Int
    package let column: Int
    package let message: String
    /// What was probably meant, ready to be put in its place.
    package let suggestion: String?
    package let severity: Severity

    package init(
        file: String, path: String, line: Int, column: Int, message: String, suggestion: String?, severity: Severity
    ) {
        self.file = file
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.suggestion = suggestion
        self.severity = severity
    }

    /// `agents/sentinel.json:41:7 delivery.slack.chanel: unknown key; did you mean "channel"?`
    package var description: String {
        let warning = severity == .warning ? " warning:" : ""
        let place = path.isEmpty ? "" : " \(path):"
        let hint = suggestion.map { "; did you mean \(quoted($0))?" } ?? ""
        return "\(file):\(line):\(column)\(warning)\(place) \(message)\(hint)"
    }
}

/// Collects what is wrong in one file, so that everything can be mended in one go.
final class ConfigProblems {
    /// More than a person mends in one go; a hostile file cannot make the list long.
    static let errorsMax = 200
    static let warningsMax = 50

    let file: String
    private(set) var list: [ConfigProblem] = []
    private var errors = 0
    private var warnings = 0

    init(file: String) { self.file = file }

    func add(
        _ path: String, _ position: TextPosition, _ message: String, suggestion: String? = nil,
        severity: ConfigProblem.Severity = .error
    ) {
        switch severity {
        case .error:
            errors += 1
            if errors > Self.errorsMax { return }
        case .warning:
            warnings += 1
            if warnings > Self.warningsMax { return }
        }
        list.append(
            ConfigProblem(
                file: file, path: path, line: position.line, column: position.column, message: message,
                suggestion: suggestion, severity: severity))
    }

    /// More errors would not be kept.
    var isFull: Bool { errors >= Self.errorsMax }

    var hasErrors: Bool { errors > 0 }

    /// In the order of the file.
    var sorted: [ConfigProblem] {
        list.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }
        .map(\.element)
    }
}
