import BureauDomain
import BureauEngine
import Hummingbird

/// What runs have cost.
struct CostPages: Sendable {
    let house: WebHouse

    var routes: [Route] { [.page("/costs", .operator) { try await show($0) }] }

    private func show(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        let today = SpendMonth.day(daysSince1970: Int(house.clock.now() / 86_400_000))
        guard let month = SpendMonth(web.query("month") ?? String(today.prefix(7))) else {
            throw PageProblem.badRequest("A month is written as 2026-11.")
        }
        // Somebody who sees some clients sees their sums alone.
        let groupings: [CostDesk.Grouping] = person.clients == nil ? [.client, .agent, .model, .day] : [.client]
        var page = Page(title: "Costs", heading: "Costs in \(month)")
        page.lead = "By calendar month, UTC. A run counts in the month it was accepted."
        page.blocks = [
            Block(
                filters: Filters(
                    action: "/costs/", fields: [Field("month", "Month", .line(type: "month"), value: "\(month)")]))
        ]
        var clients: [String: String] = [:]
        for grouping in groupings {
            let lines = try await house.costs.lines(by: grouping, month: month).filter {
                grouping != .client || $0.name.isEmpty
                    ? person.clients == nil || grouping != .client : person.maySee(client: $0.name)
            }
            if grouping == groupings.first {
                page.blocks.insert(total(lines), at: 1)
                clients = try await house.clients.names(with: lines.map(\.name))
            }
            page.blocks.append(Block(heading: "By \(grouping.rawValue)", table: table(grouping, lines, clients)))
        }
        if person.clients == nil { page.blocks.append(try await budgets(clients)) }
        return try await house.page(page, web)
    }

    private func total(_ lines: [CostDesk.Line]) -> Block {
        let spent = lines.reduce(MicroUSD.zero) { $0 + $1.spent }, runs = lines.reduce(0) { $0 + $1.runs }
        let unpriced = lines.reduce(0) { $0 + $1.unpricedRuns }
        return Block(
            cards: Cards(cards: [
                Cards.Card(
                    label: "Spent", value: "\(spent)",
                    note: unpriced > 0 ? "and \(unpriced) runs of a model without a price" : nil),
                Cards.Card(label: "Runs", value: "\(runs)"),
                Cards.Card(
                    label: "A run on average", value: runs > 0 ? "\(MicroUSD(rawValue: spent.rawValue / runs))" : "none"
                ),
            ]))
    }

    private func table(_ grouping: CostDesk.Grouping, _ lines: [CostDesk.Line], _ clients: [String: String]) -> Table {
        Table(
            "Costs by \(grouping.rawValue)",
            Table.columns(grouping.rawValue.capitalizedFirst, "#Runs", "#Spent", "#Without a price"),
            lines.prefix(200).map { line in
                return [
                    cell(grouping, line.name, clients),
                    Table.Cell(text: "\(line.runs)"), Table.Cell(text: "\(line.spent)"),
                    Table.Cell(text: line.unpricedRuns > 0 ? "\(line.unpricedRuns)" : ""),
                ]
            }, empty: "No run was accepted in this month.")
    }

    private func cell(_ grouping: CostDesk.Grouping, _ name: String, _ clients: [String: String]) -> Table.Cell {
        guard !name.isEmpty else { return Table.Cell(text: "none") }
        return switch grouping {
        case .client: Table.Cell(text: clients[name] ?? name, address: "/runs/?client=\(name)")
        case .agent: Table.Cell(text: house.agentName(name), address: "/runs/?agent=\(name)")
        case .model, .day: Table.Cell(text: name)
        }
    }

    private func words(_ account: SpendAccount, _ clients: [String: String]) -> String {
        switch account.owner {
        case .agency: "The agency"
        case .client(let slug): clients[slug] ?? slug
        case .agent(let name): house.agentName(name)
        }
    }

    private func budgets(_ clients: [String: String]) async throws -> Block {
        let lines = try await house.budgets.list()
        return Block(
            heading: "Budgets",
            table: Table(
                "Accounts of today and this month",
                Table.columns("Account", "Period", "#Limit", "#Spent", "#Reserved", "#Left"),
                lines.prefix(200).map { line -> [Table.Cell] in
                    [
                        Table.Cell(text: words(line.account, clients)), Table.Cell(text: line.account.period),
                        Table.Cell(text: line.budget.map { "\($0.limit)" } ?? "none"),
                        Table.Cell(text: "\(line.balance.spent)"), Table.Cell(text: "\(line.balance.reserved)"),
                        Table.Cell(text: line.left.map { "\($0)" } ?? ""),
                    ]
                }, empty: "No budget is set. bureau budgets set makes one.")
        )
    }
}
