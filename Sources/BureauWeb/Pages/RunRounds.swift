import BureauDomain
import BureauEngine

/// The rounds of a run that was sent back: the version each brought, and what people wrote that led to it.
struct RunRounds {
    let house: WebHouse

    /// Nil while there is one round that nobody has said anything about.
    func block(_ report: ArtifactRecord?) async throws -> Block? {
        guard let report else { return nil }
        let found = try await house.reports.page(report.id)
        let comments = try await house.runs.feedback(report.runID)
        guard found.versions.count > 1 || !comments.isEmpty else { return nil }
        return Block(
            id: "rounds", heading: "Rounds (\(found.versions.count))",
            table: Table(
                "Each round of this run: its version, and what people wrote about it",
                Table.columns("Status", "Round", "Made", "Asked for by", "Said about it"),
                found.versions.reversed().map { version -> [Table.Cell] in
                    let asked = found.revisions.filter { $0.round == version.round }.flatMap(\.comments)
                    let said = comments.filter { $0.round == version.round }
                    return [
                        Table.Cell(text: "", chip: ReportWords.chip(version.state)),
                        Table.Cell(text: "Version \(version.version)", address: "/reports/\(version.id)/"),
                        Table.Cell(text: house.clock.moment(version.createdAt), iso: PageClock.iso(version.createdAt)),
                        Table.Cell(text: asked.isEmpty ? "the first" : Self.words(asked.map { ($0.author, $0.text) })),
                        Table.Cell(text: Self.words(said.map { ($0.author, $0.text) })),
                    ]
                }, empty: ""))
    }

    private static let commentCharactersMax = 300, commentsMax = 5

    private static func words(_ comments: [(String, String)]) -> String {
        let told = comments.prefix(commentsMax).map { author, text in
            "\(Outgoing.clean(author)): \(Outgoing.clean(text).prefix(commentCharactersMax))"
        }
        let more = comments.count - told.count
        return told.joined(separator: " / ") + (more > 0 ? " and \(more) more" : "")
    }
}
