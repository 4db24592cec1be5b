/// What a person's comment on delivered work means for it.
package enum FeedbackClass: String, Hashable, Sendable, Codable, CaseIterable {
    /// The work is fine as it is.
    case acceptance
    /// Something in it is to be changed.
    case revisionRequest = "revision_request"
    /// Work is asked for that this task did not ask for.
    case scopeChange = "scope_change"
    /// A question or a thought: nothing is to be changed by it.
    case discussion
    /// Nothing is meant for the agent: thanks, a note between people.
    case noOp = "no_op"
}

/// A class with how sure the classifier is and why, in words for the people who read the run.
package struct FeedbackVerdict: Hashable, Sendable {
    package let kind: FeedbackClass
    /// 0...100.
    package let confidence: Int
    package let reason: String
    /// It is the answer to what was asked, and not by itself.
    package let isAnswer: Bool

    package init(_ kind: FeedbackClass, confidence: Int, reason: String, isAnswer: Bool = false) {
        self.isAnswer = isAnswer
        self.kind = kind
        self.confidence = min(max(confidence, 0), 100)
        self.reason = reason
    }

    /// Below this a person is asked what was meant.
    package static let confidenceMin = 60
    package var isSure: Bool { confidence >= Self.confidenceMin }
}

/// What was asked on the task last and not answered since: a "yes" means nothing without it.
package enum OpenQuestion: String, Hashable, Sendable {
    /// "Is this part of the task?"
    case scope
    /// "Shall something be changed?"
    case meaning
}
