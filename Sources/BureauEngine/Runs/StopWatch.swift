import BureauDomain
import Synchronization

/// Ends the running stage when a person has asked for a stop meanwhile: the lease's renewal tells the run's state.
final class StopWatch: Sendable {
    private struct State {
        var stage: RunState?
        var task: Task<StageOutcome, any Error>?
    }

    private let state = Mutex(State())

    /// Runs a stage. Nil means it was ended because the run is stopping now.
    func run(in stage: RunState, _ body: @escaping @Sendable () async throws -> StageOutcome) async throws
        -> StageOutcome?
    {
        let task = Task { try await body() }
        state.withLock { $0 = State(stage: stage, task: task) }
        defer { state.withLock { $0 = State() } }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch is CancellationError where !Task.isCancelled {
            return nil
        }
    }

    func see(_ new: RunState) {
        let task = state.withLock { state -> Task<StageOutcome, any Error>? in
            guard new == .stopping, let stage = state.stage, stage != .stopping else { return nil }
            return state.task
        }
        task?.cancel()
    }
}
