import BureauDomain
import BureauEngine
import Hummingbird

/// One question, and the decision about it.
struct ApprovalPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/approvals/:id", .viewer, .approval) { try await show($0) },
            .action("/approvals/:id/decision", .consultant, .approval) { try await decide($0) },
        ] + ChangePages(house: house).routes + ApprovalQuestion(house: house).routes
    }

    private func show(_ web: WebRequest) async throws -> Response {
        guard let approval = web.approval else { throw PageProblem.notFound }
        let run = try web.theRun()
        var page = Page(title: "Approval", heading: "Approval")
        page.crumbs = [
            Link(word: "Inbox", address: "/inbox/"),
            Link(word: "run \(run.id.prefix(10))", address: "/runs/\(run.id)/"),
            Link(word: "Approval"),
        ]
        page.blocks = [Block(approval: try await ApprovalView(house: house).card(approval, run, web.signedIn()))]
        return try await house.page(page, web)
    }

    /// What a form says about a question.
    enum Verdict {
        case approve
        case deny(reason: String)

        init(_ form: FormBody) throws {
            switch form["decision"] {
            case "approve": self = .approve
            case "deny":
                let reason = String((form["reason"] ?? "").trimmingPrefix(while: \.isWhitespace))
                guard !reason.isEmpty else {
                    throw PageProblem.unprocessable(
                        "A reason is missing: the agent is told why.",
                        fix: "Go back, write one sentence, and press Deny again.", field: "reason")
                }
                self = .deny(reason: reason)
            default: throw PageProblem.badRequest("The form says neither approve nor deny.")
            }
        }

        var word: String {
            switch self {
            case .approve: "approved"
            case .deny: "denied"
            }
        }
    }

    /// Decides one; the desk notes it.
    func settle(_ approval: ApprovalRecord, _ run: RunRecord, _ verdict: Verdict, _ web: WebRequest) async throws
        -> ApprovalDesk.Outcome
    {
        let actor = try web.actor(), person = ApprovalView.decider(try web.signedIn().person)
        let address = actor.remoteAddress
        return switch verdict {
        case .approve: try await house.approvals.approve(approval.id, by: person, on: "web", from: address)
        case .deny(let reason):
            try await house.approvals.deny(approval.id, by: person, on: "web", reason: reason, from: address)
        }
    }

    private func decide(_ web: WebRequest) async throws -> Response {
        guard let approval = web.approval else { throw PageProblem.notFound }
        let run = try web.theRun()
        let outcome = try await settle(approval, run, try Verdict(web.form), web)
        return try await told(outcome, run, web)
    }

    /// Back to the run, or why nothing was decided.
    func told(_ outcome: ApprovalDesk.Outcome, _ run: RunRecord, _ web: WebRequest) async throws -> Response {
        let words = SlackFrontDesk.words(outcome, house.clock.zone) ?? "Decided"
        switch outcome {
        case .decided(let decided):
            return try await house.done(
                "\(ApprovalWords.outcome(decided)). The agent is told.", "/runs/\(run.id)/", web)
        case .already(let approval) where [.expired, .void].contains(approval.state):
            throw PageProblem.conflict(words, fix: "Nothing was changed by you. Open the run and look again.")
        case .already:
            throw PageProblem.conflict(words, fix: "The first decision stands; nothing was changed by yours.")
        case .refused: throw PageProblem.unprocessable(words, fix: "Ask somebody who may decide.")
        case .unknown: throw PageProblem.notFound
        case .unfit: throw PageProblem.unprocessable(words, fix: "Open the question and change it otherwise.")
        case .altered, .short:
            throw PageProblem.conflict(words, fix: "Nothing was decided. Open the run and look again.")
        }
    }
}
