import BureauDomain
import BureauStorage
import Foundation

/// One look at the comments of a run in review, as one transaction: claims what is new, decides, moves the run, and
/// writes down what is to be said. Nothing is claimed twice, and what was claimed has an outcome.
struct ReviewLook {
    let db: any Connection
    let doors: Doors
    let watch: TaskWatch
    let policy: ReviewPolicy
    let agentName: String
    let minutesMax: Int
    /// Questions on one round that are put to people on the task. Beyond it nothing is asked; the comment is kept.
    static let asksMax = 5

    /// `people` are comments that are not ours, oldest first, each with what it was judged to be.
    /// Returns the state it moved the run to, if it did.
    func take(_ people: [JudgedComment], isWhole: Bool) throws -> RunState? {
        guard let run = try RunStore(db: db).find(watch.runID), run.state == .inReview else { return nil }
        let store = FeedbackStore(db: db)
        let known = try store.list(run: run.id), now = doors.now()
        if isWhole { try withdraw(known, present: Set(people.map(\.comment.id))) }
        var new: [ReviewDecision.Comment] = []
        for judgement in people {
            let (comment, verdict) = (judgement.comment, judgement.verdict)
            let hash = FeedbackStore.hash(comment.text)
            if let old = known.first(where: { $0.commentID == comment.id && $0.tool == watch.tool.rawValue }) {
                guard old.textHash != hash, old.deletedAt == nil else { continue }
                guard old.isOpen else {
                    try edited(old, hash, run)
                    continue
                }
                // Nothing followed from it yet: as it reads now it speaks of the round that stands now.
                try store.edit(
                    old.id, text: comment.text, verdict, by: judgement.classifier, round: run.round, now: now)
                new.append(judged(comment, verdict))
            } else if try claim(judgement, run, now) {
                new.append(judged(comment, verdict))
            }
        }
        guard !new.isEmpty else { return nil }
        let isNew = Set(new.map(\.id))
        try settle(
            known.filter { $0.round == run.round && $0.deletedAt == nil && !isNew.contains($0.commentID) }, by: new)
        let past = try past(run, besides: isNew)
        return try act(.decide(new, policy: policy, past: past, openedAt: watch.openedAt), run)
    }

    private func past(_ run: RunRecord, besides isNew: Set<String>) throws -> ReviewDecision.Past {
        let known = try FeedbackStore(db: db).list(run: run.id).filter { $0.deletedAt == nil }
        let earlier = known.filter { $0.round == run.round && !isNew.contains($0.commentID) }
        let changed = Set(known.filter { $0.outcome == .revised && $0.round < run.round }.map(\.round))
        let answered = Set(known.filter { $0.outcome == .answered && $0.round < run.round }.map(\.round))
        let questions = earlier.filter { $0.outcome == .asked || $0.outcome == .askedScope }.map {
            ReviewDecision.Past.Question(
                authorID: $0.authorID, askedAt: $0.editedAt ?? $0.seenAt, isScope: $0.outcome == .askedScope)
        }
        let told = earlier.filter { $0.outcome == .overruled }.map { ($0.authorID ?? "", $0.editedAt ?? $0.seenAt) }
        return ReviewDecision.Past(
            rounds: 1 + changed.count, answers: answered.subtracting(changed).count, questions: questions,
            told: Dictionary(told, uniquingKeysWith: Swift.max))
    }

    /// What was asked about earlier goes the way of its answer: new work that somebody agrees to is quoted in the round
    /// with the yes, and so is what its author now explains.
    private func settle(_ earlier: [FeedbackRecord], by new: [ReviewDecision.Comment]) throws {
        let store = FeedbackStore(db: db)
        for old in earlier {
            guard let answer = new.last(where: { $0.verdict.isSure && answers($0, old) }) else { continue }
            try store.setOutcome(old.id, answer.verdict.kind == .revisionRequest ? .revised : .withdrawn)
        }
    }

