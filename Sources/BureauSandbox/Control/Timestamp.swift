import Foundation

extension Date {
    /// RFC 3339 in UTC with milliseconds, such as 2026-11-20T09:00:00.123Z.
    var sandboxTimestamp: String {
        formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
