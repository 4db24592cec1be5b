package import Foundation

/// An amount of money in millionths of a US dollar. Integers, so that sums never drift; they stop at the largest
/// amount an `Int64` holds (nine trillion dollars) instead of trapping.
package struct MicroUSD: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// Rounds to the nearest millionth, halves away from zero. Not-a-number counts as the largest amount: an
    /// unreadable cost must never look free.
    package init(usd: Decimal) { self.init(micro: usd * 1_000_000) }

    init(micro: Decimal) {
        guard !micro.isNaN, micro < Decimal(Int64.max) else {
            self.init(rawValue: .max)
            return
        }
        guard micro > Decimal(Int64.min) else {
            self.init(rawValue: .min)
            return
        }
        var exact = micro
        var rounded = Decimal()
        NSDecimalRound(&rounded, &exact, 0, .plain)
        // Whole numbers are written without an exponent or a point, so the text is exact where Double is not.
        self.init(rawValue: Int64(rounded.description) ?? .max)
    }

    /// Dollars above zero and up to a million as people write them: "99.50". Nil for anything else.
    package init?(typed text: String) {
        let isPlain = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
        guard isPlain, text.utf8.count <= 16, let amount = Decimal(string: text), amount > 0, amount <= 1_000_000 else {
            return nil
        }
        self.init(usd: amount)
    }

    package static let zero = MicroUSD(rawValue: 0)

    package static func usd(_ dollars: Double) -> MicroUSD {
        let micro = (dollars * 1_000_000).rounded()
        if let exact = Int64(exactly: micro) { return MicroUSD(rawValue: exact) }
        return MicroUSD(rawValue: micro < 0 ? .min : .max)
    }

    package static func cents(_ cents: Int64) -> MicroUSD {
        let (value, overflow) = cents.multipliedReportingOverflow(by: 10_000)
        return MicroUSD(rawValue: overflow ? (cents < 0 ? .min : .max) : value)
    }

    package var usd: Decimal { Decimal(rawValue) / 1_000_000 }

    /// Whole cents, rounded up: the unit of the API's own budget, which must never be smaller than what was allowed.
    package var centsRoundedUp: Int64 { rawValue / 10_000 + (rawValue % 10_000 > 0 ? 1 : 0) }

    package static func < (left: MicroUSD, right: MicroUSD) -> Bool { left.rawValue < right.rawValue }

    package static func + (left: MicroUSD, right: MicroUSD) -> MicroUSD {
        let (sum, overflow) = left.rawValue.addingReportingOverflow(right.rawValue)
        return MicroUSD(rawValue: overflow ? (right.rawValue < 0 ? .min : .max) : sum)
    }

    package static func - (left: MicroUSD, right: MicroUSD) -> MicroUSD {
        let (difference, overflow) = left.rawValue.subtractingReportingOverflow(right.rawValue)
        return MicroUSD(rawValue: overflow ? (right.rawValue < 0 ? .max : .min) : difference)
    }

    package static func += (left: inout MicroUSD, right: MicroUSD) { left = left + right }

    /// "$1.82". Less than a cent keeps four digits ("$0.0042"), so that something spent never reads as nothing.
    package var description: String {
        let sign = rawValue < 0 ? "-" : ""
        let size = rawValue.magnitude
        if size > 0, size < 50 { return "\(sign)<$0.0001" }
        // What four digits would round up to a cent is one.
        if size > 0, size < 9_950 { return "\(sign)$0.\(Self.padded((size + 50) / 100, to: 4))" }
        let cents = size / 10_000 + (size % 10_000 >= 5_000 ? 1 : 0)
        return "\(sign)$\(cents / 100).\(Self.padded(cents % 100, to: 2))"
    }

    /// A sum; `isLacking` where something that it should hold has no price.
    package func sum(isLacking: Bool) -> String { isLacking ? "\(self) +?" : "\(self)" }

    private static func padded(_ number: UInt64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
