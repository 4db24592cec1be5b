package import BureauDomain

/// The ways a list of runs is looked at most.
package enum RunsView: String, CaseIterable, Sendable {
    case attention, running, review, all = ""

    /// In work now: not in line, and waiting for nobody.
    package static let statesAtWork = RunState.allCases.filter {
        $0.isWorkable && $0 != .queued && $0 != .waitingApproval
    }

    package func narrow(_ listing: inout RunListing) {
        switch self {
        case .all: break
        case .attention:
            listing.states = [.failed, .doneWithProblems, .needsInfo, .waitingApproval]
            listing.isUnseen = true
        case .running: listing.states = Self.statesAtWork
        case .review: listing.states = [.inReview]
        }
    }
}

extension RunListing {
    /// A state outside the view is a list with nothing in it.
    package mutating func narrow(to state: RunState) {
        states = states.isEmpty || states.contains(state) ? [state] : []
        isEmpty = states.isEmpty
    }
}
