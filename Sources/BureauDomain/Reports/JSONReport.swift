import Foundation

/// Reads a report's JSON. Agents name things in several ways; every name looked for is in this file.
enum JSONReport {
    static func facts(_ report: JSONValue) -> ReportFacts {
        // Some agents wrap the whole report in a "summary" or beside one.
        let places = [report, report["summary"], report["audit"], report["report"]].compactMap { $0 }
        var facts = ReportFacts()
        facts.score = first(places, ["overall_score", "score", "total_score"], score)
        facts.coverage = first(places, ["coverage_percent", "coverage"], coverage)
        facts.priorities = first(places, ["priorities", "top_priorities"], priorities) ?? []
        return facts
    }

    private static func first<Fact>(
        _ places: [JSONValue], _ keys: [String], _ read: (JSONValue, JSONValue) -> Fact?
    ) -> Fact? {
        for place in places {
            for key in keys {
                if let value = place[key], let fact = read(value, place) { return fact }
            }
        }
        return nil
    }

    /// 71, "71/100", {"score": 71, "out_of": 100}; a number's limit may stand beside it.
    private static func score(_ value: JSONValue, _ place: JSONValue) -> ReportFacts.Score? {
        switch value {
        case .number(let number):
            let outOf = place["out_of"]?.int ?? place["max_score"]?.int ?? 100
            return rounded(number).flatMap { ReportFacts.Score($0, outOf: outOf) }
        case .string(let text): return MarkdownReport.score(in: String(text.prefix(40)))
        case .object:
            let inner = value["score"] ?? value["value"] ?? value["overall"]
            guard case .number? = inner, let inner else { return nil }
            return score(inner, .object(JSONObject([("out_of", value["out_of"] ?? value["max"] ?? 100)])))
        case .null, .bool, .array: return nil
        }
    }

    /// Percent: 100, "100 %", 0.93 or {"percent": 93}. A number up to 1 is a share of the whole.
    private static func coverage(_ value: JSONValue, _ place: JSONValue) -> Int? {
        switch value {
        case .number(let number):
            guard let share = number.double, 0...100 ~= share else { return nil }
            return Int((share <= 1 ? share * 100 : share).rounded())
        case .string(let text):
            let digits = text.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
            return Int(digits).flatMap { 0...100 ~= $0 ? $0 : nil }
        case .object: return (value["percent"] ?? value["value"]).flatMap { coverage($0, place) }
        case .null, .bool, .array: return nil
        }
    }

    private static func rounded(_ number: JSONNumber) -> Int? {
        number.double.flatMap { Int(exactly: $0.rounded()) }
    }

    private static func priorities(_ value: JSONValue, _ place: JSONValue) -> [ReportSummary.Priority]? {
        guard let items = value.array else { return nil }
        return items.prefix(ReportFacts.prioritiesReadMax).enumerated().compactMap { index, item in
            if let text = item.string {
                return MarkdownReport.priority(in: text)
                    ?? ReportSummary.Priority(rank: rank(nil, index), rawTitle: ReportText.withoutMarkup(text))
            }
            let title = ["title", "text", "action", "name", "recommendation"].lazy.compactMap { item[$0]?.string }.first
            guard let title else { return nil }
            let rank = rank(item["priority"] ?? item["rank"], index)
            return ReportSummary.Priority(rank: rank, rawTitle: ReportText.withoutMarkup(title))
        }
    }

    /// "P1", "p1", 1 and "1" are P1; words are ranked by their usual meaning; anything else by its place in the list.
    private static func rank(_ value: JSONValue?, _ index: Int) -> String {
        let text = value?.string?.lowercased() ?? value?.int.map { String($0) } ?? ""
        switch text {
        case "p0", "0", "p1", "1", "critical", "urgent", "high": return "P1"
        case "p2", "2", "medium": return "P2"
        case "p3", "3", "p4", "4", "low": return "P3"
        default: return "P\(min(index + 1, 3))"
        }
    }
}
