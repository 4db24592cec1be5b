import BureauDomain
import BureauEngine

/// A question of an agent as a card: the effect first, then what exactly, then the JSON.
struct ApprovalView: Sendable {
    let house: WebHouse
    static let previewMax = 40, valueCharactersMax = 8_000

    static func chip(_ state: ApprovalState) -> Chip {
        switch state {
        case .open: Chip(glyph: "◆", word: "Approval", tone: "wait")
        case .approved: Chip(glyph: "✓", word: "Approved", tone: "ok")
        case .changed: Chip(glyph: "✓", word: "Approved with changes", tone: "ok")
        case .denied: Chip(glyph: "✕", word: "Denied", tone: "bad")
        case .expired: Chip(glyph: "○", word: "Expired", tone: "idle")
        case .void: Chip(glyph: "–", word: "No longer asked", tone: "idle")
        }
    }

    static func decider(_ person: PersonRecord) -> ApprovalPolicy.Person {
        .staff(name: person.name, isTrusted: person.role >= .operator)
    }

    /// What exactly would be sent, member by member. What is too long to read here says so.
    static func lines(_ approval: ApprovalRecord) -> [ApprovalCard.Line] { lines(approval.newestInput) }

    static func lines(_ input: String) -> [ApprovalCard.Line] {
        let value = try? JSONValue.parse(Array(input.utf8)), members = value?.object?.members ?? []
        let lines = members.prefix(previewMax).map { member in
            let text = member.value.string ?? member.value.pretty, more = text.count - valueCharactersMax
            return ApprovalCard.Line(
                name: member.key.replacing("_", with: " "), size: ApprovalWords.size(member.value),
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
        let value = try? JSONValue.parse(Array(approval.newestInput.utf8)), lines = Self.lines(approval)
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
        let mayChange = approval.state == .open && refusal == nil && !approval.isAboutMoney && value?.object != nil
        let fits = ChangePages.fits(approval)
        let who = approval.threadName.map { " (sub-agent \($0))" } ?? ""
        let limit = try await house.limits(of: [run])[run.id]
        let meta = TimedText.joined([
            "\(words.title)\(who)", "asked \(approval.requestedAt, house.clock.moment)",
            "expires \(approval.expiresAt, house.clock.absolute), then counts as expired",
            "cost so far \(words.cost(of: limit))",
        ])
        return ApprovalCard(
            id: approval.id, chip: Self.chip(approval.state), effect: ApprovalWords.effect(approval), meta: meta,
            tool: approval.tool, event: approval.eventID, json: value?.pretty ?? approval.newestInput,
            why: approval.why, versionWords: ApprovalWords.version(approval), preview: !lines.isEmpty,
            previewFacts: lines,
            diff: try await change(approval),
            outcome: approval.state == .open
                ? nil
                : outcome(approval),
            refusal: refusal, mayDecide: approval.state == .open && refusal == nil,
            changeAddress: mayChange && fits ? ChangePages.address(approval) : nil,
            changeWords: mayChange && !fits ? ChangePages.elsewhere(approval) : nil,
            questionAddress: approval.state == .open && visitor.person.role >= .consultant
                ? ApprovalQuestion.address(approval) : nil,
            approveWord: approval.isAboutMoney ? "Raise" : "Approve", denyWord: approval.isAboutMoney ? "Stop" : "Deny",
            action: "/approvals/\(approval.id)/decision", runAddress: words.address, formToken: visitor.formToken,
            formKey: PageRenderer.formKey())
    }
}

extension ApprovalView {
    /// Who decided what, when, and what the agent goes by where that is something else.
    private func outcome(_ approval: ApprovalRecord) -> String {
        let at = approval.decidedAt.map { ", \(house.clock.absolute($0))" } ?? ""
        let otherwise = ApprovalWords.otherwise(approval).map { ". \($0)" } ?? ""
        return ApprovalWords.outcome(approval) + at + otherwise
    }

    /// What a person has changed; else what is another thing than in the version before.
    private func change(_ approval: ApprovalRecord) async throws -> Diff? {
        if let changed = approval.changedInput {
            return Self.diff(
                approval.input, changed, caption: "What \(approval.decidedBy ?? "somebody") changed before approving it"
            )
        }
        guard let id = approval.previous, let earlier = try await house.approvals.find(id) else { return nil }
        return Self.diff(
            earlier.newestInput, approval.input,
            caption: "What changed since it was asked before (\(ApprovalWords.outcome(earlier)))")
    }

    /// Nil where nothing differs. Every member is compared whole; what is not compared is told.
    static func diff(_ old: String, _ new: String, caption: String) -> Diff? {
        var found = LineDiff.of(text(old), text(new))
        if found.lines.isEmpty, !InputDifference.between(old, new).isEmpty {
            // Members whose texts run into each other read alike: as JSON they do not.
            found = LineDiff.of(pretty(old), pretty(new))
        }
        guard !found.lines.isEmpty else { return nil }
        let cut = Diff.Line(
            sign: "…", text: "Only the first \(LineDiff.linesMax) differing lines are compared; all of it is below",
            tone: "gap")
        return Diff(caption: caption, lines: found.lines + (found.isCut ? [cut] : []))
    }

    private static func pretty(_ input: String) -> String {
        (try? JSONValue.parse(Array(input.utf8)))?.pretty ?? input
    }

    /// A member a line, or several where its text has them. A text that reads like a number or a list is quoted.
    private static func text(_ input: String) -> String {
        guard let members = (try? JSONValue.parse(Array(input.utf8)))?.object?.members else { return input }
        return members.map { member in
            let plain = member.value.string.flatMap { (try? JSONValue.parse(Array($0.utf8))) == nil ? $0 : nil }
            return "\(member.key): \(plain ?? member.value.pretty)"
        }.joined(separator: "\n")
    }
}
