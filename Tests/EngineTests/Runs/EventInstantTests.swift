import Testing

@testable import BureauEngine

@Suite("Instants as the service writes them")
struct EventInstantTests {
    @Test("Order is the order of the numbers, for fractions of any length", arguments: [1, 2, 3, 7])
    func ordering(seed: UInt64) {
        var generator = Seeded(state: seed)
        for _ in 0..<2_000 {
            let one = (second: Int.random(in: 0...59, using: &generator), fraction: digits(&generator))
            let other = (second: Int.random(in: 0...59, using: &generator), fraction: digits(&generator))
            let (left, right) = (number(one), number(other))
            #expect((EventInstant(text(one)) < EventInstant(text(other))) == (left < right), "\(one) \(other)")
            #expect((EventInstant(text(one)) == EventInstant(text(other))) == (left == right), "\(one) \(other)")
        }
    }

    private static let equal: [(String, String)] = [
        ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z"), ("2026-11-20T09:00:00.5Z", "2026-11-20T09:00:00.500000Z"),
    ]

    @Test("Zeros at the end of a fraction say nothing", arguments: equal)
    func zeros(one: String, other: String) { #expect(EventInstant(one) == EventInstant(other)) }

    /// Up to nine digits; none at all now and then.
    private func digits(_ generator: inout Seeded) -> String {
        (0..<Int.random(in: 0...9, using: &generator)).map { _ in String(Int.random(in: 0...9, using: &generator)) }
            .joined()
    }

    private func text(_ instant: (second: Int, fraction: String)) -> String {
        let second = instant.second < 10 ? "0\(instant.second)" : "\(instant.second)"
        return "2026-11-20T09:00:\(second)" + (instant.fraction.isEmpty ? "" : "." + instant.fraction) + "Z"
    }

    private func number(_ instant: (second: Int, fraction: String)) -> Int {
        let padded = (instant.fraction + "000000000").prefix(9)
        return instant.second * 1_000_000_000 + (Int(padded) ?? 0)
    }
}

/// Repeatable chance (xorshift).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
