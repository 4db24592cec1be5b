import BureauDomain
import BureauEngine

extension RunsView {
    static let countedMax = 999

    var word: String {
        switch self {
        case .all: "All"
        case .attention: "Needs attention"
        case .running: "Running"
        case .review: "In review"
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
