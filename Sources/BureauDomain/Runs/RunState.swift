/// The states of a run by their API value. The words people see are `word`; the drawing is docs/run-states.md.
package enum RunState: String, Hashable, Sendable, Codable, CaseIterable {
    case queued
    case needsInfo = "needs_info"
    case starting
    case running
    case waitingApproval = "waiting_approval"
    case collecting
    case delivering
    case inReview = "in_review"
    case revising
    case stopping
    case done
    case doneWithProblems = "done_with_problems"
    case stopped
    case failed
    case ignored

    /// No worker moves a final run. A person can: deliver again, retry.
    package var isFinal: Bool {
        switch self {
        case .done, .doneWithProblems, .stopped, .failed, .ignored: true
        case .queued, .needsInfo, .starting, .running, .waitingApproval, .collecting, .delivering, .inReview,
            .revising, .stopping:
            false
        }
    }

    /// A worker takes such a run by itself. The others wait for a person.
    package var isWorkable: Bool {
        switch self {
        case .queued, .starting, .running, .waitingApproval, .collecting, .delivering, .revising, .stopping: true
        case .needsInfo, .inReview, .done, .doneWithProblems, .stopped, .failed, .ignored: false
        }
    }

    package var word: String {
        switch self {
        case .queued: "Queued"
        case .needsInfo: "Needs info"
        case .starting: "Starting"
        case .running: "Running"
        case .waitingApproval: "Waiting for you"
        case .collecting: "Collecting files"
        case .delivering: "Delivering"
        case .inReview: "In review"
        case .revising: "Revising"
        case .stopping: "Stopping"
        case .done: "Done"
        case .doneWithProblems: "Done, delivery problem"
        case .stopped: "Stopped"
        case .failed: "Failed"
        case .ignored: "Ignored"
        }
    }
}
