import BureauDomain
import BureauEngine

/// The ways a list of runs is looked at most.
enum RunsView: String, CaseIterable {
    case attention, running, review, all = ""
    static let countedMax = 999

    var word: String {
        switch self {
        case .all: "All"
        case .attention: "Needs attention"
        case .running: "Running"
        case .review: "In review"
        }
    }

    func narrow(_ listing: inout RunListing) {
        switch self {
        case .all: break
        case .attention:
            listing.states = [.failed, .doneWithProblems, .needsInfo, .waitingApproval]
            listing.isUnseen = true
        case .running: listing.states = RunState.allCases.filter { $0.isWorkable }
        case .review: listing.states = [.inReview]
        }
    }

    /// As its tab shows it; nil where nothing is counted.
    func count(_ house: WebHouse, visible: Set<String>?) async throws -> String? {
        guard self != .all else { return nil }
        var listing = RunListing(visible: visible)
        narrow(&listing)
        return Inbox.word(try await house.runs.count(listing, atMost: Self.countedMax + 1), max: Self.countedMax)
    }
}
