import BureauDomain
import Foundation
import Testing

@Suite("Money in millionths of a dollar")
struct MicroUSDTests {
    private static let shown: [(Int64, String)] = [
        (0, "$0.00"), (1_820_000, "$1.82"), (602_901, "$0.60"), (5_000, "$0.0050"), (4_200, "$0.0042"),
        (7_000, "$0.0070"), (9_949, "$0.0099"), (9_950, "$0.01"), (10_000, "$0.01"), (-7_000, "-$0.0070"),
        (20, "<$0.0001"),
        (995_000, "$1.00"), (-1_500_000, "-$1.50"), (12_345_670_000, "$12345.67"),
    ]

    @Test("An amount is shown in dollars and cents, less than a cent in finer digits", arguments: shown)
    func description(micro: Int64, text: String) { #expect(MicroUSD(rawValue: micro).description == text) }

    @Test("A sum that something without a price is missing from says so")
    func lacking() {
        #expect(MicroUSD.cents(182).sum(isLacking: true) == "$1.82 +?")
        #expect(MicroUSD.cents(182).sum(isLacking: false) == "$1.82")
    }

    @Test("Sums stop at the largest amount instead of trapping")
    func saturation() {
        let most = MicroUSD(rawValue: .max)
        #expect(most + .usd(1) == most)
        #expect(MicroUSD(rawValue: .min) - .usd(1) == MicroUSD(rawValue: .min))
        #expect(MicroUSD.usd(1e300) == most)
        #expect(MicroUSD(usd: Decimal(string: "1e40")!) == most)
        #expect(MicroUSD(usd: .nan) == most)
        #expect(MicroUSD.cents(.max) == most)
    }

    @Test("Dollars, cents and decimals agree")
    func conversions() {
        #expect(MicroUSD.usd(5) == .cents(500))
        #expect(MicroUSD(usd: Decimal(string: "0.0000015")!) == MicroUSD(rawValue: 2))
        #expect(MicroUSD(usd: Decimal(string: "-2.5")!) == .usd(-2.5))
        #expect(MicroUSD.usd(0.5).usd == Decimal(1) / 2)
        #expect(MicroUSD(rawValue: 10_001).centsRoundedUp == 2)
        #expect(MicroUSD(rawValue: 10_000).centsRoundedUp == 1)
    }
}
