import BureauDomain
import BureauStorage

/// Moves a run's newest version as the run moves, in the run's transaction.
struct ArtifactFollow {
    let db: any Connection

    /// `run` is as it was before the event, `moved` as it is now.
    func follow(_ event: RunMachine.Event, _ run: RunRecord, to moved: RunRecord, now: Int64) throws {
        let store = ArtifactStore(db: db)
        guard Self.concerns(event), let artifact = try store.newest(run: run.id) else { return }
        switch event {
        case .reviewOpened:
            if artifact.state == .accepted { return try store.undoAcceptance(artifact, now: now) }
            _ = try store.move(artifact.id, .reviewOpened, now: now)
        case .revisionAsked: try asked(artifact, moved, now: now)
        case .accepted: try accept(artifact, by: moved.reviewAcceptedBy, now: now)
        case .dismissed(let cause): _ = try store.dismiss(artifact, by: nil, reason: cause.sentence, now: now)
        case .channelsSettled(let problem):
            guard moved.state == .done || moved.state == .doneWithProblems else { return }
            if moved.reviewAcceptedAt == nil {
                // Nobody reviews this agent's results: delivered is accepted.
                if !artifact.isReviewed { try accept(artifact, by: Self.config, now: now) }
            } else if problem == nil {
                try publish(artifact, moved, now: now)
            }
        default: return
        }
    }

    private static func concerns(_ event: RunMachine.Event) -> Bool {
        switch event {
        case .reviewOpened, .revisionAsked, .accepted, .dismissed, .channelsSettled: true
        default: false
        }
    }

    /// Who accepted what nobody reviews.
    static let config = "config"

    private func asked(_ artifact: ArtifactRecord, _ moved: RunRecord, now: Int64) throws {
        // A question that the agent answers asks for no change.
        let asking = try FeedbackStore(db: db).asking(run: moved.id, before: moved.round)
        if asking.isEmpty || asking.contains(where: { $0.outcome != .answered }) {
            _ = try ArtifactStore(db: db).move(artifact.id, .changesAsked, now: now)
        }
        try db.execute(
            """
            INSERT INTO artifact_revision (run_id, round, artifact_id, asked_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (run_id, round) DO NOTHING
            """, [moved.id, moved.round, artifact.id, now])
    }

    func accept(_ artifact: ArtifactRecord, by person: String?, now: Int64) throws {
        let store = ArtifactStore(db: db)
        try FeedbackStore(db: db).settleOpen(run: artifact.runID)
        guard try store.move(artifact.id, .accepted, by: person, now: now) else { return }
        try store.supersedeOlder(than: artifact, now: now)
    }

    /// Published is what reached a channel after it was accepted: only those that waited for it do.
    private func publish(_ artifact: ArtifactRecord, _ run: RunRecord, now: Int64) throws {
        let store = ArtifactStore(db: db)
        let waiting = ReviewPolicy.Channel.allCases.map(\.rawValue)
        let isOut = try store.deliveries(artifact.id).contains {
            waiting.contains($0.channel) && $0.deliveredAt >= run.reviewAcceptedAt ?? .max
        }
        if isOut { _ = try store.move(artifact.id, .published, now: now) }
    }
}
