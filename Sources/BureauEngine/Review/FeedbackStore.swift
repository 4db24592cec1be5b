package import BureauDomain
import BureauStorage

/// One comment of a person as it was claimed, judged and acted on.
package struct FeedbackRecord: Sendable, Hashable {
    /// Of people on the command line.
    package static let ownTool = "bureau"

    /// The kind of what was written while something was missing.
    static let answerKind = "answer"

    package let id: String
    package let tool: String
    package let commentID: String
    package let runID: String
    /// The round it speaks of.
    package let round: Int
    package let authorID: String?
    package let authorName: String?
    package let text: String
    package let textHash: String
    package let writtenAt: Int64
    package let seenAt: Int64
    package let editedAt: Int64?
    package let deletedAt: Int64?
    /// A class, or "answer" for what was missing before the work began.
    package let kind: String
    package let confidence: Int
    package let reason: String
    package let classifier: String
    package let outcome: ReviewDecision.Outcome

    init(_ row: Row) throws {
        id = try row.text("id")
        tool = try row.text("tool")
        commentID = try row.text("comment_id")
        runID = try row.text("run_id")
        round = Int(try row.integer("round"))
        authorID = try row.textIfAny("author_id")
        authorName = try row.textIfAny("author_name")
        text = try row.text("text")
        textHash = try row.text("text_sha256")
        writtenAt = try row.integer("written_at")
        seenAt = try row.integer("seen_at")
        editedAt = try row.integerIfAny("edited_at")
        deletedAt = try row.integerIfAny("deleted_at")
        kind = try row.text("class")
        confidence = Int(try row.integer("confidence"))
        reason = try row.text("reason")
        classifier = try row.text("classifier")
        outcome = ReviewDecision.Outcome(rawValue: try row.text("outcome")) ?? .noted
    }

    /// As the next round and the people who read it name its author.
    package var author: String { authorName ?? authorID.map { "user \($0)" } ?? "Somebody" }
}

struct NewFeedback: Sendable {
    var id: String
    var tool: String
    var commentID: String
    var runID: String
    var round: Int
    var authorID: String?
    var authorName: String?
    var text: String
    var writtenAt: Int64
    var kind: String
    var confidence: Int
    var reason: String
    var classifier: String
    var outcome: ReviewDecision.Outcome
    static let charactersMax = 20_000
}

/// The SQL of `feedback`.
struct FeedbackStore {
    let db: any Connection

    /// False when the comment was claimed before.
    func insert(_ new: NewFeedback, now: Int64) throws -> Bool {
        let text = String(new.text.prefix(NewFeedback.charactersMax))
        return try db.execute(
            """
            INSERT INTO feedback (id, tool, comment_id, run_id, round, author_id, author_name, text, text_sha256,
                written_at, seen_at, class, confidence, reason, classifier, outcome)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tool, comment_id) DO NOTHING
            """,
            [
                new.id, new.tool, new.commentID, new.runID, new.round, new.authorID, new.authorName, text,
                Self.hash(new.text), new.writtenAt, now, new.kind, new.confidence, new.reason, new.classifier,
                new.outcome.rawValue,
            ]) == 1
    }

    static func hash(_ text: String) -> String { Hex.sha256(Array(text.utf8)) }

    func find(_ tool: String, _ commentID: String) throws -> FeedbackRecord? {
        try db.first("SELECT * FROM feedback WHERE tool = ? AND comment_id = ?", [tool, commentID])
            .map(FeedbackRecord.init)
    }

    func list(run runID: String) throws -> [FeedbackRecord] {
        try db.query("SELECT * FROM feedback WHERE run_id = ? ORDER BY written_at, id LIMIT 5000", [runID])
            .map(FeedbackRecord.init)
    }

    /// The plus signs keep out the order of ids, which would walk through everybody's to find the few of a run.
    static let pageOfRun = "SELECT * FROM feedback WHERE run_id = ? AND +id > ? ORDER BY +id LIMIT ?"

    /// Examples in the order they were seen, a page at a time.
    func page(after id: String, run: String? = nil, limit: Int) throws -> [FeedbackRecord] {
        guard let run else {
            return try db.query("SELECT * FROM feedback WHERE id > ? ORDER BY id LIMIT ?", [id, limit])
                .map(FeedbackRecord.init)
        }
        return try db.query(Self.pageOfRun, [run, id, limit]).map(FeedbackRecord.init)
    }

    /// The comment says something else now, of the round that stands now.
    func edit(
        _ id: String, text: String, _ verdict: FeedbackVerdict, by classifier: String, round: Int, now: Int64
    ) throws {
        try db.execute(
            """
            UPDATE feedback SET text = ?, text_sha256 = ?, edited_at = ?, class = ?, confidence = ?, reason = ?,
                classifier = ?, round = ?, outcome = ? WHERE id = ?
            """,
            [
                String(text.prefix(NewFeedback.charactersMax)), Self.hash(text), now, verdict.kind.rawValue,
                verdict.confidence, verdict.reason, classifier, round, ReviewDecision.Outcome.noted.rawValue, id,
            ])
    }

    /// Nothing came of it: whoever wrote it may still change it.
    func reopenAcceptance(_ runID: String) throws {
        try db.execute(
            "UPDATE feedback SET outcome = ? WHERE run_id = ? AND outcome = ?",
            [ReviewDecision.Outcome.noted.rawValue, runID, ReviewDecision.Outcome.accepted.rawValue])
    }

    /// The same of what was written while something was missing.
    func editAnswer(_ id: String, text: String, _ reading: AnswerReading, now: Int64) throws {
        try db.execute(
            """
            UPDATE feedback SET text = ?, text_sha256 = ?, edited_at = ?, confidence = ?, reason = ?, outcome = ?
            WHERE id = ?
            """,
            [
                String(text.prefix(NewFeedback.charactersMax)), Self.hash(text), now, reading.confidence,
                reading.reason,
                reading.outcome.rawValue, id,
            ])
    }

    /// It was changed after it was acted on: what was acted on stays, and that it changed is kept.
    func markEdited(_ id: String, hash: String, now: Int64) throws {
        try db.execute("UPDATE feedback SET text_sha256 = ?, edited_at = ? WHERE id = ?", [hash, now, id])
    }

    func markDeleted(_ id: String, now: Int64) throws {
        try db.execute("UPDATE feedback SET deleted_at = ? WHERE id = ?", [now, id])
    }

    /// Who accepts has decided: what was asked back, or kept for lack of rounds, waits for nobody any more.
    func settleOpen(run runID: String) throws {
        let open: [ReviewDecision.Outcome] = [.asked, .askedScope, .roundsUsed, .answersUsed]
        let marks = Array(repeating: "?", count: open.count).joined(separator: ", ")
        try db.execute(
            "UPDATE feedback SET outcome = ? WHERE run_id = ? AND outcome IN (\(marks))",
            [ReviewDecision.Outcome.withdrawn.rawValue, runID] + open.map(\.rawValue))
    }

    func setOutcome(_ id: String, _ outcome: ReviewDecision.Outcome) throws {
        try db.execute("UPDATE feedback SET outcome = ? WHERE id = ?", [outcome.rawValue, id])
    }
}

extension FeedbackRecord {
    /// Nothing was set going by it yet, so that its author may still change or withdraw it.
    var isOpen: Bool {
        switch outcome {
        case .asked, .askedScope, .notAllowed, .tooEarly, .roundsUsed, .answersUsed, .overruled, .noted: true
        case .accepted, .revised, .answered, .withdrawn, .editedLate, .filledIn: false
        }
    }
}
