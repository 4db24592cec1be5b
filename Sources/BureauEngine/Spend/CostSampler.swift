import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// Asks for the session now and then, so that cost and time limits hold even when the session says nothing. Two or
/// three failed looks in a row are no reason to fail the run: the follower decides that.
struct CostSampler: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let anthropic: AnthropicClient
    let recorder: SessionRecorder
    /// Figures that come with events are looked at this often, without asking the vendor.
    static let lookEveryMilliseconds: Int64 = 2_000
    /// So many samples in a row are left out while others wait for their turn at the vendor: the stream tells as well.
    static let samplesLeftOutMax = 3

    /// Returns when a limit is reached or the session is over. Cancelled when the follower knows first.
    func watch(_ follower: SessionFollower, _ judge: SessionJudge) async throws -> FollowStage.End {
        let meter = CostMeter(parts: parts, hand: hand)
        let interval = hand.agent.config.limits.sampleInterval.milliseconds
        let pause = min(Self.lookEveryMilliseconds, interval)
        // By what was slept and not by the clock, which may be set back meanwhile.
        var sinceSample: Int64 = 0
        var savedEvents: Int64 = -1, leftOut = 0
        let timeIsUp = try await endOfTime()
        while true {
            try await parts.doors.sleep(.milliseconds(pause))
            sinceSample += pause
            // A write now would only wait for the lock as well, and the time to stop the session would pass meanwhile.
            if let renewals = LeaseRenewals.current, renewals.areRefused {
                guard !renewals.areRefusedTooLong(steady: parts.doors.steady()) else { throw StorageError.busy }
                continue
            }
            if sinceSample >= interval {
                sinceSample = 0
                leftOut = parts.connections.isCrowded(.anthropic) && leftOut < Self.samplesLeftOutMax ? leftOut + 1 : 0
            }
            if recorder.ask(\.eventsCount) != savedEvents || parts.doors.steady() >= timeIsUp {
                let fold = recorder.fold
                savedEvents = fold.eventsCount
                if let cause = try await meter.save(fold, listed: nil).stopCause { return .overLimit(cause) }
            }
            guard sinceSample == 0, leftOut == 0 else { continue }
            if let end = try await sampled(follower, judge, meter, &savedEvents) { return end }
        }
    }

    /// One request tells what a session at work has cost. The histories of its sub-agents may be long, and it spends
    /// while they are read: they come after the limits. One that rests spends nothing, and why it rests counts first.
    private func sampled(
        _ follower: SessionFollower, _ judge: SessionJudge, _ meter: CostMeter, _ savedEvents: inout Int64
    ) async throws -> FollowStage.End? {
        let session = await sample()
        let listed: BureauVendors.SessionUsage? = session?.usage
        let rests = session?.status == .terminated || session?.status == .idle
        if listed != nil, !rests {
            let fold = recorder.fold
            savedEvents = fold.eventsCount
            if let cause = try await meter.save(fold, listed: listed).stopCause { return .overLimit(cause) }
        }
        try? await follower.listThreads()
        if let session, rests, let end = try await unseenEnd(session, follower, judge) { return end }
        let fold = recorder.fold
        guard fold.eventsCount != savedEvents || (listed != nil && rests) else { return nil }
        savedEvents = fold.eventsCount
        return try await meter.save(fold, listed: listed).stopCause.map(FollowStage.End.overLimit)
    }

    /// The stream may have missed the end: the history tells why. It counts although its events are known now, for
    /// while heartbeats go on nobody else asks. One that lacks the end too is taken at the session's own word, for a
    /// session that is terminated says nothing any more.
    private func unseenEnd(_ session: AnthropicSession, _ follower: SessionFollower, _ judge: SessionJudge) async throws
        -> FollowStage.End?
    {
        do { try await follower.list() } catch {
            try Task.checkCancellation()
            parts.logger.info("a history could not be read", metadata: ["run": "\(hand.run.id)", "why": "\(error)"])
            return nil
        }
        let end = judge.judge(recorder.fold)
        switch end {
        // What it did before it was terminated counts as it does for one that is idle.
        case .broke, .turnEnded, .overLimit: return end
        case nil, .gate, .customTools, .budgetReached, .unknownReason:
            guard session.status == .terminated else { return end }
            return .broke(RunCause(.sessionTerminated, "The session was terminated by the service."))
        }
    }

    /// By the steady clock: a silent session is over its time from then on.
    private func endOfTime() async throws -> Int64 {
        let clocks = TimeUsed.Clocks(parts.doors, owner: hand.lease.owner), began = parts.doors.steady()
        let used = try await parts.database.lookUp { [id = hand.run.id] in
            try TimeUsed(db: $0).milliseconds(id, clocks)
        }
        return began + max(0, hand.agent.config.limits.sessionDurationMax.milliseconds - used)
    }

    private func sample() async -> AnthropicSession? {
        guard let id = hand.run.sessionID else { return nil }
        do { return try await anthropic.session(id) } catch {
            parts.counters.add(.vendorErrors, ["vendor": "anthropic"])
            parts.logger.info("the cost sample failed", metadata: ["run": "\(hand.run.id)", "why": "\(error)"])
            return nil
        }
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
