import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What may be spent, what was, and how much is left; admins set limits.
struct BudgetAPI: Sendable {
    let house: WebHouse
    private static let tag = "costs"

    private static let amount: [APIShape.Field] = [
        .init(name: "limit_usd", shape: .amount(0.01...1_000_000)),
        .init(name: "reason", shape: .plain(1...300), meaning: "For the audit log."),
    ]
    private static let limitBody: APIShape = .object(
        [
            .init(
                name: "scope",
                shape: .text(6...80, pattern: "^(agency|client/[a-z0-9-]{1,64}|agent/[a-z0-9_-]{1,64})$"),
                meaning: "agency, client/SLUG or agent/NAME."),
            .init(
                name: "span", shape: .choice(SpendAccount.Span.allCases.map(\.rawValue)),
                meaning: "day for the agency, month for a client, either for an agent."),
        ] + amount, isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .get, "/budgets", .operator,
                as: .init(
                    name: "listBudgets", tag: Self.tag, summary: "Accounts of today and this month, in UTC.",
                    answer: .list(.named("Budget")))
            ) { call in
                .list(try await house.budgets.list(visible: call.visible).map(\.document), next: nil)
            },
            .operation(
                house, .post, "/budgets", .admin,
                as: .init(
                    name: "setBudget", tag: Self.tag, summary: "Set a limit for every day or month from now on.",
                    answer: .one(.named("Budget")), body: Self.limitBody, problems: [.notFound])
            ) { call in
                try await change(call, "budget set") { try await house.budgets.set($0, $1, to: $2, by: $3) }
            },
            .operation(
                house, .post, "/budgets/raise", .admin,
                as: .init(
                    name: "raiseBudget", tag: Self.tag,
                    summary: "Raise a limit for this day or month only; what waits for it goes on.",
                    answer: .one(.named("Budget")), body: Self.limitBody, problems: [.notFound])
            ) { call in
                try await change(call, "budget raised") { try await house.budgets.raise($0, $1, to: $2, by: $3) }
            },
            .operation(
                house, .post, "/runs/:id/raise", .admin, .run,
                as: .init(
                    name: "raiseRunLimit", tag: RunAPI.tag, summary: "Let it cost more; one that waits for it goes on.",
                    answer: .one(.named("Run")), body: .object(Self.amount, isOpen: false)),
                current: { try await RunDocument(house: house).page($0.web.theRun()) }
            ) { .one(try await raiseRun($0)) },
        ]
    }

    private static func limit(_ call: APICall) throws -> (amount: MicroUSD, reason: String) {
        let reason = call.text("reason") ?? ""
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw APIProblem(
                status: .unprocessableContent, title: "A reason is missing", detail: "The reason is blank.",
                fix: "Say in one sentence why the limit changes.")
        }
        return (.usd(call.body["limit_usd"]?.number?.double ?? 0), reason)
    }

    /// Whose account the body names. Any period will do to read it.
    private func account(_ call: APICall) async throws -> (SpendAccount.Owner, SpendAccount.Span) {
        guard let owner = SpendAccount(scope: call.text("scope") ?? "", period: "2026-01")?.owner,
            let span = call.text("span").flatMap(SpendAccount.Span.init(rawValue:))
        else { throw APIProblem.misshapen("scope names no account") }
        guard BudgetDesk.isSeen(owner, visible: call.visible) else { throw APIProblem.missing("such account") }
        let isKept: Bool
        switch owner {
        case .agency: isKept = span == .day
        case .client(let slug):
            guard try await house.clients.find(slug) != nil else { throw APIProblem.missing("such client") }
            isKept = span == .month
        case .agent(let name):
            guard house.catalog.agent(name) != nil else { throw APIProblem.missing("such agent") }
            isKept = true
        }
        guard isKept else {
            throw APIProblem(
                status: .unprocessableContent, title: "No such account",
                detail: "The agency's limit is for a day, a client's for a month, an agent's for either.",
                fix: "Change span.")
        }
        return (owner, span)
    }

    private func change(
        _ call: APICall, _ noted: String,
        _ act: (SpendAccount.Owner, SpendAccount.Span, MicroUSD, String) async throws -> BudgetDesk.Line
    ) async throws -> APIAnswer {
        let (owner, span) = try await account(call), (amount, reason) = try Self.limit(call)
        let actor = try call.web.actor(), before = try await house.budgets.limit(owner, span)
        let after = try await act(owner, span, amount, actor.name)
        try await house.audit.note(actor, noted, budget: after, before: before, reason: reason)
        house.wake()
        return .one(after.document)
    }

    private func raised(_ run: RunRecord, to amount: MicroUSD, by person: String) async throws -> RunRecord {
        do { return try await house.budgets.raise(run: run.id, to: amount, by: person) } catch let refused
            as BudgetDesk.Refused
        {
            throw APIProblem(
                status: .conflict, title: "Not done", detail: APIProblem.sentence(refused.description),
                fix: run.state.isFinal
                    ? "POST /api/v1/runs/\(run.id)/again starts a new run with the same input and limit."
                    : "Send more than it may cost already: GET /api/v1/runs/\(run.id) shows the run.")
        }
    }

    private func raiseRun(_ call: APICall) async throws -> JSONValue {
        let (before, actor) = (try call.web.theRun(), try call.web.actor()), (amount, reason) = try Self.limit(call)
        let after = try await raised(before, to: amount, by: actor.name)
        house.wake()
        try await house.audit.note(actor, "run limit raised to \(amount)", run: before, after: after, reason: reason)
        return after.document
    }
}
