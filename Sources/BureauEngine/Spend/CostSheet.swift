import BureauDomain
import BureauStorage

/// A month's runs summed by everything they are summed by, so that each table is a sum of the same parts.
package struct CostSheet: Sendable {
    struct Part: Sendable {
        let day: Int64
        let client: String, agent: String, trigger: String, model: String, status: String
        let runs: Int64, unpriced: Int64, repeated: Int64, limited: Int64
        let spent: MicroUSD, repeatedSpent: MicroUSD

        init(_ row: Row) throws {
            day = try row.integer("day")
            (client, agent, trigger) = (try row.text("client"), try row.text("agent"), try row.text("trigger"))
            (model, status) = (try row.text("model"), try row.text("state"))
            runs = try row.integer("runs")
            unpriced = try row.integer("unpriced")
            repeated = try row.integer("repeated")
            limited = try row.integer("limited")
            spent = MicroUSD(rawValue: try row.integer("spent"))
            repeatedSpent = MicroUSD(rawValue: try row.integer("repeated_spent"))
        }

        /// A month has few days and many parts: days are named when they are summed.
        func name(_ grouping: CostDesk.Grouping) -> String {
            switch grouping {
            case .day: "\(day)"
            case .client: client
            case .agent: agent
            case .trigger: trigger
            case .model: model
            case .status: status
            }
        }
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
            guard part.status == RunState.failed.rawValue else { return }
            month.failedRuns += part.runs
            month.failedSpent += part.spent
        }
    }

    /// In the order `CostDesk.lines` has.
    package func lines(by grouping: CostDesk.Grouping) -> [CostDesk.Line] {
        let sums = Dictionary(grouping: rows) { $0.name(grouping) }.map { name, parts in
            CostDesk.Line(
                name: grouping == .day ? SpendMonth.day(daysSince1970: Int(parts[0].day)) : name,
                runs: parts.reduce(0) { $0 + $1.runs }, spent: parts.reduce(.zero) { $0 + $1.spent },
                unpricedRuns: parts.reduce(0) { $0 + $1.unpriced })
        }
        return sums.sorted { left, right in
            guard grouping != .day, left.spent != right.spent else { return left.name < right.name }
            return left.spent > right.spent
        }
    }

    /// By UTC days and agents, in that order. Days without runs are not in it.
    package var days: [CostDesk.DayShare] {
        var sums: [Int64: [String: MicroUSD]] = [:]
        for part in rows { sums[part.day, default: [:]][part.agent, default: .zero] += part.spent }
        return sums.sorted { $0.key < $1.key }.flatMap { number, agents in
            let day = SpendMonth.day(daysSince1970: Int(number))
            return agents.sorted { $0.key < $1.key }.map {
                CostDesk.DayShare(day: day, agent: $0.key, spent: $0.value)
            }
        }
    }
}
