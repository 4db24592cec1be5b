import BureauDomain

/// A program of this machine, in a worktree of a git repository.
struct CommandExecutor: Executor {
    let parts: EngineParts
    let policy: CommandPolicy
    var opening: any Stage { BuildOpenStage(parts: parts, policy: policy) }
    var following: any Stage { BuildStage(parts: parts, policy: policy) }
    var revising: any Stage { BuildReviseStage(parts: parts) }
    var waiting: any Stage { BuildWaitStage(parts: parts) }
    var stopping: any Stage { BuildStopStage(parts: parts, policy: policy) }
    var collecting: any Stage { BuildCollectStage(parts: parts, policy: policy) }

    func accepted(_ hand: RunInHand) async throws -> RunCause? {
        try await BuildMerge(parts: parts, policy: policy).accepted(hand)
    }
}

/// A builder asks nothing: what was put on hold goes on when somebody looks.
struct BuildWaitStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        try await parts.move(hand.run.id, .gateClosed, hand.lease)
        return .moved
    }
}
