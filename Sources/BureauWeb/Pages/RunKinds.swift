import BureauDomain
import BureauEngine

/// What a run's session has used, kind by kind, with our figure and the service's own beside each other.
struct RunKinds {
    let house: WebHouse
    let run: RunRecord

    /// Nil when nothing is known of it.
    func block() async throws -> Block? {
        guard let used = try await house.runs.usage(run.id) else { return nil }
        let model = run.model ?? "unknown"
        let ours = SessionCost.compute(
            usage: used.usage, listCostMicroUSD: nil, model: model, prices: house.prices
        ).microUSD
        let lines = used.usage.lines(model: model, prices: house.prices)
        let readings = try await house.runs.readingsCost(run.id)
        var rows = lines.map { [Self.word($0.kind), Self.amount($0), Self.price($0.cost)] }
        if readings > .zero { rows.append(["Reading people's comments", "", Self.price(readings)]) }
        rows.append(["In all", "", Self.price(ours.map { $0 + readings })])
        return Block(
            id: "kinds", facts: compared(ours, used.listed),
            table: Table(
                "What its session used, at the list prices of \(house.prices.datedWords)",
                Table.columns("Kind", "#Used", "#Cost"),
                rows.map { $0.map { Table.Cell(text: $0) } }, empty: ""))
    }

    private func compared(_ ours: MicroUSD?, _ listed: MicroUSD?) -> Facts {
        Facts([
            Facts.Fact(name: "By our prices", value: Self.price(ours)),
            Facts.Fact(
                name: "By the service", value: listed.map { "\($0), rounded to cents" } ?? "it gave no figure"),
            listed.flatMap { listed in
                ours.map { Facts.Fact(name: "Difference", value: "\($0 - listed)") }
            },
        ])
    }

    private static func word(_ kind: UsageLine.Kind) -> String {
        switch kind {
        case .input: "Input tokens"
        case .output: "Output tokens"
        case .cacheRead: "Cache read tokens"
        case .cacheWrite5m: "Cache write tokens, kept five minutes"
        case .cacheWrite1h: "Cache write tokens, kept an hour"
        case .cacheWriteUnsplit: "Cache write tokens, not told how long they are kept"
        case .webSearches: "Web searches"
        case .activeMilliseconds: "Running time"
        }
    }

    private static func amount(_ line: UsageLine) -> String {
        line.kind == .activeMilliseconds ? Words.duration(.milliseconds(line.count)) : "\(line.count)"
    }

    private static func price(_ cost: MicroUSD?) -> String { cost.map { "\($0)" } ?? "no price" }
}
