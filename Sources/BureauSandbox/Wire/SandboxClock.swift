import Foundation

enum SandboxClock {
    /// "2026-11-21 09:30:05 UTC", for pages.
    static func readable(milliseconds: Int) -> String {
        let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space).year().month().day().time(
            includingFractionalSeconds: false)
        return Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(style) + " UTC"
    }
}
