import BureauDomain
import BureauStorage

/// Gives a run its money in the transaction that lets it begin, or makes it wait and asks.
struct RunReservation {
    enum Outcome: Sendable, Hashable {
        case granted
        case stopped
        /// Until then nothing changes by itself.
        case waits(until: Int64)
    }

    let parts: EngineParts
    let hand: RunInHand
    static let lookEveryMilliseconds: Int64 = 120_000
    private static let waiting = RunCause.budgetWait + " "

    /// `run` is the row as it is now, its client known.
    func reserve(_ run: RunRecord, in db: any Connection) throws -> Outcome {
        let now = parts.doors.now(), day = SpendAccount.day(now), ledger = SpendLedger(db: db)
        // What a question to a model held is no money for a session.
        let spent = MicroUSD(rawValue: run.spentMicroUSD) + (try CommentReadingStore(db: db).giveUp(run, now: now))
        if try ledger.hold(run.id)?.isOpen == true { return .granted }
        let limit = run.costMax(hand.agent.config, byDefault: parts.settings.defaultSessionCostMax)
        let warnsOnly = hand.agent.config.budgets.onRunLimit == .warnOnly
        // A program of this machine is given nothing and needs nothing.
        if limit > .zero, spent >= limit, !warnsOnly, try run.isYetToTell(in: db) {
            return try atOwnLimit(RunLimit(parts: parts, hand: hand, spent: spent, limit: limit), now, in: db)
        }
        // One that has passed a limit which only warns gets as much again.
        let amount = spent >= limit && warnsOnly ? limit : max(.zero, limit - spent)
        guard let short = try parts.budgets.shortage(amount, run, day: day, in: db) else {
            try ledger.open(run, amount: amount, now: now)
            return .granted
        }
        let sentence =
            "\(short.account.words) has \(short.left) left of \(short.budget.limit), and it may cost \(amount)."
        if let end = try ending(short, run, sentence, in: db) {
            try parts.transitions.apply(.stopAsked(end), to: run.id, lease: hand.lease, in: db)
            return .stopped
        }
        let cause = RunCause(.budgetExhausted, Self.waiting + sentence)
        try parts.transitions.apply(.budgetMissing(cause), to: run.id, lease: hand.lease, in: db)
        try ask(short, amount, run, sentence, now, in: db)
        return .waits(until: min(now + Self.lookEveryMilliseconds, short.account.endsAt ?? .max))
    }

    /// Its session would take no message: people are asked first, or it ends as its agent's file says.
    private func atOwnLimit(_ own: RunLimit, _ now: Int64, in db: any Connection) throws -> Outcome {
        var end: RunCause? = hand.agent.config.budgets.onRunLimit == .pauseAndAsk ? nil : own.cause
        let late = RunCause(.overBudget, "Nobody raised its budget in time. \(own.cause.sentence)")
        for approval in try asked(in: db) where try expire(approval, in: db) { end = late }
        // Somebody may have come upon the question after its time, before this look.
        if hand.run.cause?.isOwnLimitWait == true, try asked(in: db).last?.state == .expired { end = late }
        if let end {
            try parts.transitions.apply(.stopAsked(end), to: hand.run.id, lease: hand.lease, in: db)
            return .stopped
        }
        try own.ask(in: db)
        let ends = try asked(in: db).filter { $0.state == .open }.map(\.expiresAt).min()
        return .waits(until: min(now + Self.lookEveryMilliseconds, ends ?? .max))
    }

    /// What people were asked about the run's own limit, the latest last.
    private func asked(in db: any Connection) throws -> [ApprovalRecord] {
        try ApprovalStore(db: db).list(run: hand.run.id).filter { BudgetQuestion($0)?.isRun == true }
    }

    /// For a run in its session that holds no money any more, because it was over before. Nil when it has what it needs.
    func regain() async throws -> StageOutcome? {
        let lease = hand.lease
        let holds = try await parts.database.lookUp { try SpendLedger(db: $0).hold(lease.runID)?.isOpen == true }
        guard !holds else { return nil }
        let money = try await parts.write(lease) { [self] db in
            guard let run = try RunStore(db: db).find(lease.runID) else { throw RunMoved(runID: lease.runID) }
            return try reserve(run, in: db)
        }
        switch money {
        case .granted: return nil
        case .stopped: return .moved
        case .waits(let until): return hand.run.state == .waitingApproval ? .rest(until: until) : .moved
        }
    }

    /// Why the run ends instead of waiting: its budget says so, somebody said no, or nobody answered in time. One run
    /// asks for all that wait for the same money, so the answer is for each of them. A run that comes to wait only now
    /// asks anew.
    private func ending(
        _ short: ReservationRule.Line, _ run: RunRecord, _ sentence: String, in db: any Connection
    ) throws -> RunCause? {
        if short.budget.onExhausted == .stop { return RunCause(.overBudget, "It was not started: \(sentence)") }
        let late = RunCause(.overBudget, "It was not started, and nobody raised its budget in time: \(sentence)")
        let own = try ApprovalStore(db: db).list(run: run.id).filter(\.isAboutMoney)
        for approval in own where try expire(approval, in: db) { return late }
        guard var last = try BudgetQuestion.newest(about: short.account, in: db) else { return nil }
        if try expire(last, in: db) { last = try ApprovalStore(db: db).find(last.id) ?? last }
        let hasWaited =
            run.cause?.code == .budgetExhausted
            && run.cause?.sentence.hasPrefix(Self.waiting + short.account.words) == true
        guard hasWaited else { return nil }
        switch last.state {
        case .denied: return RunCause(.budgetDenied, "It was not started: \(BudgetQuestion.denial(last))")
        case .expired: return late
        case .open, .approved, .changed, .void: return nil
        }
    }

    /// Whether nobody answered this question in time, which is written down now.
    private func expire(_ approval: ApprovalRecord, in db: any Connection) throws -> Bool {
        guard let asker = try RunStore(db: db).find(approval.runID) else { return false }
        return try ApprovalNotices(db: db, doors: parts.doors).expire(approval, run: asker)
    }

    private func ask(
        _ short: ReservationRule.Line, _ amount: MicroUSD, _ run: RunRecord, _ sentence: String, _ now: Int64,
        in db: any Connection
    ) throws {
        let raised = short.proposal(for: amount)
        let question = BudgetQuestion(
            scope: short.account.scope, period: short.account.period, limit: short.budget.limit, raiseTo: raised)
        let effect =
            "\(hand.agent.config.displayName) for \(run.clientName ?? run.clientSlug ?? "no client") waits: \(sentence) "
            + "Raise \(short.account.words) to \(raised), or stop the run."
        let expiresAt = now + hand.agent.config.approvals.expiresAfter.milliseconds
        try question.ask(effect, run, expiresAt: expiresAt, in: db, parts.doors)
    }
}
