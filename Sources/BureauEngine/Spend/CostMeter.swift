import BureauDomain
import BureauStorage
import BureauVendors

/// Turns a session's usage into the run's cost, keeps it on the run's row and judges it against the limits.
struct CostMeter: Sendable {
    let parts: EngineParts
    let hand: RunInHand

    static let noPrice = "no_price"

    /// The best figure there is: the service's own, else usage times prices.
    func cost(_ fold: SessionFold, listed: BureauVendors.SessionUsage?) -> SessionCost {
        let (usage, known, hasTotals) = used(fold, listed: listed)
        let cost = SessionCost.compute(
            usage: usage, listCostMicroUSD: known, model: hand.run.model ?? "unknown", prices: parts.prices)
        // Requests tell tokens only: searches and running time may be missing from their sum.
        // And totals are not told apart by model, though sub-agents may have others: all are priced as the session's.
        let isMixed = !fold.threads.isEmpty || (!hasTotals && fold.spans.inputTokens != nil)
        guard isMixed, cost.method == .computed else { return cost }
        return SessionCost(microUSD: cost.microUSD, method: .estimate)
    }

    /// What the session has used, the service's own figure if it gave one, and whether the service told totals.
    private func used(_ fold: SessionFold, listed: BureauVendors.SessionUsage?)
        -> (usage: BureauDomain.SessionUsage, known: MicroUSD?, hasTotals: Bool)
    {
        let total = listed ?? fold.usage
        let known = max(listed?.listCostMicroUSD ?? 0, fold.usage?.listCostMicroUSD ?? 0)
        let hasTotals = total?.inputTokens != nil || total?.outputTokens != nil
        let usage = hasTotals ? total ?? fold.spans : Self.fromSpans(fold, total)
        return (BureauDomain.SessionUsage(usage), known > 0 ? MicroUSD(rawValue: known) : nil, hasTotals)
    }

    private static func fromSpans(_ fold: SessionFold, _ total: BureauVendors.SessionUsage?)
        -> BureauVendors.SessionUsage
    {
        var usage = fold.spans
        (usage.activeSeconds, usage.webSearchRequests) = (total?.activeSeconds, total?.webSearchRequests)
        return usage
    }

    struct Judgement: Sendable, Hashable {
        let verdict: BudgetPolicy.Verdict
        /// Why the session may not go on; nil when it may.
        let stopCause: RunCause?
        /// The account that keeps a run from going on whose own limit only warns.
        var short: ReservationRule.Line?
    }

    /// Saves the figures and returns the judgement. A model without a price is reported once, never taken for free.
    /// `cap` is the service's own at which it stopped the session.
    @discardableResult
    func save(_ fold: SessionFold, listed: BureauVendors.SessionUsage?, cap: MicroUSD? = nil) async throws -> Judgement
    {
        let run = try await parts.database.lookUp { [id = hand.run.id] in try RunStore(db: $0).find(id) } ?? hand.run
        let clocks = TimeUsed.Clocks(parts.doors, owner: hand.lease.owner)
        let (elapsed, readings, beside) = try await parts.database.lookUp { [id = hand.run.id] in
            (
                try TimeUsed(db: $0).milliseconds(id, clocks),
                try CommentReadingStore(db: $0).total(run: id), try LooseSessions(db: $0).spentBeside(id)
            )
        }
        let cost = cost(fold, listed: listed).with(readings + beside)
        // A limit that was raised while the session runs holds at once.
        let config = hand.agent.config
        let limits = config.limits(
            costMax: run.costMax(config, byDefault: parts.settings.defaultSessionCostMax))
        let verdict = BudgetPolicy.judge(
            spent: cost.microUSD, before: MicroUSD(rawValue: run.spentMicroUSD), elapsed: .milliseconds(elapsed),
            limits: limits, alreadyWarned: run.budgetWarned)
        let progress = RunProgress(
            spentMicroUSD: cost.microUSD?.rawValue ?? 0, spentMethod: cost.method.name, eventsCount: fold.eventsCount,
            lastEvent: fold.lastEvent, budgetWarned: run.budgetWarned || verdict == .warn || verdict == .pass)
        let notices = warnings(cost, verdict, limits, elapsedMilliseconds: elapsed)
        let (usage, known, _) = used(fold, listed: listed)
        let (lease, doors, budgets) = (hand.lease, parts.doors, parts.budgets)
        let short = try await parts.write(hand.lease) { db -> ReservationRule.Line? in
            // What another session of the run has cost meanwhile comes on top.
            var progress = progress
            progress.spentMicroUSD += try LooseSessions(db: db).spentBeside(lease.runID).rawValue - beside.rawValue
            guard try RunStore(db: db).setProgress(lease, progress) else { throw RunMoved(runID: lease.runID) }
            try RunUsageStore(db: db).save(usage, listed: known, run: lease.runID)
            try SessionThreadStore(db: db).save(Array(fold.threads.values), run: lease.runID, now: doors.now())
            let writer = NoticeWriter(db: db, doors: doors)
            let before = try SpendLedger(db: db).settle(
                run, total: MicroUSD(rawValue: progress.spentMicroUSD), now: doors.now())
            if let before { try BudgetWarning(db: db, budgets: budgets).give(after: before, run, writer) }
            for (cause, code) in notices { try writer.alert(cause, run, kind: .budget, code: code) }
            guard limits.warnsOnly else { return nil }
            return try FurtherMoney(budgets: budgets, db: db).give(
                run, step: limits.costMax, cap: cap, now: doors.now())
        }
        if let cause = Self.stopCause(verdict, cost, limits) { return Judgement(verdict: verdict, stopCause: cause) }
        return Judgement(verdict: verdict, stopCause: short.map { Self.shortCause($0, cost) }, short: short)
    }

