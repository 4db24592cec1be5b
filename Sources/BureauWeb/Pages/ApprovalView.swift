import BureauDomain
import BureauEngine
import Hummingbird

/// A question of an agent as a card: the effect first, then what exactly, then the JSON.
struct ApprovalView: Sendable {
    let house: WebHouse
    static let previewMax = 40, valueCharactersMax = 8_000

    static func chip(_ state: ApprovalState) -> Chip {
        switch state {
        case .open: Chip(glyph: "◆", word: "Approval", tone: "wait")
        case .approved: Chip(glyph: "✓", word: "Approved", tone: "ok")
        case .denied: Chip(glyph: "✕", word: "Denied", tone: "bad")
        case .expired: Chip(glyph: "○", word: "Expired", tone: "idle")
        case .void: Chip(glyph: "–", word: "No longer asked", tone: "idle")
        }
    }

    static func decider(_ person: PersonRecord) -> ApprovalPolicy.Person {
        .staff(name: person.name, isTrusted: person.role >= .operator)
    }

    /// What exactly would be sent, member by member. What is too long to read here says so.
    static func lines(_ approval: ApprovalRecord) -> [ApprovalCard.Line] {
        let value = try? JSONValue.parse(Array(approval.input.utf8)), members = value?.object?.members ?? []
        let lines = members.prefix(previewMax).map { member in
            let text = member.value.string ?? member.value.pretty, more = text.count - valueCharactersMax
            return ApprovalCard.Line(
                name: member.key.replacing("_", with: " "),
                value: more > 0
                    ? "\(text.prefix(valueCharactersMax))… and \(more) characters more, in the technical details" : text
            )
        }
        guard members.count > previewMax else { return lines }
        return lines + [
            .init(name: "and", value: "\(members.count - previewMax) members more, in the technical details")
        ]
    }

    func card(_ approval: ApprovalRecord, _ run: RunRecord, _ visitor: WebRequest.Visitor) async throws -> ApprovalCard
    {
        let words = house.words(run)
        let value = try? JSONValue.parse(Array(approval.input.utf8)), lines = Self.lines(approval)
        var refusal: String?
        if approval.state == .open {
            if visitor.person.role < .consultant {
                refusal = "Your role only looks. A consultant or above decides."
            } else if let outcome = try await house.approvals.refusal(approval.id, for: Self.decider(visitor.person)) {
                if case .refused(.notAnApprover(let who)) = outcome, who.isEmpty {
                    refusal = "No approver is named in the agent's config, so an operator or above decides."
                } else {
                    refusal = SlackFrontDesk.words(outcome, house.clock.zone)
                }
            }
        }
        let who = approval.threadName.map { " (sub-agent \($0))" } ?? ""
        return ApprovalCard(
            id: approval.id, chip: Self.chip(approval.state), effect: approval.effect,
            meta: "\(words.title)\(who) · asked \(house.clock.moment(approval.requestedAt)) · expires "
                + "\(house.clock.absolute(approval.expiresAt)), then counts as expired · cost so far \(words.cost)",
            tool: approval.tool, event: approval.eventID, json: value?.pretty ?? approval.input,
            preview: !lines.isEmpty, previewFacts: lines, diff: try await change(approval, lines),
            outcome: approval.state == .open
                ? nil
                : ApprovalWords.outcome(approval) + (approval.decidedAt.map { ", \(house.clock.absolute($0))" } ?? ""),
            refusal: refusal, mayDecide: approval.state == .open && refusal == nil,
            approveWord: approval.isAboutMoney ? "Raise" : "Approve", denyWord: approval.isAboutMoney ? "Stop" : "Deny",
            action: "/approvals/\(approval.id)/decision", runAddress: words.address, formToken: visitor.formToken,
            formKey: PageRenderer.formKey())
    }
}

extension ApprovalView {
    static let earlierMax = 50

    /// An agent that was denied asks anew with something else: what is else about it.
    private func change(_ approval: ApprovalRecord, _ lines: [ApprovalCard.Line]) async throws -> Diff? {
        guard approval.state == .open else { return nil }
        var listing = ApprovalListing(visible: nil)
        (listing.run, listing.state, listing.before) = (approval.runID, .denied, approval.id)
        listing.limit = Self.earlierMax
        let earlier = try await house.approvals.list(listing).first { $0.tool == approval.tool }
        guard let earlier, earlier.input != approval.input else { return nil }
        func text(_ lines: [ApprovalCard.Line]) -> String {
            lines.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        }
        let found = LineDiff.of(text(Self.lines(earlier)), text(lines))
        let who = ApprovalWords.outcome(earlier)
        return Diff(caption: "What changed since it was asked before (\(who))", lines: found.lines)
    }
}

/// One question, and the decision about it.
struct ApprovalPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/approvals/:id", .viewer, .approval) { try await show($0) },
            .action("/approvals/:id/decision", .consultant, .approval) { try await decide($0) },
        ]
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
        let words = SlackFrontDesk.words(outcome, house.clock.zone) ?? "Decided"
        switch outcome {
        case .decided(let decided):
            return try await house.done(
                "\(ApprovalWords.outcome(decided)). The agent is told.", "/runs/\(run.id)/", web)
        case .already:
            throw PageProblem.conflict(words, fix: "The first decision stands; nothing was changed by yours.")
        case .refused: throw PageProblem.unprocessable(words, fix: "Ask somebody who may decide.")
        case .unknown: throw PageProblem.notFound
        case .altered, .short:
            throw PageProblem.conflict(words, fix: "Nothing was decided. Open the run and look again.")
        }
    }
}
