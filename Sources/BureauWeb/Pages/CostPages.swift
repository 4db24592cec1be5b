import BureauDomain
import BureauEngine
import Hummingbird

/// What runs have cost.
struct CostPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/costs", .operator) { try await show($0) },
            .page("/costs.csv", .operator) { try await csv($0) },
            .page("/costs.json", .operator) { try await json($0) },
        ]
    }

    private func month(_ web: WebRequest) throws -> SpendMonth {
        let today = SpendMonth.day(daysSince1970: Int(house.clock.now() / 86_400_000))
        guard let month = SpendMonth(web.query("month") ?? String(today.prefix(7))) else {
            throw PageProblem.badRequest("A month is written as 2026-11.")
        }
        return month
    }

    /// Somebody who sees some clients sees their sums alone.
    private func groupings(_ person: PersonRecord) -> [CostDesk.Grouping] {
        person.clients == nil ? [.client, .agent, .status, .trigger, .model, .day] : [.client]
    }

    private func lines(_ grouping: CostDesk.Grouping, _ month: SpendMonth, _ person: PersonRecord) async throws
        -> [CostDesk.Line]
    {
        try await house.costs.lines(by: grouping, month: month).filter {
            grouping != .client || person.clients == nil || (!$0.name.isEmpty && person.maySee(client: $0.name))
        }
    }

    /// The lines one grouping has, for programs and spreadsheets; by client when nothing is said.
    private func chosen(_ web: WebRequest) async throws -> (CostDesk.Grouping, SpendMonth, [CostDesk.Line]) {
        let person = try web.signedIn().person, month = try month(web)
        let text = web.query("by") ?? CostDesk.Grouping.client.rawValue
        guard let grouping = CostDesk.Grouping(rawValue: text), groupings(person).contains(grouping) else {
            throw PageProblem.badRequest("Costs are not told by \"\(text.prefix(40))\" here.")
        }
        return (grouping, month, try await lines(grouping, month, person))
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        let (grouping, month, lines) = try await chosen(web)
        let rows = Self.sorted(lines, Self.order(grouping, web)).map {
            [$0.name, "\($0.runs)", "\($0.spent.usd)", "\($0.unpricedRuns)"]
        }
        return try await CSV.download(
            "costs-\(month)-by-\(grouping.rawValue).csv",
            [grouping.rawValue, "runs", "spent_usd", "runs_without_price"]
        ) { _ in (rows, nil) }
    }

    private func json(_ web: WebRequest) async throws -> Response {
        let (_, _, lines) = try await chosen(web)
        return RunPages.json(["items": .array(SystemAPI.documents(lines)), "next": .null])
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, month = try month(web), groupings = groupings(person)
        let overview = CostOverview(house: house, month: month, clients: person.clients)
        let budgets = try await house.part("The budgets", or: [BudgetDesk.Line]?.none, id: "budgets") {
            try await person.clients == nil ? house.budgets.list() : []
        }
        var page = Page(title: "Costs", heading: "Costs in \(month.words)")
        page.lead =
            "By calendar month, UTC. A run counts whole, with its repeats and sub-sessions, on the day it was accepted."
        page.printed = house.clock.printed(["Costs in \(month.words), UTC"])
        page.blocks = [
            Block(
                filters: Filters(
                    action: "/costs/", fields: [Field("month", "Month", .line(type: "month"), value: "\(month)")]))
        ]
        page.blocks += try await house.panel("What the month has cost") {
            try await sums(overview, groupings, budgets.value, web)
        }
        if let lost = budgets.lost {
            page.blocks.append(lost)
        } else if person.clients == nil {
            page.blocks += try await house.panel("The budgets", id: "budgets") {
                [try await BudgetPages(house: house).block(person, budgets.value ?? [])]
            }
        }
        return try await house.page(page, web)
    }

    private func sums(
        _ overview: CostOverview, _ groupings: [CostDesk.Grouping], _ budgets: [BudgetDesk.Line]?, _ web: WebRequest
    ) async throws -> [Block] {
        let told = try await overview.look()
        var blocks = [
            overview.cards(told, budgets), overview.computed(told), overview.chart(told), overview.chartData(told),
            overview.lost(told.month), overview.priced(told.month),
        ].compactMap(\.self)
        let slugs = told.sheet.lines(by: .client).map(\.name)
        let clients = try await house.part("The clients' names", or: [String: String]()) {
            try await house.clients.names(with: slugs)
        }
        blocks += [clients.lost].compactMap(\.self)
        for grouping in groupings {
            let order = Self.order(grouping, web), lines = Self.sorted(told.sheet.lines(by: grouping), order)
            blocks.append(
                Block(
                    id: "by-\(grouping.rawValue)", heading: "By \(grouping.rawValue)",
                    table: table(grouping, lines, clients.value, overview.month, order, web)))
        }
        return blocks + [overview.costliest(told)]
    }

    private func table(
        _ grouping: CostDesk.Grouping, _ lines: [CostDesk.Line], _ clients: [String: String], _ month: SpendMonth,
        _ order: ListOrder, _ web: WebRequest
    ) -> Table {
        let columns = Table.columns(grouping.rawValue.capitalizedFirst, "#Runs", "#Spent", "#Without a price")
        return Table(
            "Costs by \(grouping.rawValue)", order.columns(columns, web),
            lines.prefix(200).map { line in
                return [
                    cell(grouping, line.name, clients, month),
                    Table.Cell(text: "\(line.runs)"), Table.Cell(text: "\(line.spent)"),
                    Table.Cell(text: line.unpricedRuns > 0 ? "\(line.unpricedRuns)" : ""),
                ]
            }, empty: "No run was accepted in this month.",
            note: lines.count > 200 ? "The first 200 of \(lines.count); the CSV has all." : nil,
            csv: web.address("/costs.csv", changing: ["month": "\(month)", "by": grouping.rawValue]))
    }

    /// Days stand in their order and all else by what it cost, unless the address says otherwise.
    private static func order(_ grouping: CostDesk.Grouping, _ web: WebRequest) -> ListOrder {
        let least = ListOrder.Way(name: "least", column: "Spent", isDescending: false)
        let isDay = grouping == .day
        let most = ListOrder.Way(name: isDay ? "spent" : "", column: "Spent", isDescending: true)
        let named = ListOrder.Way(
            name: isDay ? "" : "name", column: grouping.rawValue.capitalizedFirst, isDescending: false, isTold: isDay)
        var order =
            isDay
            ? ListOrder(web, "/costs/", usual: named, most, least)
            : ListOrder(web, "/costs/", usual: most, least, named)
        order.anchor = "#by-\(grouping.rawValue)"
        return order
    }

    /// Those that cost the same by name.
    private static func sorted(_ lines: [CostDesk.Line], _ order: ListOrder) -> [CostDesk.Line] {
        guard !order.isUsual else { return lines }
        return lines.sorted { one, other in
            guard order.way.column == "Spent", one.spent != other.spent else { return one.name < other.name }
            return order.way.isDescending ? one.spent > other.spent : one.spent < other.spent
        }
    }

    /// The days of a list of runs, in the zone the sums are in: the list has the runs of the figure and no others.
    static func span(_ first: String, _ last: String) -> String {
        "from=\(first)&to=\(last)&\(RunPages.days)=\(ZoneOffsets.utc.name)"
    }

    /// With the runs behind it.
    private func cell(
        _ grouping: CostDesk.Grouping, _ name: String, _ clients: [String: String], _ month: SpendMonth
    ) -> Table.Cell {
        guard !name.isEmpty else { return Table.Cell(text: "none") }
        let days = (grouping == .day ? (name, name) : month.days)
        func runs(_ word: String, _ filter: String = "") -> Table.Cell {
            Table.Cell(text: word, address: "/runs/?\(filter)\(Self.span(days.0, days.1))")
        }
        return switch grouping {
        case .client: runs(clients[name] ?? name, "client=\(name)&")
        case .agent: runs(house.agentName(name), "agent=\(name)&")
        case .trigger: runs(RunWords.triggerWord(name), "trigger=\(name)&")
        case .status: runs(RunState(rawValue: name)?.word ?? name, "status=\(name)&")
        case .day: runs(CivilDate.words(day: name))
        case .model: Table.Cell(text: name)
        }
    }
}
