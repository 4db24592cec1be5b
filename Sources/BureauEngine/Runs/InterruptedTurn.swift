import BureauDomain
import BureauStorage
import BureauVendors

/// A turn that Bureau itself cut short, and its going on: a run that is tried again after its session was interrupted is
/// told so, once, for a session that is idle does nothing by itself.
struct InterruptedTurn: Sendable {
    static let stepKind = "go_on", interruptKind = "interrupt"
    static let text = """
        Bureau interrupted your work for a technical reason; nothing you did was wrong. Go on where you stopped, and \
        finish what was asked of you. What you have done already need not be done again.
        """

    /// How often the run was brought back after an interrupt.
    let resumed: Int
    /// Whether an interrupt may have reached the session since.
    let isCutShort: Bool
    /// The message by which this round went on; nil when it was not interrupted.
    let message: StepRecord?

    init(_ runID: String, round: Int = 0, in db: any Connection) throws {
        let steps = try StepStore(db: db).list(run: runID, purpose: .session)
        let told = steps.filter { $0.kind == Self.stepKind }
        let resumed = told.filter { $0.state == .done }.count
        self.resumed = resumed
        isCutShort = steps.contains {
            $0.kind == Self.interruptKind && Self.stint(of: $0.subject) == resumed
                && ($0.state == .done || $0.state == .doubtful)
        }
        message = told.filter { $0.round == round && $0.state == .done }.max {
            (Int($0.subject) ?? 0) < (Int($1.subject) ?? 0)
        }
    }

    static func subject(_ number: Int, after resumed: Int) -> String {
        resumed == 0 ? String(number) : "\(resumed).\(number)"
    }

    private static func stint(of subject: String) -> Int {
        let words = subject.split(separator: ".")
        return words.count == 2 ? Int(words[0]) ?? 0 : 0
    }
}

/// Tells the session of a run that was brought back to go on.
struct GoingOn: Sendable {
    let parts: EngineParts
    let hand: RunInHand

    /// The message by which this round went on, sent now if it must be. Nil when nothing was interrupted.
    func ensure(_ client: AnthropicClient, _ session: String) async throws -> (StepRecord, StepRunner.Outcome)? {
        guard let step = try await plannedStep() else { return nil }
        if let receipt = step.receipt { return (step, .done(receipt: receipt)) }
        let request = RevisionRequest(
            anthropic: client, session: session, text: InterruptedTurn.text, mark: Marks.text(step))
        let runner = StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease)
        return (step, try await runner.run(step, request))
    }

    private func plannedStep() async throws -> StepRecord? {
        let (doors, run) = (parts.doors, hand.run)
        let known = try await parts.database.lookUp { try InterruptedTurn(run.id, round: run.round, in: $0) }
        guard known.isCutShort else { return known.message }
        return try await parts.write(hand.lease) { db in
            var plan = StepPlan(
                channel: .anthropic, kind: InterruptedTurn.stepKind, subject: String(known.resumed + 1), position: 3,
                intent: "{}")
            plan.round = run.round
            let steps = StepStore(db: db)
            let id = try steps.plan(plan, run: run.id, purpose: .session, id: doors.makeID(), now: doors.now())
            try steps.reopenOne(id, now: doors.now())
            guard let step = try steps.find(id) else { throw RunMoved(runID: run.id) }
            return step
        }
    }
}
