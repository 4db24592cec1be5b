package import BureauDomain

/// What a person says about a report, be it a decision or a note: the same for pages, programs and commands, noted in the
/// audit log.
package struct ReportDecision: Sendable {
    let reports: ArtifactDesk
    let runs: RunDesk
    let audit: AuditDesk
    let catalog: AgentCatalog
    /// Wakes the workers after something was decided.
    let wake: @Sendable () -> Void

    package init(
        reports: ArtifactDesk, runs: RunDesk, audit: AuditDesk, catalog: AgentCatalog,
        wake: @escaping @Sendable () -> Void
    ) {
        (self.reports, self.runs, self.audit, self.catalog, self.wake) = (reports, runs, audit, catalog, wake)
    }

    package enum Word: Sendable {
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
    package static func mayAccept(by config: AgentConfig?, _ person: PersonRecord) -> Bool {
        guard person.role >= .consultant else { return false }
        return (config?.review?.acceptors.isEmpty ?? true) || person.role >= .operator
    }

    package func mayAccept(_ report: ArtifactRecord, _ person: PersonRecord) -> Bool {
        Self.mayAccept(by: catalog.agent(report.agent)?.config, person)
    }

    package func carryOut(_ word: Word, _ before: ArtifactRecord, _ person: PersonRecord, _ actor: Actor) async throws
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
            after = try await reports.accept(before.id, by: actor.name)
        case .dismissed(let reason): after = try await reports.dismiss(before.id, by: actor.name, reason: reason)
        case .noted(let text):
            _ = try await runs.note(before.runID, text, by: actor.name)
            after = before
        case .changes(let text):
            guard try await reports.find(before.runID).id == before.id else {
                throw ArtifactDesk.Refused(
                    kind: .notNow, description: "there is a newer version of this report",
                    fix: "open that one and say it there")
            }
            _ = try await runs.revise(
                before.runID, asking: text, by: actor.name, of: catalog.agent(before.agent)?.config)
            after = try await reports.find(before.id)
        }
        wake()
        try await audit.note(actor, word.audit, report: before, after: after)
        return after
    }
}
