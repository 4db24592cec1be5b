import BureauDomain

/// One run in one worker's hands.
/// A class: every call that awaits keeps what it was given in its frame, and thousands of runs wait at once.
final class RunInHand: Sendable {
    let run: RunRecord
    let lease: Lease
    let agent: LoadedAgent

    init(run: RunRecord, lease: Lease, agent: LoadedAgent) {
        self.run = run
        self.lease = lease
        self.agent = agent
    }
}

/// What a stage hands back.
enum StageOutcome: Sendable, Hashable {
    /// The run is in another state now: go on with that.
    case moved
    /// Nothing to do before this time (milliseconds UTC); the lease goes back.
    case rest(until: Int64)
    /// A passing fault: count it, try the stage again then.
    case retry(afterMilliseconds: Int64, PassingFault)
}

/// What happens in one state. A stage may be cut off anywhere and is then run again from its beginning by someone
/// else: everything it does is either a read, a fenced row or a step that looks before it repeats.
protocol Stage: Sendable {
    func run(_ hand: RunInHand) async throws -> StageOutcome
}
