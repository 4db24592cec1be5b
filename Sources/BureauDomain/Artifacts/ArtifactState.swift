/// The states of an artifact version by their API value. People see `word`.
package enum ArtifactState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Made, not yet put to anybody: still being delivered, or its run was stopped.
    case draft
    case reviewReady = "review_ready"
    case changesAsked = "changes_asked"
    case accepted
    /// Accepted, and delivered to every channel that waited for the acceptance.
    case published
    /// A newer one of the same client, agent, kind and period counts in its place.
    case superseded
    case dismissed

    package var word: String {
        switch self {
        case .draft: "Draft"
        case .reviewReady: "Review ready"
        case .changesAsked: "Changes asked"
        case .accepted: "Accepted"
        case .published: "Published"
        case .superseded: "Superseded"
        case .dismissed: "Dismissed"
        }
    }

    /// Nothing moves it any more.
    package var isFinal: Bool { self == .dismissed }
    /// Other work may build on it.
    package var counts: Bool { self == .accepted || self == .published }
}

/// Who may be shown an artifact.
package enum ArtifactVisibility: String, Hashable, Sendable, Codable, CaseIterable { case staff, client }
