import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// `stopping`: interrupts the session and waits until it is seen idle. An interrupt is queued, not instant; the event
/// that proves it is an idle after our own interrupt; one that is terminated, or that does not exist any more, spends
/// nothing whatever its history says. When the interrupt never lands people are told, for the session may still be
/// spending.
struct StopStage: Stage {
    let parts: EngineParts
    static let againAfterSeconds: Int64 = 30
    static let giveUpAfterSeconds: Int64 = 90

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID else {
            if hand.run.consoleSession != nil { try await tellUnconfirmed(hand, "Anthropic is not connected.") }
            try await parts.move(hand.run.id, .sessionHalted, hand.lease)
            return .moved
        }
        let client = anthropic.with(betaHeaders: hand.agent.config.anthropic?.betaHeaders ?? [])
        // A log that cannot be written is a reason to stop a session, never one to let it go on.
        let recorder = try SessionRecorder(
            folder: parts.settings.sessionLogFolder, session: session, counters: parts.counters, mustLog: false)
        let follower = SessionFollower(
            anthropic: client, session: session, recorder: recorder, doors: parts.doors, counters: parts.counters,
            logger: parts.logger)
        do {
            // Before its history is read, which may be long: until then it spends.
            let status = try await client.session(session).status
            if status.mayWork { try await interrupt(hand, client, session, next: 1) }
            try await follower.list()
            if status != .terminated, !hasHalted(recorder.fold) {
                try await halt(hand, client, session, follower)
            }
            // Nobody waited for these while it was over its limit and spent.
            if hand.run.stopCause?.isOverLimit == true { try await follower.listThreads() }
        } catch let error as VendorError {
            try Task.checkCancellation()
            if error.isGone {
                parts.logger.notice(
                    "the session is gone, so there is nothing to stop", metadata: ["run": "\(hand.run.id)"])
            } else if error.isRetryable,
                let wait = Backoff.stage(for: FaultClass(error)).milliseconds(tries: hand.run.tries, doors: parts.doors)
            {
                return .retry(afterMilliseconds: wait, PassingFault(error))
            } else {
                try await tellUnconfirmed(hand, error.sentence)
            }
        }
        try await CostMeter(parts: parts, hand: hand).save(
            recorder.fold, listed: try? await client.session(session).usage)
        try await parts.move(hand.run.id, .sessionHalted, hand.lease)
        return .moved
    }

    private func halt(_ hand: RunInHand, _ client: AnthropicClient, _ session: String, _ follower: SessionFollower)
        async throws
    {
        try await interrupt(hand, client, session, next: 1)
        if try await waitUntilHalted(follower, seconds: Self.againAfterSeconds) { return }
        // Its history may lack the end.
        if try await client.session(session).status == .terminated { return }
        try await interrupt(hand, client, session, next: 2)
        if try await waitUntilHalted(follower, seconds: Self.giveUpAfterSeconds - Self.againAfterSeconds) { return }
        if try await client.session(session).status == .terminated { return }
        try await tellUnconfirmed(
            hand, "The session did not become idle within \(Self.giveUpAfterSeconds) s of the interrupt.")
    }

    /// Once for each number, and for each time the run was brought back after a stop.
    private func interrupt(_ hand: RunInHand, _ client: AnthropicClient, _ session: String, next number: Int)
        async throws
    {
        let turn = try await parts.database.read { [id = hand.run.id] in try InterruptedTurn(id, in: $0) }
        let subject = InterruptedTurn.subject(number, after: turn.resumed)
        let (id, now, run) = (parts.doors.makeID(), parts.doors.now(), hand.run)
        let plan = StepPlan(channel: .anthropic, kind: "interrupt", subject: subject, position: 2, intent: "{}")
        let step = try await parts.write(hand.lease) { db in
            try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
            return try StepStore(db: db).list(run: run.id, purpose: .session).first {
                $0.kind == "interrupt" && $0.subject == subject
            }
        }
        guard let step, step.state != .done else { return }
        let earlier = try await parts.database.read { try StepStore(db: $0).list(run: run.id, purpose: .session) }
            .filter { $0.kind == "interrupt" && $0.id != step.id }
            .compactMap { try? $0.receipt(as: [String: String].self)?["event"] }
        let write = SessionInterrupt(anthropic: client, session: session, earlier: Set(earlier))
        _ = try await StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease).run(step, write)
    }

    private func waitUntilHalted(_ follower: SessionFollower, seconds: Int64) async throws -> Bool {
        let doors = parts.doors
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await follower.follow { hasHalted($0) ? true : nil } }
            group.addTask {
                try await doors.sleep(.seconds(seconds))
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    /// Idle for any reason: nothing is running and nothing is spent. A budget that was reached ignores interrupts.
    private func hasHalted(_ fold: SessionFold) -> Bool {
        switch fold.status {
        // It would go on as soon as somebody answered: only the idle that follows the interrupt counts.
        case .idle(.requiresAction): false
        case .idle, .terminated, .deleted: true
        case .unknown, .running, .rescheduled: false
        }
    }

    private func tellUnconfirmed(_ hand: RunInHand, _ why: String) async throws {
        let cause = RunCause(
            .stopUnconfirmed, "The stop could not be confirmed: the session may still be spending. \(why)")
        let (run, doors) = (hand.run, parts.doors)
        try await parts.write(hand.lease) { db in
            try LooseSessions(db: db).watch(run.id, run.consoleSession, now: doors.now())
            try NoticeWriter(db: db, doors: doors).alert(cause, run, kind: .problem)
        }
    }
}

extension AnthropicSession.Status {
    fileprivate var mayWork: Bool {
        switch self {
        case .running, .rescheduling, .unknown: true
        case .idle, .terminated: false
        }
    }
}

/// An interrupt, findable as an event of the session.
struct SessionInterrupt: OutboundWrite {
    let anthropic: AnthropicClient
    let session: String
    /// Interrupts that other steps have sent: finding one of them says nothing about this one.
    var earlier: Set<String> = []
    var sent: SentContent? { SentContent(json: ["type": "user.interrupt"]) }

    func write() async throws -> String {
        let echoes = try await anthropic.send([.interrupt], to: session)
        return try JSONText.encode(["event": echoes.first ?? ""])
    }

    func probe() async throws -> Probe {
        let newest = try await anthropic.history(of: session, limit: 20, newestFirst: true, types: ["user.interrupt"])
        return try newest.events.first { !earlier.contains($0.id) }.map {
            .found(receipt: try JSONText.encode(["event": $0.id]))
        } ?? .absent
    }
}
