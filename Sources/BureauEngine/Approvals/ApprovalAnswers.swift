import BureauDomain
import BureauStorage
import BureauVendors

/// Brings decisions to the session that waits for them, each exactly once.
struct ApprovalAnswers: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let anthropic: AnthropicClient
    let session: String
    static let stepKind = "confirmation"
    /// Begins the code of what people are told.
    static let otherwise = "answered_otherwise"

    /// Sends what is decided and not yet sent. Returns false when nobody can tell of one whether it arrived.
    func send(_ approvals: [ApprovalRecord]) async throws -> Bool {
        var isSure = true
        for approval in approvals where approval.state.isDecided {
            let step = try await step(approval)
            guard step.state != .done else { continue }
            let write = ConfirmationWrite(anthropic: anthropic, session: session, approval: approval)
            var runner = StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease)
            runner.backoff = Backoff(seconds: [1, 2, 4])
            do {
                switch try await runner.run(step, write) {
                case .done: continue
                case .doubtful(let why):
                    try await Doubt(parts: parts, hand: hand).tell(step, why)
                    isSure = false
                case .failed(let why):
                    // Refused, perhaps because somebody at the provider was faster.
                    _ = try await write.probe()
                    throw StepProblem(
                        description: "the answer to \"\(approval.tool)\" could not be brought to the session: \(why)")
                }
            } catch let other as AnsweredOtherwise {
                try await settle(step, approval, other)
            }
        }
        return isSure
    }

    /// Nothing is left to bring: the agent goes by what it was told at the provider. People are told, and every surface
    /// that shows what was decided here says so too.
    private func settle(_ step: StepRecord, _ approval: ApprovalRecord, _ other: AnsweredOtherwise) async throws {
        let word = other.isAllowed ? "allowed" : "denied"
        let sentence =
            "The call \"\(approval.tool.prefix(80))\" was \(word) at the provider before the answer given here came. "
            + "The agent goes by that. Here stands: \(ApprovalWords.outcome(approval).closed)"
        let receipt = try JSONText.encode(["call": approval.eventID, "answered": word])
        let (doors, run) = (parts.doors, hand.run)
        try await parts.write(hand.lease) { db in
            try StepStore(db: db).markDone(step.id, receipt: receipt, now: doors.now())
            try RunEventStore(db: db).append(run.id, kind: "approval", detail: sentence, now: doors.now())
            try NoticeWriter(db: db, doors: doors).alert(
                RunCause(.internalError, sentence), run, kind: .gate, code: "\(Self.otherwise)/\(approval.eventID)")
            try ApprovalNotices(db: db, doors: doors).answeredOtherwise(approval, run: run)
        }
    }

    private func step(_ approval: ApprovalRecord) async throws -> StepRecord {
        let (id, now, run) = (parts.doors.makeID(), parts.doors.now(), hand.run)
        let plan = StepPlan(
            channel: .anthropic, kind: Self.stepKind, subject: approval.eventID, position: 3,
            intent: try JSONText.encode(ApprovalIntent(approval: approval.id)))
        return try await parts.write(hand.lease) { db in
            let steps = StepStore(db: db)
            try steps.plan(plan, run: run.id, purpose: .session, id: id, now: now)
            let known = try steps.list(run: run.id, purpose: .session).first {
                $0.kind == Self.stepKind && $0.subject == approval.eventID
            }
            guard let known else { throw RunMoved(runID: run.id) }
            // A try that failed before anything was sent may be made again.
            if known.state == .failed { try steps.reopenOne(known.id, now: now) }
            return try steps.find(known.id) ?? known
        }
    }
}

/// The call was answered at the provider with the contrary.
struct AnsweredOtherwise: Error { let isAllowed: Bool }

/// One confirmation, findable in the history by the call it answers.
struct ConfirmationWrite: OutboundWrite {
    let anthropic: AnthropicClient
    let session: String
    let approval: ApprovalRecord
    var sent: SentContent? {
        var told = [
            "call": approval.eventID, "decision": approval.state.rawValue, "reason": approval.reason ?? "",
        ]
        told["changed_sha256"] = approval.changedHash
        return SentContent(json: told)
    }

    func write() async throws -> String {
        let isAllowed = approval.state == .approved
        let event = OutgoingEvent.toolConfirmation(
            toolUseID: approval.eventID, allow: isAllowed, denyMessage: isAllowed ? nil : message)
        _ = try await anthropic.send([event], to: session)
        return try JSONText.encode(["call": approval.eventID])
    }

    func probe() async throws -> Probe {
        let newest = try await anthropic.history(
            of: session, limit: 200, newestFirst: true, types: ["user.tool_confirmation"])
        let answers = newest.events.compactMap { raw -> Bool? in
            guard let event = try? raw.decoded(),
                case .userToolConfirmation(let call, let isAllowed, _) = event.content,
                call == approval.eventID
            else { return nil }
            return isAllowed
        }
        guard let isAllowed = answers.first else { return .absent }
        guard isAllowed == (approval.state == .approved) else { throw AnsweredOtherwise(isAllowed: isAllowed) }
        return .found(receipt: try JSONText.encode(["call": approval.eventID]))
    }

    /// What the agent is told. An expired question is never called a refusal, nor is one that was changed.
    private var message: String {
        if approval.state == .changed, let input = approval.changedInput {
            return ChangedCallMessage.text(approval, input: input)
        }
        if approval.state == .expired { return "Nobody decided in time: the request expired. It was not denied." }
        return approval.reason.map { "Denied by \(approval.decidedBy ?? "a person"): \($0)" }
            ?? "Denied by \(approval.decidedBy ?? "a person")."
    }
}
