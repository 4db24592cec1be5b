import BureauDomain
import BureauEngine

/// What a person says about a report, be it a decision or a note: the same for pages and programs, noted in the audit log.
struct ReportDecision: Sendable {
    let house: WebHouse

    enum Word: Sendable {
        case accepted
        case changes(String)
        case dismissed(reason: String?)
        /// Decides nothing.
        case noted(String)

        var audit: String {
            switch self {
            case .accepted: "report accepted"
            case .changes: "changes asked"
            case .dismissed: "report dismissed"
            case .noted: "report noted"
            }
        }
    }

    /// An agent's config may name who accepts, by their ids in the work tool, which are not those of Bureau's users. Then
    /// it is done there, or by somebody who answers for the operation.
    func mayAccept(_ report: ArtifactRecord, _ person: PersonRecord) -> Bool {
        guard person.role >= .consultant else { return false }
        let named = house.catalog.agent(report.agent)?.config.review?.acceptors ?? []
        return named.isEmpty || person.role >= .operator
    }

    /// Spaces have passed for a text of one character by now.
    private static func expectWords(_ text: String) throws {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw FieldProblem(field: "text", text: "The text is blank.")
        }
    }

    func carryOut(_ word: Word, _ before: ArtifactRecord, _ person: PersonRecord, _ actor: Actor) async throws
        -> ArtifactRecord
    {
        let after: ArtifactRecord
        switch word {
        case .accepted:
            guard mayAccept(before, person) else {
                throw ArtifactDesk.Refused(
                    kind: .notNow, description: "the agent's config names who may accept its results",
                    fix: "accept it on the task as one of them, or ask an operator")
            }
            after = try await house.reports.accept(before.id, by: actor.name)
        case .dismissed(let reason): after = try await house.reports.dismiss(before.id, by: actor.name, reason: reason)
        case .noted(let text):
            try Self.expectWords(text)
            _ = try await house.runs.note(before.runID, text, by: actor.name)
            after = before
        case .changes(let text):
            try Self.expectWords(text)
            guard try await house.reports.find(before.runID).id == before.id else {
                throw ArtifactDesk.Refused(
                    kind: .notNow, description: "there is a newer version of this report",
                    fix: "open that one and say it there")
            }
            _ = try await house.runs.revise(
                before.runID, asking: text, by: actor.name, of: house.catalog.agent(before.agent)?.config)
            after = try await house.reports.find(before.id)
        }
        house.wake()
        try await house.audit.note(actor, word.audit, report: before, after: after)
        return after
    }
}
