import BureauDomain
import BureauStorage
import BureauVendors

/// One question to a model about a comment, as it is kept.
struct CommentReadingRecord: Sendable, Hashable {
    enum State: String, Sendable, Hashable { case asked, answered, unusable, refused, lost }

    let id: String
    let state: State
    let model: String
    let prompt: String
    let costMax: MicroUSD
    let cost: MicroUSD?
    let reading: CommentReading?
    let why: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        state = State(rawValue: try row.text("state")) ?? .lost
        (model, prompt) = (try row.text("model"), try row.text("prompt"))
        costMax = MicroUSD(rawValue: try row.integer("cost_max_micro_usd"))
        cost = try row.integerIfAny("cost_micro_usd").map(MicroUSD.init(rawValue:))
        why = try row.textIfAny("why")
        if let kind = try row.textIfAny("class").flatMap(FeedbackClass.init(rawValue:)),
            let confidence = try row.integerIfAny("confidence")
        {
            reading = CommentReading(kind: kind, confidence: Int(confidence))
        } else {
            reading = nil
        }
    }
}

/// How a question to a model ended.
struct CommentReadingEnd: Sendable {
    var state: CommentReadingRecord.State
    var cost: MicroUSD
    var reading: CommentReading?
    var answer: ModelAnswer?
    var requestID: String?
    var why: String?
}

/// The SQL of `comment_reading`, and the money beside it: every change is in the caller's transaction.
struct CommentReadingStore {
    let db: any Connection

    /// What was asked of this very text before, the newest first.
    func earlier(_ run: RunRecord, _ comment: WorkComment, _ question: OpenQuestion?) throws -> [CommentReadingRecord] {
        try db.query(
            """
            SELECT * FROM comment_reading WHERE run_id = ? AND tool = ? AND comment_id = ? AND text_sha256 = ?
                AND coalesce(open_question, '') = ? ORDER BY id DESC LIMIT 20
            """,
            [
                run.id, run.taskTool.rawValue, comment.id, FeedbackStore.hash(comment.text), question?.rawValue ?? "",
            ]
        ).map(CommentReadingRecord.init)
    }

    func count(run runID: String) throws -> Int {
        Int(try db.first("SELECT count(*) AS n FROM comment_reading WHERE run_id = ?", [runID])?.integer("n") ?? 0)
    }

    /// What the questions of a run have cost: beside what its session has.
    func total(run runID: String) throws -> MicroUSD {
        MicroUSD(
            rawValue: try db.first(
                "SELECT coalesce(sum(cost_micro_usd), 0) AS total FROM comment_reading WHERE run_id = ?", [runID])?
                .integer("total") ?? 0)
    }

    func open(
        _ id: String, _ run: RunRecord, _ comment: WorkComment, _ question: OpenQuestion?, model: String,
        costMax: MicroUSD, now: Int64
    ) throws {
        try db.execute(
            """
            INSERT INTO comment_reading (id, run_id, tool, comment_id, text_sha256, open_question, model, prompt, state,
                cost_max_micro_usd, asked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'asked', ?, ?)
            """,
            [
                id, run.id, run.taskTool.rawValue, comment.id, FeedbackStore.hash(comment.text), question?.rawValue,
                model, CommentQuestion.version, costMax.rawValue, now,
            ])
    }

    /// False when it was given up meanwhile, and its cost counted.
    func settle(_ id: String, _ end: CommentReadingEnd, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE comment_reading SET state = ?, cost_micro_usd = ?, class = ?, confidence = ?, input_tokens = ?,
                output_tokens = ?, model_used = ?, request_id = ?, why = ?, settled_at = ?
            WHERE id = ? AND state = 'asked'
            """,
            [
                end.state.rawValue, end.cost.rawValue, end.reading?.kind.rawValue,
                end.reading.map { Int64($0.confidence) }, end.answer?.inputTokens, end.answer?.outputTokens,
                end.answer?.model, end.requestID, end.why, now, id,
            ]) == 1
    }

    /// Questions nobody waits for any more, because their process ended or the run went on: they may have been billed.
    @discardableResult
    func giveUp(_ run: RunRecord, now: Int64) throws -> MicroUSD {
        let open = try db.query("SELECT * FROM comment_reading WHERE run_id = ? AND state = 'asked'", [run.id])
            .map(CommentReadingRecord.init)
        var spent = MicroUSD.zero
        for reading in open {
            let end = CommentReadingEnd(
                state: .lost, cost: reading.costMax,
                why: "nobody waited for the answer: counted at the most it may cost")
            if try settle(reading.id, end, now: now) { spent = spent + reading.costMax }
        }
        guard !open.isEmpty else { return .zero }
        try charge(run.id, spent, now: now)
        return spent
    }

    /// Adds to what the run has cost, in its row and in the ledger, and gives back what was held for it.
    func charge(_ runID: String, _ cost: MicroUSD, now: Int64) throws {
        let ledger = SpendLedger(db: db)
        if cost > .zero {
            let moved = try db.query(
                """
                UPDATE run SET spent_micro_usd = spent_micro_usd + ?,
                    spent_method = CASE spent_method WHEN 'none' THEN 'computed' ELSE spent_method END
                WHERE id = ? RETURNING id
                """, [cost.rawValue, runID])
            guard !moved.isEmpty, let run = try RunStore(db: db).find(runID) else { return }
            try ledger.settle(run, total: MicroUSD(rawValue: run.spentMicroUSD), now: now)
        }
        try ledger.release(runID, now: now)
    }
}
