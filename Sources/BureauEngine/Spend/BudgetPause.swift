import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// A session at its limit: people are asked, the session waits at the service without cost, and goes on when raised.
struct BudgetPause: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let anthropic: AnthropicClient
    let session: String
    static let stepKind = "native_budget"
    /// How long the service's own cap may take to stop a session that we see over its limit.
    static let graceSeconds: Int64 = 60

    /// How many of the session's stops at its budget were answered with a higher one.
    func stopsAnswered() async throws -> Int {
        let steps = try await parts.database.lookUp { [id = hand.run.id] in
            try StepStore(db: $0).list(run: id, purpose: .session)
        }
        return steps.filter { $0.kind == Self.stepKind && $0.state == .done }.compactMap { Int($0.subject) }.max() ?? 0
    }

    /// After the session stopped at its budget: true when it was raised meanwhile and now goes on, false when the run
    /// waits for people or stops.
    func reached(_ fold: SessionFold) async throws -> Bool {
        let found = try await anthropic.session(session)
        if hand.agent.config.budgets.onRunLimit == .warnOnly { return try await goesFurther(fold, found) }
        let run = try await parts.database.lookUp { [id = hand.run.id] in try RunStore(db: $0).find(id) } ?? hand.run
        let limit = run.costMax(hand.agent.config, byDefault: parts.settings.defaultSessionCostMax)
        let spent = max(
            MicroUSD(rawValue: run.spentMicroUSD),
            CostMeter(parts: parts, hand: hand)
                .cost(fold, listed: found.usage).microUSD ?? .zero)
        let native = found.budgetMicroUSD.map(MicroUSD.init(rawValue:))
        if spent < limit, native.map({ $0.centsRoundedUp < limit.centsRoundedUp }) ?? true {
            try await raise(to: limit, subject: String(fold.budgetStops))
            return true
        }
        try await ask(RunLimit(parts: parts, hand: hand, spent: spent, limit: limit))
        return false
    }

    /// A run whose own limit only warns goes on for as long as its accounts have something left. The first that has
    /// nothing decides whether people are asked.
    private func goesFurther(_ fold: SessionFold, _ found: AnthropicSession) async throws -> Bool {
        let cap = found.budgetMicroUSD.map(MicroUSD.init(rawValue:))
        let judged = try await CostMeter(parts: parts, hand: hand).save(fold, listed: found.usage, cap: cap)
        guard let cause = judged.stopCause else {
            if let limit = try await heldLimit() { try await raise(to: limit, subject: String(fold.budgetStops)) }
            return true
        }
        if let short = judged.short, short.budget.onExhausted == .pauseAndAsk {
            try await ask(short)
        } else {
            try await parts.move(hand.run.id, .stopAsked(cause), hand.lease)
        }
        return false
    }

    private func heldLimit() async throws -> MicroUSD? {
        try await parts.database.lookUp { [id = hand.run.id] in try SpendLedger(db: $0).hold(id)?.limit }
    }

    /// Before its session is told anything further: at its cap it takes no message. It may have reached it with its
    /// last request, and what was raised since is not known to the service.
    func beginRound() async throws {
        guard let limit = try await givenLimit() else { return }
        let found: AnthropicSession
        do { found = try await anthropic.session(session) } catch {
            // Whoever sends the message says so.
            guard error.isRetryable else { return }
            throw error
        }
        guard let cap = found.budgetMicroUSD.map(MicroUSD.init(rawValue:)), cap.centsRoundedUp < limit.centsRoundedUp
        else { return }
        try await raise(to: limit, subject: "round \(hand.run.round), \(limit.centsRoundedUp)")
    }

    /// What its session may cost now; nil when it holds nothing.
    private func givenLimit() async throws -> MicroUSD? {
        if hand.agent.config.budgets.onRunLimit == .warnOnly { return try await heldLimit() }
        let run = try await parts.database.lookUp { [id = hand.run.id] in try RunStore(db: $0).find(id) } ?? hand.run
        return run.costMax(hand.agent.config, byDefault: parts.settings.defaultSessionCostMax)
    }

    /// The service's cap follows ours, once for each stop, and in each round for each limit.
    private func raise(to limit: MicroUSD, subject: String) async throws {
        let (id, now, run) = (parts.doors.makeID(), parts.doors.now(), hand.run)
        let plan = StepPlan(
            channel: .anthropic, kind: Self.stepKind, subject: subject, position: 4,
            intent: try JSONText.encode(["cents": limit.centsRoundedUp]))
        let step = try await parts.write(hand.lease) { db -> StepRecord in
            let steps = StepStore(db: db)
            try steps.plan(plan, run: run.id, purpose: .session, id: id, now: now)
            guard
                let known = try steps.list(run: run.id, purpose: .session).first(where: {
                    $0.kind == Self.stepKind && $0.subject == plan.subject
                })
            else { throw RunMoved(runID: run.id) }
            if known.state == .failed { try steps.reopenOne(known.id, now: now) }
            return try steps.find(known.id) ?? known
        }
        let write = NativeBudgetWrite(anthropic: anthropic, session: session, limit: limit)
        switch try await StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease).run(step, write) {
        case .done: parts.logger.notice("the session's budget was raised", metadata: ["run": "\(run.id)"])
        case .failed(let why), .doubtful(let why):
            throw StepProblem(description: "the session's budget could not be raised: \(why)")
        }
    }

    /// People are asked for the account, as before a session.
    private func ask(_ short: ReservationRule.Line) async throws {
        let (transitions, doors, lease, config) = (parts.transitions, parts.doors, hand.lease, hand.agent.config)
        let step = hand.run.costMax(config, byDefault: parts.settings.defaultSessionCostMax)
        let raised = short.proposal(for: max(step, FurtherMoney.stepMin))
        let question = BudgetQuestion(
            scope: short.account.scope, period: short.account.period, limit: short.budget.limit, raiseTo: raised)
        let sentence = "\(FurtherMoney.sentence(short)), and its session is not finished."
        let expiresAt = doors.now() + config.approvals.expiresAfter.milliseconds
        try await parts.write(lease) { db in
            let waiting = RunCause(.budgetExhausted, "\(RunCause.budgetWait) \(sentence)")
            let run = try transitions.apply(.budgetMissing(waiting), to: lease.runID, lease: lease, in: db)
            let effect =
                "\(config.displayName) for \(run.clientName ?? run.clientSlug ?? "no client") waits: \(sentence) "
                + "Raise \(short.account.words) to \(raised) and let the same session go on, or stop the run."
            try question.ask(effect, run, expiresAt: expiresAt, in: db, doors)
        }
        parts.logger.notice(
            "run waits for budget", metadata: ["run": "\(lease.runID)", "account": "\(short.account.scope)"])
    }

    private func ask(_ own: RunLimit) async throws {
        guard hand.agent.config.budgets.onRunLimit == .pauseAndAsk else {
            try await parts.move(hand.run.id, .stopAsked(own.cause), hand.lease)
            return
        }
        try await parts.write(hand.lease) { try own.ask(in: $0) }
        parts.logger.notice(
            "run waits for budget", metadata: ["run": "\(hand.run.id)", "limit": "\(own.limit)"])
    }
}

/// Raising the service's own cap, findable in the session itself.
struct NativeBudgetWrite: OutboundWrite {
    let anthropic: AnthropicClient
    let session: String
    let limit: MicroUSD

    func write() async throws -> String {
        _ = try await anthropic.setBudget(of: session, toMicroUSD: limit.rawValue)
        return try JSONText.encode(["cents": limit.centsRoundedUp])
    }

    func probe() async throws -> Probe {
        let cents = try await anthropic.session(session).budgetMicroUSD.map { MicroUSD(rawValue: $0).centsRoundedUp }
        guard let cents, cents >= limit.centsRoundedUp else { return .absent }
        return .found(receipt: try JSONText.encode(["cents": cents]))
    }
}
