import BureauDomain
import BureauStorage

/// A month's runs summed by everything they are summed by, so that each table is a sum of the same parts.
package struct CostSheet: Sendable {
    struct Part: Sendable {
        let names: [CostDesk.Grouping: String]
        let runs: Int64, unpriced: Int64, repeated: Int64, limited: Int64
        let spent: MicroUSD, repeatedSpent: MicroUSD

        init(_ row: Row) throws {
            names = [
                .day: SpendMonth.day(daysSince1970: Int(try row.integer("day"))), .client: try row.text("client"),
                .agent: try row.text("agent"), .trigger: try row.text("trigger"), .model: try row.text("model"),
                .status: try row.text("state"),
            ]
            runs = try row.integer("runs")
            unpriced = try row.integer("unpriced")
            repeated = try row.integer("repeated")
            limited = try row.integer("limited")
            spent = MicroUSD(rawValue: try row.integer("spent"))
            repeatedSpent = MicroUSD(rawValue: try row.integer("repeated_spent"))
        }

        func name(_ grouping: CostDesk.Grouping) -> String { names[grouping] ?? "" }
    }

    let rows: [Part]

    package var month: CostDesk.Month {
        rows.reduce(into: CostDesk.Month()) { month, part in
            month.runs += part.runs
            month.spent += part.spent
            month.unpricedRuns += part.unpriced
            month.repeatedRuns += part.repeated
            month.repeatedSpent += part.repeatedSpent
            month.limitedRuns += part.limited
            guard part.name(.status) == RunState.failed.rawValue else { return }
            month.failedRuns += part.runs
            month.failedSpent += part.spent
        }
    }

    /// In the order `CostDesk.lines` has.
    package func lines(by grouping: CostDesk.Grouping) -> [CostDesk.Line] {
        let sums = Dictionary(grouping: rows) { $0.name(grouping) }.map { name, parts in
            CostDesk.Line(
                name: name, runs: parts.reduce(0) { $0 + $1.runs }, spent: parts.reduce(.zero) { $0 + $1.spent },
                unpricedRuns: parts.reduce(0) { $0 + $1.unpriced })
        }
        return sums.sorted { left, right in
            guard grouping != .day, left.spent != right.spent else { return left.name < right.name }
            return left.spent > right.spent
        }
    }

    /// By UTC days and agents, in that order. Days without runs are not in it.
    package var days: [CostDesk.DayShare] {
        var sums: [String: [String: MicroUSD]] = [:]
        for part in rows { sums[part.name(.day), default: [:]][part.name(.agent), default: .zero] += part.spent }
        return sums.sorted { $0.key < $1.key }.flatMap { day, agents in
            agents.sorted { $0.key < $1.key }.map { CostDesk.DayShare(day: day, agent: $0.key, spent: $0.value) }
        }
    }
}
