/// What a look at the comments of a run in review leads to. Pure: the same comments always lead to the same.
///
/// Two comments at once are one decision: every change that was asked for goes into one round. A change asked for wins
/// over an acceptance, unless the same person accepted after asking. Nothing that is published can be called back.
package struct ReviewDecision: Hashable, Sendable {
    package struct Comment: Hashable, Sendable {
        package var id: String
        package var authorID: String?
        package var writtenAt: Int64
        package var verdict: FeedbackVerdict

        package init(id: String, authorID: String?, writtenAt: Int64, verdict: FeedbackVerdict) {
            (self.id, self.authorID, self.writtenAt, self.verdict) = (id, authorID, writtenAt, verdict)
        }
    }

    /// What came before these comments and still counts.
    package struct Past: Hashable, Sendable {
        /// Something that was asked on the task and nobody has answered.
        package struct Question: Hashable, Sendable {
            package var authorID: String?
            /// When it was asked, by our own clock.
            package var askedAt: Int64
            /// Whether new work belongs to the task; otherwise what was meant.
            package var isScope: Bool

            package init(authorID: String?, askedAt: Int64, isScope: Bool) {
                (self.authorID, self.askedAt, self.isScope) = (authorID, askedAt, isScope)
            }
        }

        /// Rounds that people asked for by a change, the first included. Answers are none.
        package var rounds: Int
        package var answers: Int
        package var questions: [Question]
        /// By author, when an acceptance was last set aside because of a question and its author told so; our own clock.
        package var told: [String: Int64]

        package init(rounds: Int = 1, answers: Int = 0, questions: [Question] = [], told: [String: Int64] = [:]) {
            (self.rounds, self.answers, self.questions, self.told) = (rounds, answers, questions, told)
        }

        /// Whether one of the questions speaks against an acceptance. Whoever was told of it and accepts again knows;
        /// whoever was asked what they meant has answered by accepting.
        func holds(up yes: Comment) -> Bool {
            questions.contains { question in
                if let told = told[yes.authorID ?? ""], told >= question.askedAt { return false }
                return question.isScope || question.authorID != yes.authorID || yes.authorID == nil
            }
        }
    }

    package enum Action: Hashable, Sendable {
        case none
        case accept(String)
        /// A new round for these comments, in their order. Questions that are answered go with it.
        case revise([String])
        /// The agent answers these in its session and changes nothing.
        case answer([String])
    }

    /// What became of one comment.
    package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
        case accepted, revised, answered, noted
        /// Somebody is asked what was meant.
        case asked
        /// Somebody is asked whether that belongs to the task.
        case askedScope = "asked_scope"
        /// An acceptance by somebody who may not accept.
        case notAllowed = "not_allowed"
        /// An acceptance from before this round was there to be seen.
        case tooEarly = "too_early"
        /// A change after the last round that is worked without a person's word.
        case roundsUsed = "rounds_used"
        /// A question after the last one that the agent answers on one task.
        case answersUsed = "answers_used"
        /// An acceptance beside a change that somebody else asked for.
        case overruled
        /// A change whose author accepted afterwards.
        case withdrawn
        /// Changed after it was acted on.
        case editedLate = "edited_late"
        /// What was missing before the work could begin.
        case filledIn = "filled_in"
    }

    package var action: Action
    package var outcomes: [String: Outcome]

    /// `comments` are new ones, oldest first; `openedAt` is when the round that stands came to review.
    package static func decide(
        _ comments: [Comment], policy: ReviewPolicy, past: Past = Past(), openedAt: Int64
    ) -> ReviewDecision {
        var decision = choose(comments, policy, past, openedAt)
        // A question beside a change goes with the round; beside anything else that is done it waits for people.
        switch decision.action {
        case .answer: break
        case .revise where past.answers < ReviewPolicy.answersLimit: break
        case .revise, .accept, .none:
            let isOver = past.answers >= ReviewPolicy.answersLimit
            for (id, outcome) in decision.outcomes where outcome == .answered {
                decision.outcomes[id] = isOver ? .answersUsed : .noted
            }
        }
        return decision
    }

    private static func choose(
        _ comments: [Comment], _ policy: ReviewPolicy, _ past: Past, _ openedAt: Int64
    ) -> ReviewDecision {
        var outcomes = Dictionary(
            comments.map { ($0.id, first($0, policy, openedAt: openedAt)) }, uniquingKeysWith: { $1 })
        let changes = comments.filter { outcomes[$0.id] == .revised }
        let yes = comments.last { outcomes[$0.id] == .accepted }
        if let yes {
            // Who accepts after asking has seen that it is fine; nobody else can take a request back.
            let open = changes.filter {
                $0.authorID != yes.authorID || $0.authorID == nil || $0.writtenAt > yes.writtenAt
            }
            let others = comments.contains { [.asked, .askedScope].contains(outcomes[$0.id]) && $0.id != yes.id }
            if open.isEmpty, !others, !past.holds(up: yes) {
                for change in changes { outcomes[change.id] = .withdrawn }
                return ReviewDecision(action: .accept(yes.id), outcomes: outcomes)
            }
            for comment in comments where outcomes[comment.id] == .accepted { outcomes[comment.id] = .overruled }
        }
        guard changes.isEmpty else {
            guard past.rounds < policy.roundsMax else {
                for change in changes { outcomes[change.id] = .roundsUsed }
                return ReviewDecision(action: .none, outcomes: outcomes)
            }
            return ReviewDecision(action: .revise(changes.map(\.id)), outcomes: outcomes)
        }
        let questions = comments.filter { outcomes[$0.id] == .answered }.map(\.id)
        guard past.answers < ReviewPolicy.answersLimit else {
            for id in questions { outcomes[id] = .answersUsed }
            return ReviewDecision(action: .none, outcomes: outcomes)
        }
        return ReviewDecision(action: questions.isEmpty ? .none : .answer(questions), outcomes: outcomes)
    }

    /// What one comment asks for by itself.
    private static func first(_ comment: Comment, _ policy: ReviewPolicy, openedAt: Int64) -> Outcome {
        guard comment.verdict.isSure else { return .asked }
        switch comment.verdict.kind {
        case .acceptance:
            guard policy.mayAccept(comment.authorID) else { return .notAllowed }
            return comment.writtenAt < openedAt ? .tooEarly : .accepted
        case .revisionRequest: return .revised
        case .scopeChange: return .askedScope
        case .discussion: return policy.answersDiscussion ? .answered : .noted
        case .noOp: return .noted
        }
    }
}
