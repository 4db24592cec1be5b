import BureauDomain
import BureauEngine

/// How what a run costs has grown, on its page: the chart, and every figure of it.
struct RunCurve {
    let house: WebHouse
    let run: RunRecord

    /// Nothing where the ledger has no figure of it.
    func blocks(_ agent: LoadedAgent?) async throws -> [Block] {
        let points = try await house.runs.spendCurve(run.id)
        guard let first = points.first, let last = points.last else { return [] }
        let start = min(run.startedAt ?? first.at, first.at)
        let limit = agent.map { run.costMax($0.config, byDefault: house.settings.defaultSessionCostMax) } ?? run.costMax
        let curve = CostCurve(
            id: "curve", title: "What the run has cost in all", points: points, start: start,
            end: max(run.endedAt ?? last.at, last.at), alert: agent?.config.limits.alertAbove, cap: limit)
        let clock = house.clock
        let rows = points.map { point -> [Table.Cell] in
            [
                Table.Cell(text: clock.absolute(point.at), iso: PageClock.iso(point.at)),
                Table.Cell(text: CostCurve.after(point.at, start)), Table.Cell(text: "\(point.total)"),
            ]
        }
        return [
            Block(id: "curve", heading: "As it grew", chart: curve.chart),
            Block(
                folded: "The chart's figures", printsOpen: true,
                table: Table("Cost in all, by time", Table.columns("At", "After", "#Cost"), rows, empty: "")),
        ]
    }
}
