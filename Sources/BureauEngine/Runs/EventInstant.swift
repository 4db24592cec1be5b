/// An RFC 3339 time in UTC compared without losing digits: fractions may have any length.
struct EventInstant: Hashable, Comparable, Sendable {
    private let seconds: Substring
    private let fraction: Substring

    init(_ text: String) {
        let body = text.hasSuffix("Z") ? text.dropLast() : text[...]
        let dot = body.firstIndex(of: ".") ?? body.endIndex
        seconds = body[..<dot]
        let digits = dot == body.endIndex ? "" : body[body.index(after: dot)...]
        fraction = digits.lastIndex { $0 != "0" }.map { digits[...$0] } ?? ""
    }

    static func < (one: EventInstant, other: EventInstant) -> Bool {
        one.seconds == other.seconds ? one.fraction < other.fraction : one.seconds < other.seconds
    }
}
