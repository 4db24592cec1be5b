import BureauDomain
import BureauEngine

/// A month of costs at a glance: what it has come to, what it may come to, day by day, and what was spent for nothing.
struct CostOverview: Sendable {
    let house: WebHouse
    let month: SpendMonth
    /// Nil for whoever sees all of them.
    let clients: Set<String>?
    private var clock: PageClock { house.clock }
    static let costliestShown = 50

    struct Told {
        var sheet: CostSheet
        var month: CostDesk.Month
        var days: [CostDesk.DayShare]
        var today: MicroUSD
        var forecast: SpendForecast?
        /// How many full days there are to judge by.
        var fullDays: Int
        var costliest: [RunRecord]
    }

    private var today: String { SpendAccount.day(clock.now()) }
    private var isPresent: Bool { today.hasPrefix("\(month)-") }
    private var dayCount: Int { Int(month.days.last.suffix(2)) ?? 31 }
    /// 1 to 31; the whole month when it is over, none when it has not begun.
    private var daysGone: Int {
        if isPresent { return Int(today.suffix(2)) ?? 1 }
        return "\(month)" < today ? dayCount : 0
    }

    func look() async throws -> Told {
        let desk = house.costs, sheet = try await desk.sheet(month, clients: clients), days = sheet.days
        let full = isPresent ? try await desk.lastFullDays(now: clock.now(), clients: clients) : []
        let (ofToday, before) = days.reduce((MicroUSD.zero, MicroUSD.zero)) { sums, share in
            share.day == today ? (sums.0 + share.spent, sums.1) : (sums.0, sums.1 + share.spent)
        }
        return Told(
            sheet: sheet, month: sheet.month, days: days, today: ofToday,
            forecast: isPresent
                ? SpendForecast(fullDays: full, before: before, today: ofToday, daysAfter: dayCount - daysGone) : nil,
            fullDays: full.count,
            costliest: try await desk.costliest(month, clients: clients, limit: Self.costliestShown))
    }

    // MARK: Cards

    /// Without `budgets`, which could not be read, nothing is said of limits.
    func cards(_ told: Told, _ budgets: [BudgetDesk.Line]?) -> Block {
        let (sum, agency) = (told.month, budgets?.first { $0.account.owner == .agency })
        var cards = [
            Cards.Card(
                label: isPresent ? "Month to date" : "Spent", value: "\(sum.spent)",
                note: budgets.flatMap { budgetNote(sum, $0, agency?.budget) })
        ]
        if isPresent, let agency {
            cards.append(
                Cards.Card(
                    label: "Today", value: "\(told.today)",
                    note: agency.budget.map {
                        "the limit of \($0.limit) a day counts \(agency.balance.spent) spent, "
                            + "\(agency.balance.reserved) reserved"
                    } ?? "no daily limit is set"))
        }
        if isPresent { cards.append(forecast(told)) }
        cards.append(
            Cards.Card(
                label: "Runs", value: "\(sum.runs)",
                note: sum.runs > 0 ? "\(MicroUSD(rawValue: sum.spent.rawValue / sum.runs)) each on average" : nil))
        return Block(cards: Cards(cards: cards))
    }

    func computed(_ told: Told) -> Block? {
        told.forecast.map { forecast in
            Block(
                text: "Forecast: what the month has cost, and for today and each day that is left between "
                    + "\(forecast.dayLow) and \(forecast.dayHigh), the lower and the upper quartile of the last "
                    + "\(forecast.daysSeen) full days. Days without runs count as nothing.")
        }
    }

    private func budgetNote(_ sum: CostDesk.Month, _ budgets: [BudgetDesk.Line], _ agency: ScopeBudget?) -> String? {
        let own = budgets.filter { if case .client = $0.account.owner { $0.account.span == .month } else { false } }
        let limits = own.compactMap(\.budget?.limit)
        if let agency {
            let most = MicroUSD(
                rawValue: agency.limit.rawValue.multipliedReportingOverflow(by: Int64(dayCount)).partialValue)
            return "\(Self.share(sum.spent, most))of \(most): \(agency.limit) a day, \(dayCount) days"
        }
        guard !limits.isEmpty else { return clients == nil ? "no budget is set" : nil }
        let most = limits.reduce(.zero, +)
        return "\(limits.count) \(limits.count == 1 ? "client has a budget" : "clients have budgets"), \(most) together"
    }

    private static func share(_ part: MicroUSD, _ whole: MicroUSD) -> String {
        guard whole > .zero, part.rawValue < Int64.max / 100 else { return "" }
        return "\(part.rawValue * 100 / whole.rawValue) % "
    }

