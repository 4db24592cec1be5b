import Foundation

/// Times as Asana writes and reads them: ISO 8601 in UTC with milliseconds.
enum AsanaTime {
    static func text(_ milliseconds: Int) -> String {
        // Not through a fraction of a second, which no binary number holds exactly.
        let whole = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601).dropLast()
        return whole + String(format: ".%03dZ", milliseconds % 1_000)
    }

    static func milliseconds(_ text: String) -> Int? {
        let date =
            (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
            ?? (try? Date.ISO8601FormatStyle().parse(text)) ?? day(text)
        return date.map { Int(($0.timeIntervalSince1970 * 1_000).rounded()) }
    }

    static func isDay(_ text: String) -> Bool { day(text) != nil }

    private static func day(_ text: String) -> Date? {
        guard text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else { return nil }
        return try? Date.ISO8601FormatStyle().year().month().day().parse(text)
    }
}
