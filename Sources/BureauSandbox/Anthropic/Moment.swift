import Foundation

/// A UTC instant in whole microseconds, the precision of the vendor's timestamps.
struct Moment: Hashable, Comparable, Sendable {
    var microseconds: Int64

    static var now: Moment { Moment(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000)) }

    func adding(milliseconds: Int) -> Moment { Moment(microseconds: microseconds + Int64(milliseconds) * 1_000) }

    static func < (a: Moment, b: Moment) -> Bool { a.microseconds < b.microseconds }

    /// RFC 3339 with six digits: 2026-11-20T09:00:00.123456Z.
    var text: String {
        let (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let whole = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(Date.ISO8601FormatStyle())
        let digits = String(fraction)
        return whole.dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }

    init(microseconds: Int64) { self.microseconds = microseconds }

    /// Reads RFC 3339 with or without a fraction; nil when it is neither.
    init?(_ text: String) {
        let styles = [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()]
        guard let date = styles.lazy.compactMap({ try? $0.parse(text) }).first else { return nil }
        microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }
}
