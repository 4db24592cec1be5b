import BureauDomain
import BureauEngine
import Hummingbird

/// A call is changed before it is approved: fields, then what would be another thing, then the decision about exactly
/// that. No page of these needs a script.
struct ChangePages: Sendable {
    let house: WebHouse
    private static let changed = "input", shown = "input_sha256"
    /// What goes through a form unseen.
    static let carried = [changed, shown]
    /// Of that, what is nothing to read where it is all that is left of a change.
    static let unread = [shown]

    static func address(_ approval: ApprovalRecord) -> String { "/approvals/\(approval.id)/change" }

    /// Whether the call's fields come back whole: a form takes only so much.
    static func fits(_ approval: ApprovalRecord) -> Bool { approval.input.utf8.count <= ChangedInput.bytesMax * 2 }

    static func elsewhere(_ approval: ApprovalRecord) -> String {
        "To change it, deny it with a reason, or use the command line: bureau approvals change \(approval.id)"
    }

    var routes: [Route] {
        [
            .page("/approvals/:id/change", .consultant, .approval) { web in
                let (approval, form) = try await begin(web)
                return try await house.page(page(approval, [edit(approval, form.fields())]), web)
            },
            .action("/approvals/:id/change", .consultant, .approval) { web in
                web.form[Self.changed] == nil ? try await preview(web) : try await confirm(web)
            },
        ]
    }

    /// The question and its fields, for somebody who may decide it now.
    private func begin(_ web: WebRequest) async throws -> (ApprovalRecord, ChangeForm) {
        guard let approval = web.approval else { throw PageProblem.notFound }
        let person = ApprovalView.decider(try web.signedIn().person)
        if let outcome = try await house.approvals.refusal(approval.id, for: person) {
            _ = try await ApprovalPages(house: house).told(outcome, web.theRun(), web)
        }
        guard Self.fits(approval) else {
            throw PageProblem.unprocessable("This call is too long for a form.", fix: Self.elsewhere(approval))
        }
        guard !approval.isAboutMoney, let form = ChangeForm(approval.input) else {
            throw PageProblem.unprocessable(
                "There is nothing to change about this question.", fix: "Go back and answer it with yes or no.")
        }
        return (approval, form)
    }

    private func preview(_ web: WebRequest) async throws -> Response {
        let (approval, form) = try await begin(web)
        let change: ChangedInput
        switch form.read(web.form) {
        case .wrong(let wrong):
            return try await again(
                approval, form.fields(web.form, wrong: wrong), "Something is not as it has to be.", web)
        case .changed(let value):
            do { change = try ChangedInput(value, of: approval.input) } catch {
                let why = "\(error.description.capitalizedFirst)."
                return try await again(approval, form.fields(web.form), why, web)
            }
        }
        let caption = "What would be another thing than the agent asked for"
        var further = edit(approval, form.fields(web.form))
        further.folded = "Change it further"
        let blocks = [
            Block(diff: ApprovalView.diff(approval.input, change.json, caption: caption)),
            Block(disclosure: Disclosure(summary: "All of it, as it would be approved", body: change.value.pretty)),
            decision(approval, change), further,
        ]
        return try await house.page(page(approval, blocks), web)
    }

    /// With what was written, and what is wrong with it. Nothing was decided.
    private func again(
        _ approval: ApprovalRecord, _ fields: [Field], _ why: String, _ web: WebRequest
    ) async throws -> Response {
        let callout = Callout(tone: "warn", title: why, fix: "Mend it below, and look again.", isAlert: true)
        var page = page(approval, [Block(callout: callout), edit(approval, fields)])
        page.status = 422
        return try await house.page(page, web)
    }

    /// Takes nothing but what the page before has shown.
    private func confirm(_ web: WebRequest) async throws -> Response {
        guard let approval = web.approval else { throw PageProblem.notFound }
        guard let value = try? JSONValue.parse(Array((web.form[Self.changed] ?? "").utf8)),
            Hex.sha256(Array(value.canonical.utf8)) == web.form[Self.shown]
        else {
            throw PageProblem.conflict(
                "This is not what was shown. Nothing was decided.",
                fix: "Open the question, change it, and look at what changes once more.")
        }
        let person = ApprovalView.decider(try web.signedIn().person)
        let outcome = try await house.approvals.change(
            approval.id, to: value, by: person, on: "web", reason: web.form["reason"],
            from: try web.actor().remoteAddress)
        if case .unfit = outcome {
            throw PageProblem.mendedElsewhere(
                SlackFrontDesk.words(outcome, house.clock.zone) ?? "It cannot be changed so.",
                fix: "Nothing was decided. Change it otherwise, and look at what changes.",
                place: Self.address(approval))
        }
        return try await ApprovalPages(house: house).told(outcome, web.theRun(), web)
    }

    // MARK: The page

    private func page(_ approval: ApprovalRecord, _ blocks: [Block]) -> Page {
        var page = Page(title: "Change and approve", heading: "Change and approve")
        page.lead = ApprovalWords.asAsked(approval)
        page.crumbs = [
            Link(word: "Inbox", address: "/inbox/"), Link(word: "Approval", address: "/approvals/\(approval.id)/"),
            Link(word: "Change"),
        ]
        page.blocks = blocks
        return page
    }

    private func edit(_ approval: ApprovalRecord, _ fields: [Field]) -> Block {
        Block(forms: [
            Form(
                action: Self.address(approval), verb: "Show what changes", fields: fields,
                cancel: Link(word: "Leave it as it is", address: "/approvals/\(approval.id)/"), isRepeatable: true)
        ])
    }

    private func decision(_ approval: ApprovalRecord, _ change: ChangedInput) -> Block {
        Block(
            style: "waits",
            text: "The agent is told to make the call again exactly so, once; that call is then approved in your name. "
                + "Should it ask for anything else, people are asked again.",
            forms: [
                Form(
                    action: Self.address(approval), verb: "Approve with these changes",
                    fields: [
                        Field(Self.changed, "", .hidden, value: change.json),
                        Field(Self.shown, "", .hidden, value: Hex.sha256(Array(change.canonical.utf8))),
                        Field("reason", "Reason", .long, hint: "The agent is told; it may be left out."),
                    ])
            ])
    }
}
