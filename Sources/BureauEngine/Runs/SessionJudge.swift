import BureauDomain
import BureauVendors

/// Decides from what is known of a session whether its turn is over. Total over stop reasons: one that is new to us
/// holds the run; it is never taken for success.
struct SessionJudge: Sendable {
    /// Custom tool calls we have answered: a session that still reports them will go on by itself.
    var answered: Set<String> = []
    /// Stops at the budget we have answered with a higher one: the session goes on by itself.
    var budgetStopsAnswered = 0
    /// The message that began this round. What ended before it is known to the session is an older round's end.
    var awaited: String?

    func judge(_ fold: SessionFold) -> FollowStage.End? {
        if let awaited, !fold.messages.contains(awaited), case .idle = fold.status { return nil }
        switch fold.status {
        case .unknown, .running, .rescheduled: return nil
        case .idle(let reason): return judge(reason, fold)
        case .terminated:
            return .broke(RunCause(.sessionTerminated, "The session was terminated by the service. \(lastFault(fold))"))
        case .deleted: return .broke(RunCause(.sessionLost, "The session was deleted at the service."))
        }
    }

    private func judge(_ reason: StopReason, _ fold: SessionFold) -> FollowStage.End? {
        switch reason {
        case .endTurn: return fold.isInterrupted ? .overLimit(Self.interrupted) : .turnEnded
        case .requiresAction(let ids):
            let open = ids.filter { !answered.contains($0) }
            guard !open.isEmpty else { return nil }
            let custom = open.filter { fold.customToolCalls[$0] != nil }
            return custom.isEmpty ? .gate(eventIDs: open) : .customTools(custom)
        // The request that crossed the cap may have been the last one needed: then the work is done and is delivered.
        case .budgetReached:
            if fold.primaryIdle == .endTurn { return .turnEnded }
            return fold.budgetStops > budgetStopsAnswered ? .budgetReached : nil
        case .retriesExhausted:
            return .broke(
                RunCause(.retriesExhausted, "The service gave up after trying again several times. \(lastFault(fold))"))
        case .refusal(_, let explanation):
            return .broke(
                RunCause(.refusal, "The model refused the work. \(explanation.map { String($0.prefix(300)) } ?? "")"))
        case .unknown(let name): return .unknownReason(String(name.prefix(80)))
        }
    }

    /// The end of an interrupted turn looks like success; only the history tells them apart.
    private static let interrupted = RunCause(
        .interrupted,
        "The session was interrupted before it had finished: at the provider, or because its costs could not be written down."
    )

    private func lastFault(_ fold: SessionFold) -> String {
        guard let fault = fold.lastFault else { return "" }
        return "It said: \(fault.message.isEmpty ? fault.type : String(fault.message.prefix(300)))"
    }
}
