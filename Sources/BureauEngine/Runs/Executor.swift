import BureauDomain

/// What does the work of a run, as the stages that differ by it. Everything else is the same for all: the machine,
/// money, approvals, files, delivery and review.
protocol Executor: Sendable {
    /// `starting`: from nothing to something that works under a name (`sessionOpened`).
    var opening: any Stage { get }
    /// `running`: until the turn ends, people are needed or a limit is reached.
    var following: any Stage { get }
    /// `revising`: until the next round is known to have begun.
    var revising: any Stage { get }
    /// `waiting_approval`: until people have decided.
    var waiting: any Stage { get }
    /// `stopping`: until nothing works any more.
    var stopping: any Stage { get }
    /// `collecting`: what was made becomes the run's files.
    var collecting: any Stage { get }
    /// What an acceptance sets going before anything is published. A cause sends the run back to the people who judge
    /// it. May be cut off and called again.
    func accepted(_ hand: RunInHand) async throws -> RunCause?
}

extension Executor {
    func accepted(_ hand: RunInHand) async throws -> RunCause? { nil }
}

extension AgentConfig.Executor {
    func stages(_ parts: EngineParts) -> any Executor {
        switch self {
        case .managedSession: SessionExecutor(parts: parts)
        case .command(let policy): CommandExecutor(parts: parts, policy: policy)
        }
    }
}

/// A session at the agents' own service.
struct SessionExecutor: Executor {
    let parts: EngineParts
    var opening: any Stage { OpenStage(parts: parts) }
    var following: any Stage { FollowStage(parts: parts) }
    var revising: any Stage { ReviseStage(parts: parts) }
    var waiting: any Stage { GateStage(parts: parts) }
    var stopping: any Stage { StopStage(parts: parts) }
    var collecting: any Stage { CollectStage(parts: parts) }
}
