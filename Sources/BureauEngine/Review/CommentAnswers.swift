import BureauDomain
import BureauStorage
import BureauVendors

/// Finds in comments the values that one run waits for. A comment is claimed once, by one run; what it says by name
/// counts for every run on the task that asked for it.
struct CommentAnswers {
    let db: any Connection
    let doors: Doors
    let run: RunRecord
    let watch: TaskWatch

    /// Claims new comments, and reads again those that were edited. True when one of them holds a value.
    func take(_ people: [WorkComment], asked: [String], isAsked: Bool) throws -> Bool {
        let watches = TaskWatchStore(db: db)
        let reviewed = try watches.beside(watch, in: .inReview), waiting = try watches.beside(watch, in: .needsInfo)
        // A line without a name is an answer only where nobody else could be meant.
        let takesAlone = isAsked && reviewed.isEmpty && waiting.isEmpty
        var open = asked
        var isAnswered = false
        for comment in people {
            let old = try FeedbackStore(db: db).find(run.taskTool.rawValue, comment.id)
            guard let names = try wanted(open, comment, old) else { continue }
            // A line that answered another run's question answers this one's only by name.
            let isOurs = old.map { $0.runID == run.id } ?? true
            let values = TaskAnswer.read(comment.text, missing: names, takesAlone: takesAlone && isOurs)
            // Whatever else is said beside results that wait is said of them.
            if old == nil, values.isEmpty, !reviewed.isEmpty { continue }
            guard let id = try claim(comment, old, AnswerReading(values)) else { continue }
            for (name, value) in values { try AnswerStore(db: db).put(run.id, name, value, feedback: id) }
            open.removeAll { values[$0] != nil }
            if !values.isEmpty { isAnswered = true }
        }
        return isAnswered
    }

    /// What to look for in a comment; nil when nothing new can be in it.
    private func wanted(_ open: [String], _ comment: WorkComment, _ old: FeedbackRecord?) throws -> [String]? {
        guard let old else { return open }
        guard old.kind == FeedbackRecord.answerKind, old.deletedAt == nil else { return nil }
        let own = try AnswerStore(db: db).names(feedback: old.id, run: run.id)
        guard old.runID == run.id else {
            // Claimed by another run: each name is taken from it once.
            let rest = open.filter { !own.contains($0) }
            return rest.isEmpty ? nil : rest
        }
        guard old.textHash != FeedbackStore.hash(comment.text) else { return nil }
        // What it said before may be put right by an edit.
        return open + own.filter { !open.contains($0) }
    }

    /// The claim's id; nil when another run claimed it at this moment.
    private func claim(_ comment: WorkComment, _ old: FeedbackRecord?, _ reading: AnswerReading) throws -> String? {
        let store = FeedbackStore(db: db)
        if let old {
            if old.runID == run.id { try store.editAnswer(old.id, text: comment.text, reading, now: doors.now()) }
            return old.id
        }
        let new = NewFeedback(
            id: doors.makeID(), tool: run.taskTool.rawValue, commentID: comment.id, runID: run.id, round: run.round,
            authorID: comment.authorID, authorName: comment.authorName, text: comment.text,
            writtenAt: comment.createdAt, kind: FeedbackRecord.answerKind, confidence: reading.confidence,
            reason: reading.reason, classifier: "answers-2", outcome: reading.outcome)
        return try store.insert(new, now: doors.now()) ? new.id : nil
    }

    /// Those that tell another run what it waits for: they are no judgement of results that wait beside it.
    static func meantForOthers(_ people: [WorkComment], _ watch: TaskWatch, _ db: any Connection) throws -> Set<String>
    {
        let waiting = try TaskWatchStore(db: db).beside(watch, in: .needsInfo)
        guard !waiting.isEmpty else { return [] }
        let found = try people.filter { comment in
            guard
                waiting.contains(where: { !TaskAnswer.read(comment.text, missing: $0.asked, takesAlone: false).isEmpty }
                )
            else { return false }
            return try FeedbackStore(db: db).find(watch.tool.rawValue, comment.id)?.runID != watch.runID
        }
        return Set(found.map(\.id))
    }
}

/// What was made of one comment while something was missing.
struct AnswerReading: Sendable {
    var confidence: Int
    var reason: String
    var outcome: ReviewDecision.Outcome

    init(_ values: [String: String]) {
        confidence = values.isEmpty ? 50 : 100
        reason =
            values.isEmpty
            ? "names none of what is missing" : "gives \(values.keys.sorted().joined(separator: ", "))"
        outcome = values.isEmpty ? .noted : .filledIn
    }
}

/// The SQL of `run_answer`.
struct AnswerStore {
    let db: any Connection

    func all(run runID: String) throws -> [String: String] {
        let rows = try db.query("SELECT name, value FROM run_answer WHERE run_id = ? LIMIT 200", [runID])
        return Dictionary(try rows.map { (try $0.text("name"), try $0.text("value")) }, uniquingKeysWith: { $1 })
    }

    /// What this comment answered for this run.
    func names(feedback id: String, run runID: String) throws -> [String] {
        try db.query("SELECT name FROM run_answer WHERE feedback_id = ? AND run_id = ? LIMIT 200", [id, runID])
            .map { try $0.text("name") }
    }

    /// The newest answer counts.
    func put(_ runID: String, _ name: String, _ value: String, feedback: String) throws {
        try db.execute(
            """
            INSERT INTO run_answer (run_id, name, value, feedback_id) VALUES (?, ?, ?, ?)
            ON CONFLICT (run_id, name) DO UPDATE SET value = excluded.value, feedback_id = excluded.feedback_id
            """, [runID, name, value, feedback])
    }
}
