import BureauEngine

/// Questions that ended by themselves, folded under the inbox: nobody has to do anything, and nobody has to wonder.
struct InboxLapsed: Sendable {
    let house: WebHouse
    static let daysShown: Int64 = 14, listedMax = 50

    func blocks(_ web: WebRequest) async throws -> [Block] {
        let person = try web.signedIn().person, clock = house.clock
        let since = clock.now() - Self.daysShown * 86_400_000
        let found = try await house.approvals.lapsed(since: since, visible: person.clients, limit: Self.listedMax)
        guard !found.isEmpty else { return [] }
        let runs = try await house.runs.find(ids: found.map(\.runID))
        let rows = found.compactMap { approval -> [Table.Cell]? in
            guard let run = runs[approval.runID] else { return nil }
            return [
                Table.Cell(text: "", chip: ApprovalView.chip(approval.state)),
                Table.Cell(text: approval.effect, address: "/approvals/\(approval.id)/"),
                Table.Cell(text: house.words(run).title, address: "/runs/\(run.id)/"),
                Table.Cell(text: clock.moment(approval.requestedAt), iso: PageClock.iso(approval.requestedAt)),
                Table.Cell(
                    text: approval.decidedAt.map(clock.moment) ?? "",
                    iso: approval.decidedAt.map(PageClock.iso)),
            ]
        }
        return [
            Block(
                id: "lapsed", folded: "Ended without a decision in the last \(Self.daysShown) days (\(rows.count))",
                table: Table(
                    "The agent was told that nobody decided; nobody denied it",
                    Table.columns("Status", "What it asked", "Run", "Asked", "Ended"), rows, empty: ""))
        ]
    }
}
