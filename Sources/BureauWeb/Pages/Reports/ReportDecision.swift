import BureauEngine

extension ReportDecision {
    init(house: WebHouse) {
        self.init(
            reports: house.reports, runs: house.runs, audit: house.audit, catalog: house.catalog, wake: house.wake)
    }

    /// Carries it out, unless what was written is blank: spaces have passed for a text of one character by now.
    func decide(_ word: Word, _ before: ArtifactRecord, _ person: PersonRecord, _ actor: Actor) async throws
        -> ArtifactRecord
    {
        switch word {
        case .noted(let text), .changes(let text):
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw FieldProblem(field: "text", text: "The text is blank.")
            }
        case .accepted, .dismissed: break
        }
        return try await carryOut(word, before, person, actor)
    }
}
