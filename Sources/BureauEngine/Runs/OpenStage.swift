import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// `starting`: opens the session, once. The kickoff travels with the creation; the run's id in the session's metadata
/// is the mark by which a session whose answer was lost is found again.
struct OpenStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let anthropic = parts.connections.anthropic else {
            return try await refuse(hand, "Anthropic is not connected: set ANTHROPIC_API_KEY.")
        }
        if try await FoundRun(parts: parts).isUnknown(hand.run) { return try await AssessStage(parts: parts).run(hand) }
        let config = hand.agent.config
        guard let names = config.anthropic else { return try await refuse(hand, "The agent names no session.") }
        guard let agentID = parts.variable(names.agentIDVariable) else {
            return try await refuse(hand, "The environment variable \(names.agentIDVariable) is not set.")
        }
        guard let environmentID = parts.variable(names.environmentIDVariable) else {
            return try await refuse(hand, "The environment variable \(names.environmentIDVariable) is not set.")
        }
        let (isStopped, unrecordable) = (hand.run.stopCause != nil, unrecordable(hand))
        let (step, limit) = try await plannedStep(hand, isBegun: !isStopped && unrecordable == nil)
        let mark = try await mark(hand)
        let write = SessionCreate(
            anthropic: anthropic.with(betaHeaders: names.betaHeaders),
            session: try newSession(hand, step, agentID: agentID, environmentID: environmentID, mark: mark), mark: mark,
            since: step.intendedAt ?? parts.doors.now(), doors: parts.doors, isWanted: !isStopped,
            onStrays: { [parts] in await StraySessions(parts: parts).end($0, of: hand.run) })
        if let receipt = try step.receipt(as: SessionReceipt.self) { return try await opened(hand, receipt) }
        if let unrecordable, !isStopped { return try await notOpened(hand, unrecordable) }
        var runner = StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease)
        runner.backoff = .sessionCreate
        switch try await runner.run(step, write, under: limit) {
        case .done(let receipt): return try await opened(hand, try JSONText.decode(SessionReceipt.self, receipt))
        case .failed where isStopped: return try await neverOpened(hand)
        case .failed(let why): return try await refuse(hand, why)
        case .doubtful(let why): return try await Doubt(parts: parts, hand: hand).ask(step, why)
        }
    }

    /// What cannot be written down is not begun: it costs money.
    private func unrecordable(_ hand: RunInHand) -> (any Error)? {
        do { try SessionLog.probe(parts.settings.sessionLogFolder, name: hand.run.id) } catch { return error }
        return nil
    }

    /// The step as it was found, and until when it may be sent if it was new and `isBegun`: then it is intended in the
    /// commit that plans it, and its session is asked for one commit sooner.
    private func plannedStep(_ hand: RunInHand, isBegun: Bool) async throws -> (StepRecord, SendLimit?) {
        let (id, now, run) = (parts.doors.makeID(), parts.doors.now(), hand.run)
        let costMax = run.costMax(hand.agent.config, byDefault: parts.settings.defaultSessionCostMax)
        let context = CapsuleContext(hand, parts)
        let (step, since) = try await parts.write(hand.lease) { [doors = parts.doors] db -> (StepRecord, Int64?) in
            // No session without money: a run that was starting before there was a ledger gets its hold here.
            try SpendLedger(db: db).open(run, amount: costMax, now: now)
            let steps = StepStore(db: db)
            let subject = "attempt-\(run.attempt)"
            if let known = try steps.list(run: run.id, purpose: .session).first(where: {
                $0.kind == "create" && $0.subject == subject
            }) {
                return (known, nil)
            }
            // What it is told of other work is written down first: a repeat says the very same.
            let told = try context?.gather(db)
            let plan = StepPlan(
                channel: .anthropic, kind: "create", subject: subject, position: 0,
                intent: try JSONText.encode(KickoffIntent(capsules: told?.text)))
            let planned = try steps.plan(plan, run: run.id, purpose: .session, id: id, now: now)
            if let told { try context?.log(told, .kickoff, step: planned, in: db) }
            guard let step = try steps.find(planned) else { throw RunMoved(runID: run.id) }
            let since = doors.steady()
            // One that may have been sent in a life before a restore is looked for first, and intended when it is sent.
            guard isBegun, step.state == .pending, try steps.markIntended(planned, now: doors.now()) else {
                return (step, nil)
            }
            return (step, since)
        }
        return (step, since.map { Lease.sendLimit ?? hand.lease.sendLimit(since: $0, parts.doors) })
    }

    private func mark(_ hand: RunInHand) async throws -> [String: String] {
        let key = try await parts.database.lookUp { [id = hand.run.id] in try RunStore(db: $0).dedupeKey(id) }
        return SessionMark.make(hand.run, key: key)
    }

    private func newSession(
        _ hand: RunInHand, _ step: StepRecord, agentID: String, environmentID: String, mark: [String: String]
    ) throws -> NewSession {
        let config = hand.agent.config
        var values = RunValues(hand.run, now: parts.doors.now()).all
        values["capsules"] = try step.intent(as: KickoffIntent.self).capsules ?? ""
        return NewSession(
            agentID: agentID, agentVersion: config.anthropic?.agentVersion.map(Int64.init),
            environmentID: environmentID,
            title: String(
                "\(config.displayName) · \(hand.run.clientName ?? hand.run.clientSlug ?? hand.run.id)".prefix(200)),
            metadata: mark,
            // Also where the limit only warns: the cap follows what the ledger has promised (`FurtherMoney`).
            budgetMicroUSD: hand.run.costMax(config, byDefault: parts.settings.defaultSessionCostMax).rawValue,
            kickoff: config.kickoffPrompt.render(values))
    }

    private func opened(_ hand: RunInHand, _ receipt: SessionReceipt) async throws -> StageOutcome {
        let (transitions, lease, id) = (parts.transitions, hand.lease, hand.run.id)
        try await parts.write(hand.lease) { db in
            try RunStore(db: db).setModel(lease, model: receipt.model, sessionAgent: receipt.agent)
            try transitions.apply(.sessionOpened(session: receipt.session), to: id, lease: lease, in: db)
        }
        parts.logger.info("session opened", metadata: ["run": "\(id)", "session": "\(receipt.session)"])
        return .moved
    }

    /// A stop that was asked for before there was a session: there is nothing to interrupt, and none is opened for it.
    private func neverOpened(_ hand: RunInHand) async throws -> StageOutcome {
        try await parts.move(hand.run.id, .sessionHalted, hand.lease)
        return .moved
    }

    private func notOpened(_ hand: RunInHand, _ error: any Error) async throws -> StageOutcome {
        if let wait = Backoff.stage.milliseconds(tries: hand.run.tries, doors: parts.doors) {
            return .retry(afterMilliseconds: wait, PassingFault(error))
        }
        return try await refuse(hand, "Its events could not be written down: \(error).")
    }

    private func refuse(_ hand: RunInHand, _ why: String) async throws -> StageOutcome {
        try await parts.move(
            hand.run.id, .broke(RunCause(.sessionRefused, "No session could be opened. \(why)")), hand.lease)
        return .moved
    }
}

