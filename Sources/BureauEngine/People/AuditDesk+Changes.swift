package import BureauDomain

/// The same change in the same words, whoever made it where: a page, the API or a command.
extension AuditDesk {
    package func note(
        _ actor: Actor, _ action: String, run before: RunRecord, after: RunRecord, reason: String? = nil
    ) async throws {
        func state(_ run: RunRecord) -> [(String, JSONValue)] {
            [("run", .string(run.id)), ("status", .string(run.state.rawValue))]
        }
        let why = reason.map { [("reason", JSONValue.string($0))] } ?? []
        try await note(
            actor, action, "run \(before.id)", client: before.clientSlug, before: .object(JSONObject(state(before))),
            after: .object(JSONObject(state(after) + why)))
    }

    package func note(started run: RunRecord, by actor: Actor, _ action: String = "run started") async throws {
        try await note(actor, action, "run \(run.id)", client: run.clientSlug, after: run.document)
    }

    package func note(
        _ actor: Actor, _ action: String, report before: ArtifactRecord, after: ArtifactRecord
    ) async throws {
        func state(_ report: ArtifactRecord) -> JSONValue {
            .object(JSONObject([("report", .string(report.id)), ("status", .string(report.state.rawValue))]))
        }
        try await note(
            actor, action, "report \(before.id)", client: before.clientSlug, before: state(before), after: state(after))
    }

    package func note(_ actor: Actor, alert before: AlertRecord, after: AlertRecord) async throws {
        try await note(
            actor, "alert resolved", "alert \(before.id)", before: before.document, after: after.document)
    }

    /// `before` is nil where there was no limit.
    package func note(
        _ actor: Actor, _ action: String, budget after: BudgetDesk.Line, before: MicroUSD?, reason: String?
    ) async throws {
        var client: String?
        if case .client(let slug) = after.account.owner { client = slug }
        func limit(_ amount: MicroUSD?) -> (String, JSONValue) {
            ("limit_usd", .string(amount.map { "\($0.usd)" } ?? "none"))
        }
        let why = reason.map { [("reason", JSONValue.string($0))] } ?? []
        try await note(
            actor, action, "budget \(after.account.scope)", client: client,
            before: .object(JSONObject([limit(before)])),
            after: .object(
                JSONObject([limit(after.budget?.limit), ("span", .string(after.account.span.rawValue))] + why)))
    }

    /// `outcomes` are those of redriving or dropping; what could not be done changed nothing.
    package func note(
        _ actor: Actor, _ action: String, queue outcomes: [QueueDesk.Outcome], client: (String) -> String?
    )
        async throws
    {
        for outcome in outcomes where outcome.isDone {
            try await note(actor, action, "queue \(outcome.id)", client: client(outcome.id))
        }
    }
}
