import BureauDomain
import BureauEngine
import Hummingbird

/// Asking whoever wanted the work before deciding: the question goes to Slack and the task, the approval stays open.
struct ApprovalQuestion: Sendable {
    let house: WebHouse
    private static let field = "question"

    static func address(_ approval: ApprovalRecord) -> String { "/approvals/\(approval.id)/question" }

    var routes: [Route] {
        [
            .page("/approvals/:id/question", .consultant, .approval) { try await show($0) },
            .action("/approvals/:id/question", .consultant, .approval) { web in
                let approval = try await ask(web.form[Self.field] ?? "", web)
                return try await house.done(
                    "Asked. The approval stays open.", "/approvals/\(approval.id)/", web)
            },
        ]
    }

    private func show(_ web: WebRequest) async throws -> Response {
        guard let approval = web.approval else { throw PageProblem.notFound }
        guard approval.state == .open else { throw Self.settled(approval) }
        let run = try web.theRun()
        guard let places = try await house.approvals.askingPlaces(run).words else { throw Self.nowhere }
        let place = "/approvals/\(approval.id)/"
        var page = Page(title: "Ask a question", heading: "Ask a question")
        page.lead = approval.effect
        page.crumbs = [
            Link(word: "Inbox", address: "/inbox/"), Link(word: "Approval", address: place), Link(word: "Question"),
        ]
        page.blocks = [
            Block(
                text: "It is put to \(house.words(run).requester) \(places), and kept in the run's history. "
                    + "The approval stays open.",
                forms: [
                    Form(
                        action: Self.address(approval), verb: "Ask",
                        fields: [
                            Field(
                                Self.field, "Question", .long,
                                hint: "At most \(ApprovalDesk.questionCharactersMax) characters.", isRequired: true)
                        ], cancel: Link(word: "Back to the approval", address: place))
                ])
        ]
        return try await house.page(page, web)
    }

    /// The same for programs.
    func ask(_ text: String, _ web: WebRequest) async throws -> ApprovalRecord {
        guard let approval = web.approval else { throw PageProblem.notFound }
        let outcome = try await house.approvals.askBack(approval.id, text, by: web.actor())
        if let problem = Self.problem(outcome) { throw problem }
        return approval
    }

    /// Nil when people are asked.
    static func problem(_ outcome: ApprovalDesk.AskedBack) -> PageProblem? {
        switch outcome {
        case .asked: nil
        case .already(let approval): settled(approval)
        case .unknown: .notFound
        case .nowhere: nowhere
        case .unfit:
            .unprocessable(
                "A question has words, and at most \(ApprovalDesk.questionCharactersMax) characters.",
                fix: "Write it, or make it shorter, and ask again.", field: field)
        }
    }

    private static let nowhere = PageProblem.unprocessable(
        "Nobody can be asked from here: neither Slack nor a task of this run is connected.",
        fix: "Ask them yourself, then decide; or connect Slack, and ask again.")

    private static func settled(_ approval: ApprovalRecord) -> PageProblem {
        .conflict(
            approval.state == .open ? "Its time is over." : "\(ApprovalWords.outcome(approval)).",
            fix: "Nobody was asked. Open the run: it shows what became of it.")
    }
}
