import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Questions of agents, and their answers.
struct ApprovalAPI: Sendable {
    let house: WebHouse
    private static let tag = "approvals"
    private static let decision: APIShape = .object(
        [
            .init(name: "decision", shape: .choice(["approve", "deny"])),
            .optional("reason", .line(0...1_000), "Needed to deny: the agent is told why."),
        ], isOpen: false)

    private static let change: APIShape = .object(
        [
            .init(
                name: "input", shape: .object([], isOpen: true),
                meaning: "The whole input as it is approved, at most \(ChangedInput.bytesMax) bytes of JSON."),
            .optional("reason", .line(0...1_000), "The agent is told."),
        ], isOpen: false)

    private static let question: APIShape = .object(
        [.init(name: "text", shape: .line(1...ApprovalDesk.questionCharactersMax))], isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .get, "/approvals", .viewer,
                as: .init(
                    name: "listApprovals", tag: Self.tag,
                    summary: "Questions, newest first; the open ones unless asked otherwise.",
                    answer: .list(.named("Approval")),
                    query: [
                        .optional("status", .choice(ApprovalState.allCases.map(\.rawValue) + ["all"])),
                        .optional("run", .id),
                    ] + APIOperation.paging)
            ) { call in
                var listing = ApprovalListing(visible: call.visible)
                let status = call.text("status") ?? "open"
                listing.state = ApprovalState(rawValue: status)
                (listing.run, listing.before) = (call.text("run"), try call.before("approvals"))
                listing.limit = call.limit + 1
                return .page(try await house.approvals.list(listing), call, "approvals", id: \.id, \.document)
            },
            .operation(
                house, .get, "/approvals/:id", .viewer, .approval,
                as: .init(
                    name: "getApproval", tag: Self.tag, summary: "One question.", answer: .one(.named("Approval")))
            ) { .one(try Self.approval($0).document) },
            .operation(
                house, .post, "/approvals/:id/decision", .consultant, .approval,
                as: .init(
                    name: "decideApproval", tag: Self.tag, summary: "Approve or deny. The first decision stands.",
                    answer: .one(.named("Approval")), body: Self.decision),
                current: { try Self.approval($0).document }
            ) { .one(try await decide($0)) },
            .operation(
                house, .post, "/approvals/:id/change", .consultant, .approval,
                as: .init(
                    name: "changeApproval", tag: Self.tag,
                    summary: "Approve with changes: the agent is told to make the call again exactly so. The first "
                        + "decision stands.", answer: .one(.named("Approval")), body: Self.change),
                current: { try Self.approval($0).document }
            ) { .one(try await change($0)) },
            .operation(
                house, .post, "/approvals/:id/question", .consultant, .approval,
                as: .init(
                    name: "askAboutApproval", tag: Self.tag,
                    summary: "Ask whoever wanted the work, in Slack and on the task. Nothing is decided.",
                    answer: .one(.named("Approval")), body: Self.question),
                current: { try Self.approval($0).document }
            ) { .one(try await ApprovalQuestion(house: house).ask($0.text("text") ?? "", $0.web).document) },
        ]
    }

    private static func approval(_ call: APICall) throws -> ApprovalRecord {
        guard let approval = call.web.approval else { throw APIProblem.missing("such approval") }
        return approval
    }

    /// What came with API_TOKEN counts as API_TOKEN_USER's.
    private static func decider(_ call: APICall) throws -> ApprovalPolicy.Person {
        let person = try call.web.signedIn().person
        return person.isInstallation ? .bureau(name: person.name) : ApprovalView.decider(person)
    }

    private func change(_ call: APICall) async throws -> JSONValue {
        let actor = try call.web.actor()
        let outcome = try await house.approvals.change(
            Self.approval(call).id, to: call.body["input"] ?? .null, by: Self.decider(call), on: actor.surface,
            reason: call.text("reason"), from: actor.remoteAddress)
        return try ApprovalDecision(house: house).told(outcome)
    }

    private func decide(_ call: APICall) async throws -> JSONValue {
        try await ApprovalDecision(house: house).decide(
            try Self.approval(call).id, isApproved: call.text("decision") == "approve", call.text("reason"),
            Self.decider(call), call.web.actor())
    }
}

/// A decision of a program's: the same for the API and for agents that ask.
struct ApprovalDecision: Sendable {
    let house: WebHouse

    func decide(
        _ id: String, isApproved: Bool, _ reason: String?, _ decider: ApprovalPolicy.Person, _ actor: Actor
    ) async throws -> JSONValue {
        if !isApproved, reason?.allSatisfy(\.isWhitespace) ?? true {
            throw APIProblem(
                status: .unprocessableContent, title: "A reason is missing", detail: "The agent is told why.",
                fix: "Send a reason with a denial.")
        }
        let outcome =
            isApproved
            ? try await house.approvals.approve(id, by: decider, on: actor.surface, from: actor.remoteAddress)
            : try await house.approvals.deny(
                id, by: decider, on: actor.surface, reason: reason ?? "", from: actor.remoteAddress)
        return try told(outcome)
    }

    /// The question as it is decided, or why it is not.
    func told(_ outcome: ApprovalDesk.Outcome) throws -> JSONValue {
        let words = SlackFrontDesk.words(outcome, house.clock.zone) ?? ""
        func no(_ status: HTTPResponse.Status, _ title: String, _ fix: String) -> APIProblem {
            APIProblem(status: status, title: title, detail: words, fix: fix)
        }
        switch outcome {
        case .decided(let approval): return approval.document
        case .already(let approval) where approval.state == .expired:
            throw no(.conflict, "Expired", "GET the run: it goes on without an answer, or has ended.")
        case .already(let approval) where approval.state == .void:
            throw no(.conflict, "No longer asked", "GET the run to see what became of it.")
        case .already: throw no(.conflict, "Already decided", "GET the approval to see by whom.")
        case .refused: throw no(.forbidden, "Not an approver", "Ask one of the people the agent's config names.")
        case .unknown: throw APIProblem.missing("such approval")
        case .unfit:
            throw no(.unprocessableContent, "Cannot be changed so", "Send another input, or deny with a reason.")
        case .short: throw no(.conflict, "Not enough money", "Raise the budget first.")
        case .altered: throw no(.conflict, "Altered", "The stored question is not the agent's: look at the run.")
        }
    }
}
