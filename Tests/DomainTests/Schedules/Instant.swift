import Foundation

/// Instants in tests are written "2026-03-29T01:00Z".
enum Instant {
    static func milliseconds(_ text: String) throws -> Int64 {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        return Int64(try style.parse(text.replacing("Z", with: ":00Z")).timeIntervalSince1970 * 1_000)
    }

    static func text(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(.iso8601).replacing(":00Z", with: "Z")
    }
}
