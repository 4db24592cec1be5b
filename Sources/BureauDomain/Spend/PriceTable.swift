package import Foundation

/// List prices with the day they were read, from `config/prices.json`.
package struct PriceTable: Hashable, Sendable {
    /// US dollars for a million tokens of each kind.
    package struct Rates: Hashable, Sendable {
        package let input, output, cacheRead, cacheWrite5m, cacheWrite1h: Decimal
    }

    /// Rates that hold up to a size of one request's prompt; the last tier has no limit.
    package struct Tier: Hashable, Sendable {
        package let promptTokensMax: Int64?
        package let rates: Rates
    }

    /// The day the prices were read: "2026-11-09". Stored with every computed cost.
    package let dated: String
    /// "9 Nov 2026"
    package var datedWords: String { CivilDate.words(day: dated, hasYear: true) }
    package let source: String
    package let sessionHourUSD: Decimal
    package let webSearchUSD: Decimal
    /// By model id without a date suffix; the smallest prompts first.
    package let tiers: [String: [Tier]]

    /// Nil for a model without a price, which must never be taken for a free one.
    package func tiers(for model: String) -> [Tier]? { tiers[Self.undated(model)] ?? tiers[model] }

    /// "claude-sonnet-4-5-20250929" is priced as "claude-sonnet-4-5".
    static func undated(_ model: String) -> String {
        let parts = model.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last, last.utf8.count == 8, last.utf8.allSatisfy(\.isDigit) else {
            return model
        }
        return parts.dropLast().joined(separator: "-")
    }
}

package struct PriceTableResult: Sendable {
    /// Nil when any problem is an error.
    package let table: PriceTable?
    package let problems: [ConfigProblem]
}

extension PriceTable {
    package static func load(_ bytes: [UInt8], fileName: String) -> PriceTableResult {
        let problems = ConfigProblems(file: fileName)
        do throws(JSONSyntaxError) {
            let json = try PositionedJSON.parse(bytes)
            let table = PriceTableReader(problems: problems).table(json)
            return PriceTableResult(table: problems.hasErrors ? nil : table, problems: problems.sorted)
        } catch {
            problems.add("", error.position, error.message)
            return PriceTableResult(table: nil, problems: problems.sorted)
        }
    }
}

struct PriceTableReader {
    private static let rateKeys = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h"]
    private static let price = NumberRange.from(0, upTo: 100_000)

    let problems: ConfigProblems

    func table(_ json: PositionedJSON) -> PriceTable? {
        let keys = ["dated", "source", "session_hour_usd", "web_search_usd", "usd_per_million_tokens"]
        guard let root = ConfigObject(json, path: "", keys: keys, problems: problems) else { return nil }
        let dated = root.text("dated", .day)
        let source = root.text("source", .line(500))
        let hour = root.number("session_hour_usd", Self.price)
        let search = root.number("web_search_usd", Self.price)
        let models = models(root)
        guard let dated, let source, let hour, let search, let models else { return nil }
        return PriceTable(dated: dated, source: source, sessionHourUSD: hour, webSearchUSD: search, tiers: models)
    }

    private func models(_ root: ConfigObject) -> [String: [PriceTable.Tier]]? {
        let names = root.members["usd_per_million_tokens"]?.value.value.object?.keys ?? []
        guard let object = root.object("usd_per_million_tokens", keys: names) else { return nil }
        if names.isEmpty { root.problem("usd_per_million_tokens", "expected at least one model") }
        var models: [String: [PriceTable.Tier]] = [:]
        for name in names { models[name] = tiers(object, name) }
        return models
    }

    private func tiers(_ models: ConfigObject, _ name: String) -> [PriceTable.Tier]? {
        let isTiered = models.members[name]?.value.value["tiers"] != nil
        guard let model = models.object(name, keys: isTiered ? ["tiers"] : Self.rateKeys) else { return nil }
        guard isTiered else { return rates(model).map { [PriceTable.Tier(promptTokensMax: nil, rates: $0)] } }
        guard case .array(let items)? = model.members["tiers"]?.value.kind, !items.isEmpty else {
            model.problem("tiers", "expected a list of tiers")
            return nil
        }
        let tiers = items.enumerated().compactMap { index, item -> PriceTable.Tier? in
            let object = ConfigObject(
                item, path: "\(model.place("tiers"))[\(index)]", keys: Self.rateKeys + ["prompt_tokens_max"],
                problems: problems)
            let isLast = index == items.count - 1
            let most = object?.whole("prompt_tokens_max", 1...1_000_000_000, required: !isLast)
            return object.flatMap(rates).map { PriceTable.Tier(promptTokensMax: most.map(Int64.init), rates: $0) }
        }
        let limits = tiers.map { $0.promptTokensMax ?? .max }
        if limits != limits.sorted() || tiers.last?.promptTokensMax != nil {
            model.problem("tiers", "expected the smallest prompts first and a last tier without prompt_tokens_max")
        }
        return tiers
    }

    private func rates(_ object: ConfigObject) -> PriceTable.Rates? {
        let input = object.number("input", Self.price)
        let output = object.number("output", Self.price)
        let read = object.number("cache_read", Self.price)
        let write5m = object.number("cache_write_5m", Self.price)
        let write1h = object.number("cache_write_1h", Self.price)
        guard let input, let output, let read, let write5m, let write1h else { return nil }
        return PriceTable.Rates(
            input: input, output: output, cacheRead: read, cacheWrite5m: write5m, cacheWrite1h: write1h)
    }
}

extension TextRule {
    static let day = TextRule(expectation: "a day such as \"2026-11-09\"", lengthMax: 10) { text in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [4, 2, 2] && parts.allSatisfy { $0.utf8.allSatisfy(\.isDigit) }
    }
}
