import BureauDomain
import BureauVendors

/// `waiting_approval`: the session waits for a person and costs nothing. No stream is held; a look now and then sees
/// whether someone answered it at the provider.
struct GateStage: Stage {
    let parts: EngineParts
    static let lookEverySeconds: Int64 = 30

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID else {
            return .rest(until: parts.doors.now() + Self.lookEverySeconds * 1_000)
        }
        let recorder = try SessionRecorder(
            folder: parts.settings.sessionLogFolder, session: session, counters: parts.counters)
        let follower = SessionFollower(
            anthropic: anthropic.with(betaHeaders: hand.agent.config.anthropic.betaHeaders), session: session,
            recorder: recorder, doors: parts.doors, counters: parts.counters, logger: parts.logger)
        do { try await follower.list() } catch let error as VendorError where error.isRetryable {
            return .rest(until: parts.doors.now() + Self.lookEverySeconds * 1_000)
        }
        switch SessionJudge().judge(recorder.fold) {
        case .gate, .customTools, .unknownReason: return .rest(until: parts.doors.now() + Self.lookEverySeconds * 1_000)
        case nil, .turnEnded, .budgetReached, .broke, .overLimit:
            try await parts.move(hand.run.id, .gateClosed, hand.lease)
            return .moved
        }
    }
}
