import Foundation

/// How long a vendor asked to be left alone.
enum RetryAfter {
    /// A wait longer than this is taken for this long; a wrong header must not park work for weeks.
    static let millisecondsMax: Int64 = 24 * 60 * 60 * 1000

    /// Reads `retry-after-ms`, then `Retry-After` as seconds (fractions allowed) or as an HTTP date (RFC 9110).
    static func milliseconds(in headers: VendorHeaders, now: Date) -> Int64? {
        if let text = headers["retry-after-ms"], let value = Double(text) { return bounded(value) }
        guard let text = headers["retry-after"]?.trimmingCharacters(in: .whitespaces) else { return nil }
        if let seconds = Double(text) { return bounded(seconds * 1000) }
        guard let date = httpDate(text) else { return nil }
        return bounded(date.timeIntervalSince(now) * 1000)
    }

    static func bounded(_ milliseconds: Double) -> Int64? {
        guard milliseconds.isFinite else { return nil }
        return Int64(min(max(milliseconds.rounded(.up), 0), Double(millisecondsMax)))
    }

    /// "Sun, 06 Nov 1994 08:49:37 GMT", the only date form that servers may still send.
    static func httpDate(_ text: String) -> Date? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," })
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])),
            let day = Int(parts[1]), let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]),
            let second = Int(parts[6])
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(
            from: DateComponents(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
    }
}
