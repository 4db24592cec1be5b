/// The life of one artifact version. Pure; the store's UPDATE names the very states that `leaves` names.
package struct ArtifactMachine: Hashable, Sendable {
    package enum Event: String, Hashable, Sendable, CaseIterable {
        /// People judge it now; also again, when a question about it was answered without a new version.
        case reviewOpened = "review_opened"
        case changesAsked = "changes_asked"
        /// By a person; or by config, where nobody reviews.
        case accepted
        /// The acceptance could not be carried out: people judge it again.
        case acceptanceUndone = "acceptance_undone"
        case published
        /// A newer one came to count.
        case superseded
        case dismissed
        /// The one that had superseded it was dismissed: it counts again, as it did before.
        case cameBack = "came_back"
        case cameBackPublished = "came_back_published"

        /// The states it may leave.
        package var leaves: Set<ArtifactState> {
            switch self {
            case .reviewOpened: [.draft, .changesAsked]
            case .changesAsked: [.reviewReady]
            case .accepted: [.draft, .reviewReady, .changesAsked]
            case .acceptanceUndone, .published: [.accepted]
            case .superseded: [.reviewReady, .changesAsked, .accepted, .published]
            case .dismissed: [.draft, .reviewReady, .changesAsked, .accepted, .published]
            case .cameBack, .cameBackPublished: [.superseded]
            }
        }

        package var target: ArtifactState {
            switch self {
            case .reviewOpened, .acceptanceUndone: .reviewReady
            case .changesAsked: .changesAsked
            case .accepted: .accepted
            case .published: .published
            case .superseded: .superseded
            case .dismissed: .dismissed
            case .cameBack: .accepted
            case .cameBackPublished: .published
            }
        }
    }

    package struct Rejected: Error, Hashable, CustomStringConvertible {
        package let state: ArtifactState
        package let event: Event
        package var description: String { "an artifact that is \(state.rawValue) cannot take \(event.rawValue)" }
    }

    package private(set) var state: ArtifactState

    package init(state: ArtifactState = .draft) { self.state = state }

    package mutating func apply(_ event: Event) throws(Rejected) {
        guard event.leaves.contains(state) else { throw Rejected(state: state, event: event) }
        state = event.target
    }
}