    private static func shortCause(_ short: ReservationRule.Line, _ cost: SessionCost) -> RunCause {
        let known = cost.microUSD.map { "It had cost \($0), and" } ?? "Its cost is unknown, and"
        return RunCause(.overBudget, "\(known) \(FurtherMoney.sentence(short)).")
    }

    private static func stopCause(_ verdict: BudgetPolicy.Verdict, _ cost: SessionCost, _ limits: BudgetLimits)
        -> RunCause?
    {
        switch verdict {
        case .ok, .warn, .pass: nil
        case .stop(.cost):
            RunCause(.overBudget, "It had cost \(cost.microUSD ?? .zero) of at most \(limits.costMax).")
        case .stop(.duration):
            RunCause(.overTime, "It had run for its limit of \(Words.duration(limits.durationMax)).")
        }
    }

    private func warnings(
        _ cost: SessionCost, _ verdict: BudgetPolicy.Verdict, _ limits: BudgetLimits, elapsedMilliseconds: Int64
    ) -> [(RunCause, String)] {
        var found: [(RunCause, String)] = []
        if verdict == .warn {
            let spent = cost.microUSD ?? .zero
            let ending =
                switch hand.agent.config.budgets.onRunLimit {
                case .pauseAndAsk: "people are asked at \(limits.costMax)"
                case .stop: "stops at \(limits.costMax)"
                case .warnOnly: "goes on all the same"
                }
            let sentence =
                "\(spent) of \(limits.costMax) used after \(Words.duration(.milliseconds(elapsedMilliseconds))); \(ending)."
            found.append((RunCause(.overBudget, sentence), "budget_warning"))
        }
        if verdict == .pass {
            let sentence =
                "It has cost \(cost.microUSD ?? .zero), which is its limit of \(limits.costMax) or more; "
                + "its agent's file says to warn only, so it goes on."
            found.append((RunCause(.overBudget, sentence), "budget_passed"))
        }
        if case .noPrice(let model) = cost.method {
            let sentence =
                "There is no price for the model \(model), so this run's cost is unknown. Add it to config/prices.json."
            found.append((RunCause(.internalError, sentence), Self.noPrice))
        }
        return found
    }
}

/// Tells people once when an account passes its warning mark, and once when it passes its limit.
struct BudgetWarning {
    let db: any Connection
    let budgets: BudgetBook

    /// `before` is the hold as it was before the last figure was taken in.
    func give(after before: SpendHold, _ run: RunRecord, _ writer: NoticeWriter) throws {
        guard let now = try SpendLedger(db: db).hold(run.id) else { return }
        let more = now.settled - before.settled
        for line in try budgets.lines(run, day: before.day, in: db) {
            let (spent, budget) = (line.balance.spent, line.budget)
            for (mark, code) in [(budget.warnFrom, "budget_warning"), (budget.limit, "budget_exhausted")]
            where spent >= mark && spent - more < mark {
                let sentence = "\(line.account.words.firstUppercased) has \(spent) of \(budget.limit) spent."
                try writer.alert(
                    RunCause(.budgetExhausted, sentence), run, kind: .budget,
                    code: "\(code)/\(line.account.scope)/\(line.account.period)")
            }
        }
    }
}

extension RunCause {
    /// Of a session that was over its limit of cost or time.
    var isOverLimit: Bool { code == .overBudget || code == .overTime }
}

extension String {
    fileprivate var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}

extension SessionCost {
    /// With what was paid beside the session: a model for reading people's comments, a second session.
    func with(_ beside: MicroUSD) -> SessionCost {
        guard beside > .zero else { return self }
        return SessionCost(microUSD: microUSD.map { $0 + beside }, method: method)
    }
}

extension SessionCost.Method {
    /// As stored on the run.
    var name: String {
        switch self {
        case .listCost: "list_cost"
        case .computed: "computed"
        case .estimate: "estimate"
        case .noPrice: CostMeter.noPrice
        }
    }
}

extension BureauDomain.SessionUsage {
    init(_ usage: BureauVendors.SessionUsage) {
        self.init(
            inputTokens: usage.inputTokens ?? 0, outputTokens: usage.outputTokens ?? 0,
            cacheReadTokens: usage.cacheReadInputTokens ?? 0, cacheWrite5mTokens: usage.cacheWrite5mInputTokens ?? 0,
            cacheWrite1hTokens: usage.cacheWrite1hInputTokens ?? 0,
            cacheWriteUnsplitTokens: usage.cacheWriteUnsplitInputTokens ?? 0, webSearches: usage.webSearchRequests ?? 0,
            activeMilliseconds: Int64((usage.activeSeconds ?? 0) * 1_000))
    }
}
