/// Something that happened to a run which people may want a message of their own about.
package enum OwnNotice: String, Sendable, Hashable, Codable, CaseIterable {
    /// An agent asks whether it may.
    case approval
    /// Results wait for somebody's word.
    case review
    /// Information is missing.
    case question
    /// It failed, was stopped, or did not deliver everything.
    case failure
    /// Its money nears its limit, or has run out.
    case budget

    /// Whose runs somebody is told of. Of clients they do not see they are told nothing.
    package enum Reach: String, Sendable, Hashable, Codable, CaseIterable {
        /// Of clients they look after, and those they asked for themselves.
        case mine
        case all
    }

    package var word: String {
        switch self {
        case .approval: "Approvals"
        case .review: "Reviews"
        case .question: "Questions"
        case .failure: "Failures"
        case .budget: "Budgets"
        }
    }

    /// For the people who choose.
    package var meaning: String {
        switch self {
        case .approval: "An agent asks for permission, and you may decide."
        case .review: "Results wait for somebody's word."
        case .question: "Information is missing before an agent can begin or go on."
        case .failure: "A run failed, was stopped, or could not deliver everything."
        case .budget: "A run nears its limit, or its budget is used up."
        }
    }
}