/// What is kept of a created session.
struct SessionReceipt: Codable, Hashable, Sendable {
    var session: String
    var model: String?
    /// The vendor's agent and version, "agent_011… v7".
    var agent: String?
}

/// Creating a session, findable by its metadata.
struct SessionCreate: OutboundWrite {
    let anthropic: AnthropicClient
    let session: NewSession
    let mark: [String: String]
    let since: Int64
    let doors: Doors
    /// False once its run is to stop: a session that may be there is looked for, and none is opened.
    var isWanted = true
    /// Gets what was opened besides the first: two of them would both work and both spend.
    var onStrays: @Sendable ([AnthropicSession]) async -> Void = { _ in }
    static let pagesMax = 200
    /// A session created a moment ago may not be listed yet: absent only when two looks agree.
    static let secondLookSeconds = 2
    /// A second session costs money from its first moment.
    var flightMillisecondsMax: Int64 { 10_000 }
    var sent: SentContent? { SentContent(hashOf: session.kickoff) }

    func write() async throws -> String {
        guard isWanted else { throw StepProblem(description: "Its run was stopped before it had a session.") }
        return try receipt(try await anthropic.createSession(session))
    }

    func probe() async throws -> Probe {
        var (ours, isWhole) = try await look()
        if ours.isEmpty, isWhole {
            try await doors.sleep(.seconds(Self.secondLookSeconds))
            (ours, isWhole) = try await look()
        }
        ours.sort { ($0.createdAt ?? "", $0.id) < ($1.createdAt ?? "", $1.id) }
        guard let first = ours.first else { return isWhole ? .absent : .unknown(why: Self.tooMany) }
        if ours.count > 1 { await onStrays(Array(ours.dropFirst())) }
        return .found(receipt: try receipt(first))
    }

    /// Of a list that was not read to its end nobody knows what it does not hold.
    static let tooMany = "the session was not among the first \(pagesMax) pages of its agent's sessions"

    /// Every session with this run's mark, and whether the list was read to its end.
    private func look() async throws -> (ours: [AnthropicSession], isWhole: Bool) {
        let start = Date(timeIntervalSince1970: Double(max(0, since - Marks.wrongClockMilliseconds)) / 1_000).formatted(
            .iso8601)
        var page: String?
        var ours: [AnthropicSession] = []
        for _ in 0..<Self.pagesMax {
            let found = try await anthropic.sessions(agentID: session.agentID, createdAtOrAfter: start, page: page)
            ours += found.sessions.filter {
                $0.metadata[SessionMark.run] == mark[SessionMark.run]
                    && $0.metadata[SessionMark.attempt] == mark[SessionMark.attempt]
            }
            guard let next = found.nextPage else { return (ours, true) }
            page = next
        }
        return (ours, false)
    }

    private func receipt(_ session: AnthropicSession) throws -> String {
        let agent = session.agentID.map { id in session.agentVersion.map { "\(id) v\($0)" } ?? id }
        return try JSONText.encode(SessionReceipt(session: session.id, model: session.modelID, agent: agent))
    }
}
