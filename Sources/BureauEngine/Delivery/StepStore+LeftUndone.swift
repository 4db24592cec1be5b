import BureauStorage

/// Deliveries that a person has decided to leave undone.
extension StepStore {
    /// Not tried since: what was tried again and failed is like any other. Two values: the receipt's kind, the decision.
    static let leftUndone = """
        step.state = 'failed' AND EXISTS (SELECT 1 FROM receipt WHERE receipt.run_id = step.run_id AND receipt.kind = ?
            AND receipt.body ->> 'step' = step.id AND receipt.body ->> 'decision' = ? AND receipt.at >= step.settled_at)
        """

    func isLeftUndone(_ id: String) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM step WHERE id = ? AND \(Self.leftUndone)",
            [id, ReceiptStore.resolved, Resolution.giveUp.word]) != nil
    }

    /// What somebody took away and a person left so is made anew: under its old ids nothing would be found.
    func restartLeftUndone(run runID: String, channel: StepRecord.Channel?, now: Int64) throws {
        let steps = try db.query(
            """
            SELECT \(Self.columns) FROM step WHERE run_id = ? AND purpose = 'delivery' AND former_receipt IS NOT NULL
              AND round = (SELECT round FROM run WHERE run.id = step.run_id) AND (? IS NULL OR channel = ?)
              AND \(Self.leftUndone) ORDER BY position, id LIMIT 5000
            """,
            [runID, channel?.rawValue, channel?.rawValue, ReceiptStore.resolved, Resolution.giveUp.word]
        ).map(StepRecord.init)
        for step in steps { try restart(step, now: now) }
    }
}