    private func forecast(_ told: Told) -> Cards.Card {
        guard let forecast = told.forecast else {
            return Cards.Card(
                label: "Forecast", value: "not yet",
                note: "it needs \(SpendForecast.daysSeenMin) full days since the first run; there are \(told.fullDays)")
        }
        let range =
            "\(forecast.low)" == "\(forecast.high)" ? "\(forecast.low)" : "\(forecast.low) to \(forecast.high)"
        return Cards.Card(label: "Forecast for \(month.words)", value: range, note: "how it is computed stands below")
    }

    // MARK: Day by day

    /// The agents that cost most, and the others as one.
    private func series(_ days: [CostDesk.DayShare]) -> [String] {
        var sums: [String: MicroUSD] = [:]
        for share in days { sums[share.agent, default: .zero] += share.spent }
        let sorted = sums.filter { $0.value > .zero }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        return sorted.count <= StackedBars.seriesMax ? sorted : Array(sorted.prefix(StackedBars.seriesMax - 1))
    }

    private func stacked(_ days: [CostDesk.DayShare]) -> (names: [String], days: [StackedBars.Day]) {
        let named = series(days), agents = Set(days.filter { $0.spent > .zero }.map(\.agent))
        let hasOthers = agents.count > named.count
        let byDay = Dictionary(grouping: days, by: \.day)
        let bars = (0..<daysGone).map { number -> StackedBars.Day in
            let day = "\(month)-\(number < 9 ? "0" : "")\(number + 1)", shares = byDay[day] ?? []
            var values = named.map { name in shares.filter { $0.agent == name }.reduce(MicroUSD.zero) { $0 + $1.spent }
            }
            if hasOthers {
                values.append(shares.filter { !named.contains($0.agent) }.reduce(MicroUSD.zero) { $0 + $1.spent })
            }
            return StackedBars.Day(day: day, values: values, isOver: day != today)
        }
        return (named.map(house.agentName) + (hasOthers ? ["Others"] : []), bars)
    }

    func chart(_ told: Told) -> Block? {
        let (names, days) = stacked(told.days)
        guard !names.isEmpty else { return nil }
        let bars = StackedBars(
            id: "days", title: "Costs of \(month.words) by day and agent", series: names, days: days, slots: dayCount)
        return Block(
            heading: "Day by day",
            text: isPresent ? "Today is not over: its bar stands in a dotted frame." : nil, chart: bars.chart)
    }

    /// Every value of the chart.
    func chartData(_ told: Told) -> Block? {
        let (names, days) = stacked(told.days)
        guard !names.isEmpty else { return nil }
        let columns =
            [Table.Column(title: "Day")] + (names + ["Together"]).map { Table.Column(title: $0, isNumber: true) }
        return Block(
            folded: "The chart's figures", printsOpen: true,
            table: Table(
                "Costs by day and agent", columns,
                days.map { day in
                    [Table.Cell(text: CivilDate.words(day: day.day) + (day.isOver ? "" : " (so far)"))]
                        + (day.values + [day.total]).map { Table.Cell(text: "\($0)") }
                }, empty: ""))
    }

    // MARK: What it was for

    func lost(_ sum: CostDesk.Month) -> Block? {
        guard sum.runs > 0 else { return nil }
        func runs(_ count: Int64) -> String { "\(count) \(count == 1 ? "run" : "runs")" }
        let tenths = sum.limitedRuns * 1_000 / sum.runs
        return Block(
            heading: "Failed and repeated work",
            text: "A repeat that failed is in both.",
            cards: Cards(cards: [
                Cards.Card(label: "Failed", value: "\(sum.failedSpent)", note: runs(sum.failedRuns)),
                Cards.Card(
                    label: "Run again", value: "\(sum.repeatedSpent)",
                    note:
                        "\(runs(sum.repeatedRuns)) that \(sum.repeatedRuns == 1 ? "repeats" : "repeat") an earlier one"),
                Cards.Card(
                    label: "Warned or stopped by a limit", value: "\(tenths / 10).\(tenths % 10) %",
                    note: runs(sum.limitedRuns)),
            ]))
    }

    func priced(_ sum: CostDesk.Month) -> Block? {
        let unknown =
            switch sum.unpricedRuns {
            case 0: "every run's model had a price"
            case 1: "1 run used a model without a price and is counted as unknown"
            default: "\(sum.unpricedRuns) runs used a model without a price and are counted as unknown"
            }
        return Block(text: "Priced with table \(house.prices.datedWords); \(unknown).")
    }

    func costliest(_ told: Told) -> Block {
        let (first, last) = month.days
        return Block(
            id: "runs", heading: "Run by run",
            table: RunWords.table(
                "The runs that cost most, up to \(Self.costliestShown)", told.costliest, house,
                empty: "No run was accepted in this month.", csv: "/runs.csv?\(CostPages.span(first, last))"),
            links: told.month.runs > Int64(Self.costliestShown)
                ? [Link(word: "All \(told.month.runs) runs", address: "/runs/?\(CostPages.span(first, last))")] : [])
    }
}
