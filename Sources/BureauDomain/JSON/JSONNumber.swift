package import Foundation

/// A JSON number as it was written. The text is kept, so 5.00 is written back as 5.00 and no digit of a long id is lost;
/// two numbers are equal when their values are, whatever their spelling.
package struct JSONNumber: Sendable, CustomStringConvertible {
    package let text: String

    /// `text` must already have been checked against the JSON grammar.
    init(checked text: String) { self.text = text }

    package init(_ value: Int) { text = String(value) }
    package init(_ value: Int64) { text = String(value) }

    /// Nil for infinities and not-a-number, which JSON cannot say.
    package init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = Int64(exactly: value).map { String($0) } ?? "\(value)"
    }

    /// The value when it is whole and fits; 7.0 and 7e0 are whole.
    package var int: Int? { Int(text) ?? Int(canonicalText) }

    /// Nil when the value is beyond what a Double holds.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Nil when the number has more digits than a Decimal keeps.
    package var decimal: Decimal? {
        let plain = canonicalText
        guard plain.utf8.count(where: { $0 >= 48 && $0 <= 57 }) <= 38 else { return nil }
        return Decimal(string: plain, locale: Locale(identifier: "en_US_POSIX"))
    }

    package var description: String { text }

    /// One spelling for each value: no leading or trailing zeros, an exponent only where plain digits would be long.
    package var canonicalText: String { isPlain ? text : Self.canonical(text) }

    /// A whole number of a few digits, as nearly all are, is spelled the one way already.
    private var isPlain: Bool {
        let digits = text.utf8
        guard digits.count <= 15, let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else {
            return false
        }
        return digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    private static func canonical(_ text: String) -> String {
        var negative = false
        var digits: [UInt8] = []
        var scale = 0
        var exponent = 0
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") {
            negative = true
            rest = rest.dropFirst()
        }
        var afterPoint = false
        while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            rest = rest.dropFirst()
            guard byte != UInt8(ascii: ".") else {
                afterPoint = true
                continue
            }
            digits.append(byte)
            if afterPoint { scale += 1 }
        }
        if !rest.isEmpty {
            let written = String(decoding: rest.dropFirst(), as: UTF8.self)
            guard let value = Int(written), abs(value) < 1_000_000 else { return text.lowercased() }
            exponent = value
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            scale -= 1
        }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard !significant.isEmpty else { return "0" }
        return (negative ? "-" : "") + spelled(String(decoding: significant, as: UTF8.self), power: exponent - scale)
    }

    /// `digits` times ten to the `power`.
    private static func spelled(_ digits: String, power: Int) -> String {
        let point = digits.count + power
        if power >= 0, point <= 40 { return digits + String(repeating: "0", count: power) }
        if power < 0, point > 0 { return "\(digits.prefix(point)).\(digits.dropFirst(point))" }
        if power < 0, point > -40 { return "0." + String(repeating: "0", count: -point) + digits }
        return "\(digits)e\(power)"
    }
}

extension JSONNumber: Hashable {
    package static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        left.text == right.text || left.canonicalText == right.canonicalText
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(canonicalText) }
}