    private func answers(_ comment: ReviewDecision.Comment, _ old: FeedbackRecord) -> Bool {
        guard comment.id != old.commentID else { return false }
        if old.outcome == .askedScope { return comment.verdict.isAnswer }
        return old.outcome == .asked && comment.verdict.kind == .revisionRequest && comment.authorID == old.authorID
    }

    private func judged(_ comment: WorkComment, _ verdict: FeedbackVerdict) -> ReviewDecision.Comment {
        ReviewDecision.Comment(
            id: comment.id, authorID: comment.authorID, writtenAt: comment.editedAt ?? comment.createdAt,
            verdict: verdict)
    }

    private func claim(_ judgement: JudgedComment, _ run: RunRecord, _ now: Int64) throws -> Bool {
        let (comment, verdict) = (judgement.comment, judgement.verdict)
        return try FeedbackStore(db: db).insert(
            NewFeedback(
                id: doors.makeID(), tool: watch.tool.rawValue, commentID: comment.id, runID: run.id, round: run.round,
                authorID: comment.authorID, authorName: comment.authorName, text: comment.text,
                writtenAt: comment.createdAt, kind: verdict.kind.rawValue, confidence: verdict.confidence,
                reason: verdict.reason, classifier: judgement.classifier, outcome: .noted), now: now)
    }

    /// A comment that is gone asks for nothing any more. What it has set going goes on.
    private func withdraw(_ known: [FeedbackRecord], present: Set<String>) throws {
        for old in known
        where old.tool == watch.tool.rawValue && old.deletedAt == nil && !present.contains(old.commentID) {
            try FeedbackStore(db: db).markDeleted(old.id, now: doors.now())
            if old.isOpen { try FeedbackStore(db: db).setOutcome(old.id, .withdrawn) }
            try note(old.runID, "a comment of \(old.author) was deleted; it had been \(old.outcome.words)")
        }
    }

    private func edited(_ old: FeedbackRecord, _ hash: String, _ run: RunRecord) throws {
        let store = FeedbackStore(db: db)
        try store.markEdited(old.id, hash: hash, now: doors.now())
        guard old.outcome == .revised || old.outcome == .answered else { return }
        try note(run.id, "\(old.author) changed a comment after it was acted on")
        try say(ReviewMessages.editedLate(old, round: run.round), "edited/\(old.id)/\(hash.prefix(8))", run)
    }

    private func act(_ decision: ReviewDecision, _ run: RunRecord) throws -> RunState? {
        let store = FeedbackStore(db: db)
        var found: [String: FeedbackRecord] = [:]
        for (commentID, outcome) in decision.outcomes {
            guard let record = try store.find(watch.tool.rawValue, commentID) else { continue }
            try store.setOutcome(record.id, outcome)
            found[commentID] = record
        }
        for (commentID, record) in found.sorted(by: { $0.value.writtenAt < $1.value.writtenAt }) {
            let outcome = decision.outcomes[commentID] ?? .noted
            try note(
                run.id,
                "\(record.author): \(record.kind.replacingOccurrences(of: "_", with: " ")) (\(record.confidence) %), \(outcome.words)"
            )
            try reply(to: record, outcome, decision.action, run)
        }
        switch decision.action {
        case .none: return nil
        case .accept(let id):
            return try ReviewMoves(db: db, doors: doors).accept(run, by: found[id]?.author ?? "Somebody").state
        case .revise(let ids), .answer(let ids):
            let moved = try ReviewMoves(db: db, doors: doors).revise(run, place: policy.revisingPlace)
            let comments = ids.compactMap { found[$0] }
            if case .revise = decision.action {
                let text = ReviewMessages.begun(
                    comments.map { ($0.author, $0.text) }, round: moved.round, agentName: agentName,
                    minutesMax: minutesMax)
                try WorkNote(db: db, doors: doors).say(text, about: "begun", moved)
            }
            return moved.state
        }
    }

