package import BureauDomain
import BureauStorage

extension JSONValue {
    /// What is noted of a change, with why it was made where somebody said so. At most 300 characters of that.
    func because(_ reason: String?) -> JSONValue {
        guard let reason, !reason.isEmpty, var words = object else { return self }
        words["reason"] = .string(String(reason.prefix(300)))
        return .object(words)
    }
}

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

    /// An alert about a run is of that run's client.
    package func note(_ actor: Actor, alert before: AlertRecord, after: AlertRecord) async throws {
        let client = try await database.query("SELECT client_slug FROM run WHERE id = ?", [before.runID])
            .first?.textIfAny("client_slug")
        try await note(
            actor, "alert resolved", "alert \(before.id)", client: client, before: before.document,
            after: after.document)
    }

    /// A run whose failure needs nobody any more: it stays as it is, so that, and the note, is what is new.
    package func note(seen run: RunRecord, by actor: Actor, _ note: String) async throws {
        let state: [(String, JSONValue)] = [("run", .string(run.id)), ("status", .string(run.state.rawValue))]
        let words: [(String, JSONValue)] = note.isEmpty ? [] : [("note", .string(String(note.prefix(500))))]
        try await self.note(
            actor, "failure seen", "run \(run.id)", client: run.clientSlug, before: .object(JSONObject(state)),
            after: .object(JSONObject(state + [("seen", .bool(true))] + words)))
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
        _ actor: Actor, _ action: String, queue outcomes: [QueueDesk.Outcome], reason: String? = nil,
        client: (String) -> String?
    )
        async throws
    {
        let why = reason.map { JSONValue.object(JSONObject([("reason", JSONValue.string($0))])) }
        for outcome in outcomes where outcome.isDone {
            try await note(actor, action, "queue \(outcome.id)", client: client(outcome.id), after: why)
        }
    }
}
