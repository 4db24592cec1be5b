/// Tells what a comment means by what agency people write. Deterministic, in English, without a network. It would
/// rather ask than guess: what two rules see differently, or none sees clearly, is not sure.
package struct RuleClassifier: Sendable {
    /// Kept with every comment it judged.
    package static let name = "rules-4"
    package init() {}

    package func classify(_ text: String, openQuestion: OpenQuestion?) -> FeedbackVerdict {
        let comment = CommentText(text)
        guard !comment.isEmpty else {
            return FeedbackVerdict(.noOp, confidence: 90, reason: "it says nothing of its own")
        }
        if let openQuestion, let verdict = Self.answer(comment, to: openQuestion) { return verdict }
        return Self.judge(CommentCues(comment))
    }

    private static func judge(_ cues: CommentCues) -> FeedbackVerdict {
        if let scope = cues.scope {
            // Asked for as a question or beside a change, it may be less than it sounds: people are asked anyway.
            return FeedbackVerdict(
                .scopeChange, confidence: cues.isScopeStrong ? 85 : 65, reason: "\"\(scope)\" is more than this task")
        }
        if let refusal = cues.refusal {
            guard let change = cues.change else {
                return FeedbackVerdict(
                    .revisionRequest, confidence: 50,
                    reason: "\"\(refusal)\" accepts nothing and says not what to change")
            }
            return FeedbackVerdict(.revisionRequest, confidence: 85, reason: "\"\(refusal)\" and \"\(change)\"")
        }
        if let condition = cues.condition {
            return FeedbackVerdict(.revisionRequest, confidence: 75, reason: "it accepts only \"\(condition)\"")
        }
        if let change = cues.change {
            let sure = cues.acceptance == nil ? (cues.isChangeStrong ? 90 : 55) : (cues.isChangeStrong ? 80 : 45)
            return FeedbackVerdict(.revisionRequest, confidence: sure, reason: "\"\(change)\" asks for a change")
        }
        if let correction = cues.correction {
            if cues.acceptance != nil, cues.isAcceptanceStrong, !cues.isCorrectionStrong {
                return FeedbackVerdict(.acceptance, confidence: 70, reason: "\"\(cues.acceptance ?? "")\"")
            }
            let sure = cues.acceptance == nil ? (cues.isCorrectionStrong ? 72 : 55) : 50
            return FeedbackVerdict(
                .revisionRequest, confidence: sure, reason: "\"\(correction)\" corrects something in the work")
        }
        if let acceptance = cues.acceptance {
            if cues.hasQuestion {
                return FeedbackVerdict(
                    .acceptance, confidence: 45, reason: "\"\(acceptance)\", with a question beside it")
            }
            return FeedbackVerdict(
                .acceptance, confidence: cues.isAcceptanceStrong ? 92 : 65, reason: "\"\(acceptance)\"")
        }
        if cues.hasQuestion {
            return FeedbackVerdict(.discussion, confidence: cues.isWish ? 50 : 80, reason: "it asks a question")
        }
        if let thought = cues.thought { return FeedbackVerdict(.discussion, confidence: 70, reason: "\"\(thought)\"") }
        if let idle = cues.idle {
            let sure = cues.isIdleStrong && cues.unread == 0
            return FeedbackVerdict(.noOp, confidence: sure ? 85 : 50, reason: "\"\(idle)\"")
        }
        return FeedbackVerdict(.discussion, confidence: 45, reason: "no rule sees what it asks for")
    }

    /// A bare "yes" or "no", read as what it answers.
    private static func answer(_ comment: CommentText, to question: OpenQuestion) -> FeedbackVerdict? {
        guard question == .scope, let answer = CommentAnswer(comment) else { return nil }
        return answer.isYes
            ? FeedbackVerdict(.revisionRequest, confidence: 90, reason: "it agrees to the new work", isAnswer: true)
            : FeedbackVerdict(.noOp, confidence: 90, reason: "it leaves the new work out", isAnswer: true)
    }
}
