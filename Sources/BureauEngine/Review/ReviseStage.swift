import BureauDomain
import BureauStorage
import BureauVendors

/// `revising`: the next round of the same session. Money first, then the message, once; from there on the run is
/// followed like any other turn.
struct ReviseStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        let (parts, lease) = (parts, hand.lease)
        let reservation = RunReservation(parts: parts, hand: hand)
        let money = try await parts.write(lease) { db in
            guard let run = try RunStore(db: db).find(lease.runID) else { throw RunMoved(runID: lease.runID) }
            return try reservation.reserve(run, in: db)
        }
        switch money {
        case .waits(let until): return .rest(until: until)
        case .stopped: return .moved
        case .granted: break
        }
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID else {
            return try await failed(hand, "Anthropic is not connected: set ANTHROPIC_API_KEY.")
        }
        let client = anthropic.with(betaHeaders: hand.agent.config.anthropic?.betaHeaders ?? [])
        try await BudgetPause(parts: parts, hand: hand, anthropic: client, session: session).beginRound()
        let (step, outcome) = try await RoundOpening(parts: parts, hand: hand).ensure(client, session)
        switch outcome {
        case .done:
            try await parts.move(hand.run.id, .revisionSent, lease)
            return .moved
        case .failed(let why): return try await failed(hand, why)
        case .doubtful(let why): return try await Doubt(parts: parts, hand: hand).ask(step, why)
        }
    }

    private func failed(_ hand: RunInHand, _ why: String) async throws -> StageOutcome {
        let cause = RunCause(
            .sessionUnreachable,
            "Round \(hand.run.round) could not begin in its session. \(why.closed) Round \(hand.run.round - 1) stands; "
                + "a new run starts over: bureau runs again \(hand.run.id)")
        try await parts.move(hand.run.id, .broke(cause), hand.lease)
        return .moved
    }
}

/// The message that begins a round, in the session exactly once.
struct RoundOpening: Sendable {
    let parts: EngineParts
    let hand: RunInHand

    /// Sends it unless it is known to be sent.
    func ensure(_ client: AnthropicClient, _ session: String) async throws -> (StepRecord, StepRunner.Outcome) {
        let step = try await plannedStep()
        if let receipt = step.receipt { return (step, .done(receipt: receipt)) }
        let text = try step.intent(as: RevisionIntent.self).text
        let request = RevisionRequest(anthropic: client, session: session, text: text, mark: Marks.text(step))
        let runner = StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease)
        return (step, try await runner.run(step, request))
    }

    /// The message is written down before it is sent, so that a repeat says the very same.
    private func plannedStep() async throws -> StepRecord {
        let (doors, run, context) = (parts.doors, hand.run, CapsuleContext(hand, parts))
        return try await parts.write(hand.lease) { db in
            let (steps, round) = (StepStore(db: db), run.round)
            let comments = try FeedbackStore(db: db).asking(run: run.id, before: round)
            let isQuestion = !comments.isEmpty && comments.allSatisfy { $0.outcome == .answered }
            var text =
                isQuestion ? RevisionRequest.question(comments) : RevisionRequest.text(comments, round: round)
            let news = isQuestion ? nil : try context?.news(db)
            if let news { text += "\n\n\(news.text)" }
            var plan = StepPlan(
                channel: .anthropic, kind: RevisionRequest.stepKind, subject: "round \(round)", position: 3,
                intent: try JSONText.encode(RevisionIntent(text: text)))
            plan.round = round
            let id = try steps.plan(plan, run: run.id, purpose: .session, id: doors.makeID(), now: doors.now())
            guard let step = try steps.find(id) else { throw RunMoved(runID: run.id) }
            if let news, step.intent == plan.intent { try context?.log(news, .revision, step: id, in: db) }
            return step
        }
    }
}

struct RevisionIntent: Codable, Hashable, Sendable { var text: String }

extension FeedbackStore {
    /// What the round of this number is for: the changes and the questions of the one before it.
    func asking(run runID: String, before round: Int) throws -> [FeedbackRecord] {
        try list(run: runID).filter { $0.round == round - 1 && ($0.outcome == .revised || $0.outcome == .answered) }
    }
}