    private func reply(
        to record: FeedbackRecord, _ outcome: ReviewDecision.Outcome, _ action: ReviewDecision.Action, _ run: RunRecord
    ) throws {
        var isRevising = false
        if case .revise = action { isRevising = true }
        switch outcome {
        case .asked: try ask(ReviewMessages.unclear(record), record, run)
        case .askedScope: try ask(ReviewMessages.scope(record, nextRound: run.round + 1), record, run)
        case .notAllowed: try ask(ReviewMessages.notAllowed(record, policy), record, run)
        case .tooEarly: try ask(ReviewMessages.tooEarly(record, round: run.round), record, run)
        case .answersUsed: try say(ReviewMessages.answersUsed, "answers", run)
        case .roundsUsed: try say(ReviewMessages.roundsUsed(policy, runID: run.id), "rounds", run)
        case .overruled:
            let text =
                isRevising
                ? ReviewMessages.overruled(record, round: run.round + 1) : ReviewMessages.overruledByQuestion(record)
            try say(text, "overruled/\(record.id)", run)
        case .accepted, .revised, .answered, .noted, .withdrawn, .editedLate, .filledIn: break
        }
    }

    private func ask(_ text: WorkText, _ record: FeedbackRecord, _ run: RunRecord) throws {
        let asked = try FeedbackStore(db: db).list(run: run.id).filter {
            $0.round == run.round && $0.outcome.isAsked
        }
        guard asked.count <= Self.asksMax else {
            let cause = RunCause(
                .unclear,
                "People and the agent do not understand each other on the task: \(asked.count) questions so far.")
            return try NoticeWriter(db: db, doors: doors).alert(cause, run, kind: .problem)
        }
        try say(text, "ask/\(record.id)/\(record.textHash.prefix(8))", run)
    }

    private func say(_ text: WorkText, _ subject: String, _ run: RunRecord) throws {
        try WorkNote(db: db, doors: doors).say(text, about: subject, run)
    }

    private func note(_ runID: String, _ detail: String) throws {
        try RunEventStore(db: db).append(runID, kind: "feedback", detail: detail, now: doors.now())
    }
}

/// The moves that end a review, the same whoever decides and wherever.
struct ReviewMoves {
    let db: any Connection
    let doors: Doors

    func accept(_ run: RunRecord, by person: String) throws -> RunRecord {
        try RunStore(db: db).markAccepted(run.id, by: person, now: doors.now())
        return try RunTransitions(doors: doors).apply(.accepted, to: run.id, lease: nil, in: db)
    }

    func revise(_ run: RunRecord, place: String?) throws -> RunRecord {
        let moved = try RunTransitions(doors: doors).apply(.revisionAsked, to: run.id, lease: nil, in: db)
        if let place { try WorkNote(db: db, doors: doors).move(to: place, moved) }
        return moved
    }

    func dismiss(_ run: RunRecord, _ cause: RunCause) throws -> RunRecord {
        try RunTransitions(doors: doors).apply(.dismissed(cause), to: run.id, lease: nil, in: db)
    }
}

extension ReviewDecision.Outcome {
    var isAsked: Bool { [.asked, .askedScope, .notAllowed, .tooEarly].contains(self) }

    /// In a sentence about a comment: "it had been …".
    package var words: String {
        switch self {
        case .accepted: "taken as acceptance"
        case .revised: "given to the next round"
        case .answered: "given to the agent to answer"
        case .noted: "noted"
        case .asked: "asked back"
        case .askedScope: "asked back as new work"
        case .notAllowed: "refused: not one who may accept"
        case .tooEarly: "asked back: written before the round"
        case .roundsUsed: "kept: all rounds are used"
        case .answersUsed: "kept: a person answers"
        case .overruled: "set aside"
        case .withdrawn: "withdrawn"
        case .editedLate: "edited too late"
        case .filledIn: "read as an answer"
        }
    }
}
