import BureauDomain
import BureauStorage

/// What a run gets whose own limit only warns: as much again each time all it holds is used up, for as long as its
/// accounts have something left. So no session spends what no account has promised.
struct FurtherMoney {
    let budgets: BudgetBook
    let db: any Connection
    /// Less is no step: a session would stop again at its next request.
    static let stepMin = MicroUSD.cents(10)

    /// Extends the run's hold by `step`, or by what its accounts still have, when its cost has reached the hold, or when
    /// the service has stopped its session at a `cap` that lies no lower. Returns the account that has nothing left.
    func give(_ run: RunRecord, step: MicroUSD, cap: MicroUSD?, now: Int64) throws -> ReservationRule.Line? {
        let ledger = SpendLedger(db: db)
        guard let hold = try ledger.hold(run.id), hold.isOpen else { return nil }
        let known = hold.base + hold.settled
        guard max(known, cap ?? .zero) >= hold.limit else { return nil }
        let lines = try budgets.lines(run, day: hold.day, in: db)
        if let short = ReservationRule.shortage(Self.stepMin, in: lines) { return short }
        let wished = max(step, Self.stepMin)
        let more = min(wished, ReservationRule.room(in: lines) ?? wished)
        try ledger.extend(run.id, to: max(known, hold.limit) + more, now: now)
        return nil
    }

    /// What a run that waits in its session for one of its accounts does next.
    enum Next: Sendable, Hashable {
        case waits
        /// There is money, or people have to be asked anew.
        case looksAgain
        case stops(RunCause)
    }

    func next(_ run: RunRecord) throws -> Next {
        guard let hold = try SpendLedger(db: db).hold(run.id),
            let short = ReservationRule.shortage(Self.stepMin, in: try budgets.lines(run, day: hold.day, in: db)),
            let question = try BudgetQuestion.newest(about: short.account, in: db)
        else { return .looksAgain }
        switch question.state {
        case .open: return .waits
        case .denied: return .stops(RunCause(.budgetDenied, BudgetQuestion.denial(question)))
        case .expired:
            return .stops(RunCause(.overBudget, "Nobody raised its budget in time. \(Self.sentence(short))."))
        case .approved, .changed, .void: return .looksAgain
        }
    }

    /// "the agency's budget for 2026-11-21 has $0.00 left of $20.00"
    static func sentence(_ short: ReservationRule.Line) -> String {
        "\(short.account.words) has \(short.left) left of \(short.budget.limit)"
    }
}
