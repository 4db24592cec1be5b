import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// `running`: follows the session until its turn ends, it asks, it fails or a limit is reached.
///
/// Two tasks share one recorder: the follower brings events, the sampler asks for cost and looks at the clock, so a
/// silent session still meets its limits. Whichever knows first decides.
struct FollowStage: Stage {
    enum End: Sendable, Hashable {
        case turnEnded
        case gate(eventIDs: [String])
        case customTools([String])
        case budgetReached
        case broke(RunCause)
        case unknownReason(String)
        case overLimit(RunCause)

        /// And at work, as far as is known.
        var isOverLimit: Bool {
            guard case .overLimit(let cause) = self else { return false }
            return cause.isOverLimit
        }
    }

    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID else {
            try await parts.move(
                hand.run.id, .broke(RunCause(.sessionRefused, "Anthropic is not connected: set ANTHROPIC_API_KEY.")),
                hand.lease)
            return .moved
        }
        // A run that was brought back has given its money back: it needs it anew before anything is asked of its session.
        if let outcome = try await RunReservation(parts: parts, hand: hand).regain() { return outcome }
        let client = anthropic.with(betaHeaders: hand.agent.config.anthropic?.betaHeaders ?? [])
        var patience = RecordingPatience(doors: parts.doors)
        while true {
            var fold = SessionFold()
            do {
                let recorder = try SessionRecorder(
                    folder: parts.settings.sessionLogFolder, session: session, counters: parts.counters)
                defer {
                    if recorder.addedCount > 0 { patience.renew() }
                    fold = recorder.fold
                }
                return try await follow(hand, client, session, recorder)
            } catch let error as SessionLogError where !error.isTakenOver {
                parts.logger.error(
                    "a session's events cannot be written down", metadata: ["run": "\(hand.run.id)", "why": "\(error)"])
                guard try await patience.waits() else { return try await stopUnrecorded(hand, client, error) }
            } catch StorageError.busy {
                try await outlastLock(hand, client, fold)
            }
        }
    }

    /// Somebody else keeps the database locked. Returns when it may be tried again; throws when that is so for too long,
    /// and the session was interrupted, or when the run is somebody else's by now.
    private func outlastLock(_ hand: RunInHand, _ client: AnthropicClient, _ fold: SessionFold) async throws {
        guard let renewals = LeaseRenewals.current else { throw StorageError.busy }
        while !renewals.areRefusedTooLong(steady: parts.doors.steady()) {
            try await parts.doors.sleep(.seconds(RecordingPatience.againAfterSeconds))
            guard renewals.areRefused else { return }
        }
        // Nobody can take it while the database is locked, but this process may have stood still since.
        try await parts.database.read { [lease = hand.lease] in try RunStore(db: $0).check(lease) }
        await stopSpending(hand, client, fold, .busy)
        throw StorageError.busy
    }

    private func follow(
        _ hand: RunInHand, _ client: AnthropicClient, _ session: String, _ recorder: SessionRecorder
    ) async throws -> StageOutcome {
        let follower = SessionFollower(
            anthropic: client, session: session, recorder: recorder, doors: parts.doors, counters: parts.counters,
            logger: parts.logger)
        let tools = CustomToolAnswers(parts: parts, hand: hand, anthropic: client, session: session)
        // Calls that were answered before, by us or by people: the session will go on by itself.
        var answered = try await tools.answered()
        let awaited: String?
        switch try await beganRound(hand, client, session) {
        case .known(let message): awaited = message
        case .not(let outcome): return outcome
        }
        let pause = BudgetPause(parts: parts, hand: hand, anthropic: client, session: session)
        var stopsAnswered = try await pause.stopsAnswered()
        do {
            while true {
                let known = answered
                let judge = SessionJudge(answered: known, budgetStopsAnswered: stopsAnswered, awaited: awaited)
                var end = try await firstEnd(hand, follower, client, judge)
                if mayPause(hand, end) { end = try await pausedEnd(end, follower, client, session, judge) }
                // One that is over its limit spends until it is stopped: what its sub-agents said is read after that.
                if !end.isOverLimit { try await follower.listThreads() }
                if end == .budgetReached {
                    try await CostMeter(parts: parts, hand: hand).save(recorder.fold, listed: nil)
                    guard try await pause.reached(recorder.fold) else { return .moved }
                    stopsAnswered = recorder.fold.budgetStops
                    continue
                }
                if case .gate(let ids) = end {
                    try await save(hand, recorder.fold)
                    guard try await isGranted(ids, hand, client, session) else { return .moved }
                    answered.formUnion(ids)
                    continue
                }
                guard case .customTools(let calls) = end else { return try await finish(hand, end, recorder.fold) }
                for call in calls {
                    answered.insert(try await tools.answer(call, name: recorder.fold.customToolCalls[call] ?? ""))
                }
            }
        } catch { return try await outcome(of: error, hand, client, recorder.fold) }
    }

    private func outcome(
        of error: any Error, _ hand: RunInHand, _ client: AnthropicClient, _ fold: SessionFold
    ) async throws -> StageOutcome {
        switch error {
        case let doubt as InDoubt:
            return try await Doubt(parts: parts, hand: hand).ask(doubt.step, doubt.why)
        case let error as VendorError:
            try Task.checkCancellation()
            return try await lost(hand, error)
        case let error as StorageError where error != .busy:
            await stopSpending(hand, client, fold, error)
            throw error
        default: throw error
        }
    }

    /// The stop is the run's own when it can be written down; when even that cannot, the session is interrupted all the
    /// same.
    private func stopUnrecorded(_ hand: RunInHand, _ client: AnthropicClient, _ error: SessionLogError) async throws
        -> StageOutcome
    {
        do { try await parts.move(hand.run.id, .stopAsked(RecordingPatience.cause(error)), hand.lease) } catch let error
            as StorageError
        {
            await stopSpending(hand, client, SessionFold(), error)
            throw error
        }
        return .moved
    }

    private enum Beginning {
        case known(message: String?)
        case not(StageOutcome)
    }

    /// The message that asked for this round, or for going on with it; none in the first one, whose session begins with
    /// its kickoff. A run that failed before it was sent and is tried again sends it here.
    private func beganRound(_ hand: RunInHand, _ client: AnthropicClient, _ session: String) async throws -> Beginning {
        if try await parts.database.lookUp({ [run = hand.run] in try run.isYetToTell(in: $0) }) {
            try await BudgetPause(parts: parts, hand: hand, anthropic: client, session: session).beginRound()
        }
        var opening: (StepRecord, StepRunner.Outcome)?
        if hand.run.round > 1 {
            opening = try await RoundOpening(parts: parts, hand: hand).ensure(client, session)
        }
        if case .done? = opening?.1 ?? .done(receipt: "") {
            // What was asked of a turn that was interrupted since is asked for once more.
            opening = try await GoingOn(parts: parts, hand: hand).ensure(client, session) ?? opening
        }
        guard let (step, outcome) = opening else { return .known(message: nil) }
        switch outcome {
        case .done(let receipt):
            return .known(message: try JSONText.decode(RevisionRequest.Receipt.self, receipt).event)
        case .doubtful(let why): return .not(try await Doubt(parts: parts, hand: hand).ask(step, why))
        case .failed(let why):
            try await parts.move(
                hand.run.id, .broke(RunCause(.sessionUnreachable, "The session did not take what it was told. \(why)")),
                hand.lease)
            return .not(.moved)
        }
    }

    private func firstEnd(
        _ hand: RunInHand, _ follower: SessionFollower, _ client: AnthropicClient, _ judge: SessionJudge
    ) async throws -> End {
        let sampler = CostSampler(parts: parts, hand: hand, anthropic: client, recorder: follower.recorder)
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { try await follower.follow { judge.judge($0) } }
            group.addTask { try await sampler.watch(follower, judge) }
            defer { group.cancelAll() }
            guard let end = try await group.next() else { throw CancellationError() }
            return end
        }
    }

    /// What cannot be written down may not be spent. The interrupt itself is read from the session's history later,
    /// so that a turn that was cut short is never taken for a finished one.
    private func stopSpending(_ hand: RunInHand, _ client: AnthropicClient, _ fold: SessionFold, _ error: StorageError)
        async
    {
        if case .idle = fold.status { return }
        guard let session = hand.run.sessionID else { return }
        do { _ = try await client.send([.interrupt], to: session) } catch {
            parts.logger.error("an interrupt failed", metadata: ["run": "\(hand.run.id)", "why": "\(error)"])
        }
        parts.logger.critical(
            "costs cannot be written down, so the session was interrupted",
            metadata: ["run": "\(hand.run.id)", "why": "\(error)"])
    }

    private func mayPause(_ hand: RunInHand, _ end: End) -> Bool {
        guard case .overLimit(let cause) = end else { return false }
        return cause.code == .overBudget && hand.agent.config.budgets.onRunLimit != .stop
    }

    /// We see a session over its limit: the service's own cap stops it after the request it is in. One that has no
    /// cap, or does not stop, is interrupted.
    private func pausedEnd(
        _ end: End, _ follower: SessionFollower, _ client: AnthropicClient, _ session: String, _ judge: SessionJudge
    ) async throws -> End {
        guard try await client.session(session).budgetMicroUSD != nil else { return end }
        let doors = parts.doors
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { try await follower.follow { judge.judge($0) } }
            group.addTask {
                try await doors.sleep(.seconds(BudgetPause.graceSeconds))
                return end
            }
            defer { group.cancelAll() }
            return try await group.next() ?? end
        }
    }

    /// Whether the calls were approved with an earlier one and the session knows; else the run waits for people, or is
    /// looked at anew.
    private func isGranted(
        _ ids: [String], _ hand: RunInHand, _ client: AnthropicClient, _ session: String
    ) async throws -> Bool {
        guard try await Asking(parts: parts, hand: hand).ask(ids) == .granted else { return false }
        let approvals = try await parts.database.read { [id = hand.run.id] in
            try ApprovalStore(db: $0).list(run: id)
        }
        let answers = ApprovalAnswers(parts: parts, hand: hand, anthropic: client, session: session)
        return try await answers.send(approvals.filter { ids.contains($0.eventID) })
    }

    /// Writes the last figures and moves the run on.
    private func finish(_ hand: RunInHand, _ end: End, _ fold: SessionFold) async throws -> StageOutcome {
        try await save(hand, fold)
        try await parts.move(hand.run.id, event(for: end, hand, fold), hand.lease)
        return .moved
    }

    private func save(_ hand: RunInHand, _ fold: SessionFold) async throws {
        try await CostMeter(parts: parts, hand: hand).save(fold, listed: nil)
        if !fold.unknownTypes.isEmpty {
            parts.logger.notice(
                "the session sent events this bureau does not know",
                metadata: ["run": "\(hand.run.id)", "types": "\(fold.unknownTypes.sorted().joined(separator: ","))"])
        }
    }

    private func event(for end: End, _ hand: RunInHand, _ fold: SessionFold) -> RunMachine.Event {
        switch end {
        case .turnEnded: return .turnEnded
        case .unknownReason(let reason):
            return .gateOpened(
                why:
                    "The session paused for a reason this Bureau does not know (\"\(reason)\"). The run is held until someone looks."
            )
        case .overLimit(let cause): return .stopAsked(cause)
        case .broke(let cause): return .broke(cause)
        case .customTools, .gate, .budgetReached: return .turnEnded
        }
    }

    /// The follower gave up on the vendor. What passes is tried again, what does not is a failure of the run.
    private func lost(_ hand: RunInHand, _ error: VendorError) async throws -> StageOutcome {
        if error.isRetryable,
            let wait = Backoff.stage(for: FaultClass(error)).milliseconds(tries: hand.run.tries, doors: parts.doors)
        {
            return .retry(afterMilliseconds: wait, PassingFault(error))
        }
        let code: RunCause.Code = if case .rejected(404, _) = error.kind { .sessionLost } else { .sessionUnreachable }
        try await parts.move(
            hand.run.id, .broke(RunCause(code, "The session could not be followed. \(error.sentence)")), hand.lease)
        return .moved
    }
}
