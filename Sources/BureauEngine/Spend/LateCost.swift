import BureauDomain
import BureauStorage

/// Books what sessions cost that no run follows, in the caller's transaction. Figures are cumulative and only grow.
struct LateCost {
    let db: any Connection
    let budgets: BudgetBook
    let doors: Doors

    /// What the session has cost so far: of the run's own it is the run's figure, any other's comes on top.
    func book(_ session: String, _ cost: SessionCost, of runID: String) throws {
        let loose = LooseSessions(db: db)
        guard let run = try RunStore(db: db).find(runID), let known = try loose.find(runID, session) else { return }
        guard let figure = cost.microUSD else { return try unknown(cost, run) }
        guard figure > known.spent else { return }
        try loose.keepSpent(figure, runID, session)
        var total = MicroUSD(rawValue: run.spentMicroUSD)
        if session == run.sessionID {
            let readings = try CommentReadingStore(db: db).total(run: runID)
            total = max(total, figure + readings + (try loose.spentBeside(runID)))
        } else {
            total = total + (figure - known.spent)
        }
        guard total.rawValue > run.spentMicroUSD else { return }
        try db.execute(
            """
            UPDATE run SET spent_micro_usd = max(spent_micro_usd, ?),
                spent_method = CASE spent_method WHEN 'none' THEN ? ELSE spent_method END
            WHERE id = ?
            """, [total.rawValue, cost.method.name, runID])
        let before = try SpendLedger(db: db).settle(run, total: total, now: doors.now())
        guard let before else { return }
        try BudgetWarning(db: db, budgets: budgets).give(
            after: before, run, NoticeWriter(db: db, doors: doors))
    }

    /// Charges all the run was given: what nobody could look at may have cost that much.
    func bookWhole(_ runID: String) throws {
        let ledger = SpendLedger(db: db)
        guard let run = try RunStore(db: db).find(runID), let hold = try ledger.hold(runID), hold.isOpen else { return }
        let total = hold.base + hold.reserved
        try db.execute(
            "UPDATE run SET spent_micro_usd = max(spent_micro_usd, ?) WHERE id = ?", [total.rawValue, runID])
        try ledger.settleWhole(run, now: doors.now())
    }

    /// The session rests. When it was the run's last one, what was held for it is given back.
    func close(_ runID: String, _ session: String?) throws {
        let (loose, now) = (LooseSessions(db: db), doors.now())
        try loose.rest(runID, session, now: now)
        guard try loose.tellIfOver(runID, now: now), let run = try RunStore(db: db).find(runID),
            run.state.isFinal || run.state == .inReview
        else { return }
        let ledger = SpendLedger(db: db)
        let isUnpriced = try AlertStore(db: db).wasRaised(cause: CostMeter.noPrice, subject: runID)
        if isUnpriced || run.isUnpriced { try ledger.settleWhole(run, now: now) }
        try ledger.release(runID, now: now)
        if run.state.isFinal { try ReceiptStore(db: db).costChanged(run, now: now) }
    }

    /// Never taken for nothing: the run is charged with all it was given when its last session rests.
    private func unknown(_ cost: SessionCost, _ run: RunRecord) throws {
        guard case .noPrice(let model) = cost.method else { return }
        let sentence =
            "There is no price for the model \(model), so this run's cost is unknown. Add it to config/prices.json."
        try NoticeWriter(db: db, doors: doors).alert(
            RunCause(.internalError, sentence), run, kind: .budget, code: CostMeter.noPrice)
    }
}
