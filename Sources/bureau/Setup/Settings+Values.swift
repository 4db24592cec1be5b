import BureauDomain
import Foundation

/// How the values of variables are read. One that cannot be used is told with its name.
extension Settings {
    static func number(_ name: String, _ environment: Environment, _ range: ClosedRange<Int>) throws(SetupError)
        -> Int?
    {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SetupError(
                "\(name) is \"\(text)\"", fix: "use a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func money(_ name: String, _ environment: Environment) throws(SetupError) -> MicroUSD? {
        guard let text = environment[name] else { return nil }
        guard let amount = Decimal(string: text), amount > 0, text.allSatisfy({ $0.isNumber || $0 == "." }) else {
            throw SetupError("\(name) is \"\(text)\", not an amount in dollars", fix: "write it as 5.00")
        }
        return MicroUSD(usd: amount)
    }

    static func zone(_ name: String, _ environment: Environment) throws(SetupError) -> ZoneOffsets? {
        guard let text = environment[name] else { return nil }
        guard let zone = ZoneOffsets(identifier: text) else {
            let near = ZoneOffsets.nearest(to: text) ?? "Europe/Berlin"
            throw SetupError(
                "\(name) is \"\(text)\", not a time zone this system knows", fix: "use a name such as \(near)")
        }
        return zone
    }

    /// "trung=U0TRUNG,jake=U0JAKE"
    static func people(_ text: String) -> [String: String] {
        let pairs = text.split(separator: ",").map {
            $0.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0].lowercased(), $0[1]) }, uniquingKeysWith: { $1 })
    }

    /// "U0TRUNG,U0JAKE"
    static func slackUsers(_ name: String, _ environment: Environment) throws(SetupError) -> Set<String> {
        let ids = (environment[name] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for id in ids
        where !(id.hasPrefix("U") || id.hasPrefix("W"))
            || !id.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber) })
        {
            throw SetupError(
                "\(name) holds \"\(id)\", which is no Slack user id", fix: "write ids with commas: U0123ABCD,U0456EFGH")
        }
        return Set(ids)
    }

    static func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
}
