import BureauDomain
import BureauStorage

/// `revising`: the next round of the same branch, in a fresh worktree. What was asked for stands in the task's file.
struct BuildReviseStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        let (transitions, lease, run) = (parts.transitions, hand.lease, hand.run)
        let base = try await base(run.id)
        try await parts.write(lease) { db in
            try BuildStore(db: db).beginRound(run.id, after: run.round - 1, base: base)
            try transitions.apply(.revisionSent, to: run.id, lease: lease, in: db)
        }
        return .moved
    }

    /// Nil when it cannot be read: the round will say why.
    private func base(_ runID: String) async throws -> String? {
        guard let build = try await parts.database.read({ try BuildStore(db: $0).find(runID) }) else { return nil }
        do { return try await GitRepository(path: build.repository).commit(build.baseReference) } catch is GitRepository
            .Failure
        {
            try Task.checkCancellation()
            return nil
        }
    }
}

extension BuildRound {
    /// Every change that was asked for so far, round by round.
    func revisions() async throws -> [TaskText.Revision] {
        let build = build
        return try await parts.database.read { db in
            try (1..<max(build.round, 1)).flatMap { round in
                try FeedbackStore(db: db).asking(run: build.runID, before: round + 1).map {
                    TaskText.Revision(round: round + 1, author: $0.author, comment: $0.text)
                }
            }
        }
    }
}
