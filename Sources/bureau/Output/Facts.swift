import BureauDomain
import Foundation

/// One thing with its facts: `name  value`, aligned for people, tab-separated for programs.
struct Facts: Sendable {
    private var lines: [(name: String, value: Listing.Cell)] = []

    mutating func add(_ name: String, _ value: String?, exact: String? = nil, _ tone: Style.Tone? = nil) {
        guard let value, !value.isEmpty else { return }
        lines.append((name, Listing.Cell(value, exact: exact, tone)))
    }

    func print(_ style: Style) {
        let width = lines.map(\.name.count).max() ?? 0
        for (name, value) in lines {
            if Terminal.isTerminal {
                let blank = String(repeating: " ", count: width - name.count + 2)
                Terminal.say(style.paint(name, .faint) + blank + style.paint(value.text, value.tone))
            } else {
                Terminal.say("\(name)\t\(value.exact)")
            }
        }
    }
}

/// Short forms of what JSON documents are made of.
extension BureauDomain.JSONValue {
    static func text(_ text: String?) -> BureauDomain.JSONValue { text.map { .string($0) } ?? .null }
    static func whole(_ number: some BinaryInteger) -> BureauDomain.JSONValue { .number(JSONNumber(Int64(number))) }
    static func usd(_ amount: MicroUSD) -> BureauDomain.JSONValue {
        JSONNumber(Double(amount.rawValue) / 1_000_000).map { .number($0) } ?? .null
    }
    /// Milliseconds UTC as ISO 8601.
    static func time(_ milliseconds: Int64?) -> BureauDomain.JSONValue { .text(milliseconds.map(Clock.iso)) }
    static func made(_ members: [(String, BureauDomain.JSONValue)]) -> BureauDomain.JSONValue {
        .object(JSONObject(members))
    }
}

extension Clock {
    /// "21 Nov 10:02" in this machine's zone, with the year when it is another one.
    static func moment(_ milliseconds: Int64, now: Int64, hasSeconds: Bool = false) -> String {
        let (date, today) = (instant(milliseconds), instant(now))
        let calendar = Calendar(identifier: .gregorian)
        let isThisYear = calendar.component(.year, from: date) == calendar.component(.year, from: today)
        let day =
            isThisYear
            ? shape("\(day: .defaultDigits) \(month: .abbreviated)")
            : shape("\(day: .defaultDigits) \(month: .abbreviated) \(year: .defaultDigits)")
        return "\(date.formatted(day)) \(time(milliseconds).prefix(hasSeconds ? 8 : 5))"
    }

    private static func instant(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }

    private static func shape(_ format: Date.FormatString) -> Date.VerbatimFormatStyle {
        Date.VerbatimFormatStyle(
            format: format, locale: Locale(identifier: "en_GB"), timeZone: .current,
            calendar: Calendar(identifier: .gregorian))
    }
}
