import BureauDomain
import BureauStorage

/// A run that a restore found again by its session (`LostRuns`). The session may be working, so its run is in work at
/// once, with money set aside and a worker that follows it: no slot, budget, intake or missing record keeps it waiting.
/// What it is about is read again before its session is taken over.
struct FoundRun {
    let parts: EngineParts

    /// In the transaction that enters it.
    func takeUp(
        _ id: String, _ agent: LoadedAgent, _ credentials: RunCredentials, in db: any Connection, now: Int64
    ) throws {
        guard let run = try RunStore(db: db).find(id) else { return }
        let amount = run.costMax(agent.config, byDefault: parts.settings.defaultSessionCostMax)
        try SpendLedger(db: db).open(run, amount: amount, now: now)
        try RunCredentialStore(db: db).pin(id, credentials)
        // As in its first life, so that its marks on the board are the same.
        let board = BoardNotice(db: db, doors: parts.doors)
        try board.open(run, agent.config)
        try board.showFirst(run)
        try parts.transitions.apply(.taken, to: id, lease: nil, in: db)
    }

    /// Whether it has not been assessed since the restore. One that is to be stopped needs no assessment.
    func isUnknown(_ run: RunRecord) async throws -> Bool {
        guard run.stopCause == nil else { return false }
        return try await parts.database.lookUp { [id = run.id] db in
            guard try RestoreMark(db: db).forgottenSince(run: id) != nil else { return false }
            let assessed = try db.first(
                "SELECT 1 AS one FROM receipt WHERE run_id = ? AND kind = ? LIMIT 1", [id, ReceiptStore.payload])
            return assessed == nil
        }
    }

    /// It cannot be brought to its end. Its session is found, interrupted and paid for like that of any run that is
    /// stopped while it opens one.
    func end(_ hand: RunInHand, _ why: String) async throws -> StageOutcome {
        let cause = RunCause(
            .interrupted, "It was found again after a restore and cannot go on, so its session was stopped. \(why)")
        try await parts.move(hand.run.id, .stopAsked(cause), hand.lease)
        return .moved
    }
}
