import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// What is looked after (`LooseSessions`) is looked at every minute: stopped again and again until it is seen to rest, its
/// cost booked at each look.
extension StraySessions {
    static let chasedMax = 100
    /// A session that was asked for and not seen is looked for as long and as often: by both, for a clock may jump.
    static let searchMilliseconds: Int64 = 15 * 60_000
    static let searchLooksMin: Int64 = 15
    static let searchPagesMax = 200
    /// Later than this no look begins, so that other chores have their turn; who was left out comes first next time.
    static let chaseMillisecondsMax: Int64 = 30_000
    /// An answer is waited for no longer: a session that the service does not tell of holds up three others at most.
    static let answerMillisecondsMax: Int64 = 30_000
    static let looksAtOnceMax = 4
    /// What cannot be looked at for so long is over for us: a session lives for hours.
    static let blindMilliseconds: Int64 = 7 * 24 * 3_600_000

    func chase() async throws {
        let due = try await parts.database.read { try LooseSessions(db: $0).next(limit: Self.chasedMax) }
        // Those of one run one after the other: what the first look finds decides what the next one means.
        let byRun = Dictionary(grouping: due, by: \.runID)
        var known: Set<String> = []
        let runs = due.map(\.runID).filter { known.insert($0).inserted }
        let end = parts.doors.steady() + Self.chaseMillisecondsMax
        for start in stride(from: 0, to: runs.count, by: Self.looksAtOnceMax) where parts.doors.steady() < end {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in runs[start..<min(start + Self.looksAtOnceMax, runs.count)] {
                    let sessions = byRun[run] ?? []
                    group.addTask { try await visit(sessions, until: end) }
                }
                try await group.waitForAll()
            }
        }
    }

    private func visit(_ sessions: [LooseSession], until end: Int64) async throws {
        for loose in sessions where parts.doors.steady() < end {
            do { try await look(loose) } catch is CancellationError { throw CancellationError() } catch {
                try Task.checkCancellation()
                parts.logger.warning(
                    "a session that no run follows could not be looked at",
                    metadata: ["run": "\(loose.runID)", "session": "\(loose.session ?? "")", "why": "\(error)"])
                try await giveUp(loose, "\(error)")
            }
        }
    }

    /// Only what asks: what is sent must not be cut off between the session's taking it and its being noted.
    private func answer<Value: Sendable>(_ ask: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let doors = parts.doors
        let answer = try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await ask() }
            group.addTask {
                try await doors.sleep(.milliseconds(Self.answerMillisecondsMax))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let answer else { throw Unreachable.tooSlow }
        return answer
    }

    private func giveUp(_ loose: LooseSession, _ why: String) async throws {
        let (doors, budgets, now) = (parts.doors, parts.budgets, parts.doors.now())
        guard now - loose.since >= Self.blindMilliseconds, loose.looks >= Self.searchLooksMin else { return }
        try await parts.database.write { db in
            let late = LateCost(db: db, budgets: budgets, doors: doors)
            try late.bookWhole(loose.runID)
            try late.close(loose.runID, loose.session)
            let detail = "Its session could not be looked at for a week, and is charged in full. \(why)"
            try RunEventStore(db: db).append(
                loose.runID, kind: "session_given_up", detail: String(detail.prefix(500)), now: now)
        }
    }

    private func look(_ loose: LooseSession) async throws {
        let now = parts.doors.now()
        let found = try await parts.database.write { db in
            try LooseSessions(db: db).looked(at: loose, now: now)
            return try RunStore(db: db).find(loose.runID)
        }
        guard let run = found, !run.follows(loose.session) else { return }
        let agent = try await parts.catalog.version(run.configHash)
        let account = try await parts.using(run: run, agent: agent)
        guard let anthropic = account.connections.anthropic else { throw Unreachable.noKey }
        if let session = loose.session {
            return try await look(at: session, run, anthropic, of: account.settings.credentialSet)
        }
        guard let names = agent?.config.anthropic, let agentID = account.variable(names.agentIDVariable) else {
            throw Unreachable.noAgent
        }
        try await search(loose, run, agentID, StraySessions(parts: account), anthropic)
    }

    private enum Unreachable: String, Error, CustomStringConvertible {
        case noKey = "Anthropic is not connected for this run's account."
        case noAgent = "The id of this run's agent is not known any more."
        case tooSlow = "The service did not answer in time."
        case strange = "The account that was asked does not know the session, and may not be the one that opened it."
        var description: String { rawValue }
    }

    private func look(
        at session: String, _ run: RunRecord, _ anthropic: AnthropicClient, of credentials: String?
    ) async throws {
        let found: AnthropicSession
        do { found = try await answer { try await anthropic.session(session) } } catch let error as VendorError
            where error.isGone
        {
            guard try await isPinned(run, to: credentials) else { throw Unreachable.strange }
            return try await close(run.id, session)
        }
        try await book(found, run)
        let isOwn = session == run.sessionID
        // Any other is put away before it counts as resting: one that has not begun yet is idle, too.
        if found.isOver || (isOwn && found.status == .idle) { return try await close(run.id, session) }
        guard isOwn else { return await end(session, anthropic) }
        // Somebody may have brought the run back meanwhile: its session is its own again.
        guard let now = try await parts.database.read({ try RunStore(db: $0).find(run.id) }), !now.follows(session)
        else { return }
        let echoes = try await anthropic.send([.interrupt], to: session)
        try await note(echoes.first ?? "", run)
    }

    /// Another account knows nothing of the session, which may be spending in its own. A run that was not pinned asks as
    /// its client and agent say now, whatever they said when its session was opened.
    private func isPinned(_ run: RunRecord, to credentials: String?) async throws -> Bool {
        guard let own = try await parts.database.read({ try RunCredentialStore(db: $0).find(run.id) }) else {
            return false
        }
        return own.name == credentials
    }

    /// Once for each time the run was brought back: the turn is known to be cut short by us, so a session that is brought
    /// back again is told to go on.
    private func note(_ event: String, _ run: RunRecord) async throws {
        let (id, now) = (parts.doors.makeID(), parts.doors.now())
        let receipt = try JSONText.encode(["event": event])
        try await parts.database.write { db in
            let subject = InterruptedTurn.subject(3, after: try InterruptedTurn(run.id, in: db).resumed)
            let plan = StepPlan(
                channel: .anthropic, kind: InterruptedTurn.interruptKind, subject: subject, position: 2, intent: "{}")
            let steps = StepStore(db: db)
            let step = try steps.plan(plan, run: run.id, purpose: .session, id: id, now: now)
            try steps.markDone(step, receipt: receipt, now: now)
        }
    }

    private func book(_ session: AnthropicSession, _ run: RunRecord) async throws {
        let usage = BureauDomain.SessionUsage(session.usage)
        let listed = session.usage.listCostMicroUSD.flatMap { $0 > 0 ? MicroUSD(rawValue: $0) : nil }
        let cost = SessionCost.compute(
            usage: usage, listCostMicroUSD: listed, model: session.modelID ?? run.model ?? "unknown",
            prices: parts.prices)
        let (doors, budgets, isOwn) = (parts.doors, parts.budgets, session.id == run.sessionID)
        try await parts.database.write { db in
            if isOwn { try RunUsageStore(db: db).save(usage, listed: listed, run: run.id) }
            try LateCost(db: db, budgets: budgets, doors: doors).book(session.id, cost, of: run.id)
        }
    }

    private func close(_ run: String, _ session: String?) async throws {
        let (doors, budgets) = (parts.doors, parts.budgets)
        try await parts.database.write { try LateCost(db: $0, budgets: budgets, doors: doors).close(run, session) }
    }

    // MARK: A session that was asked for and never seen

    /// The first that is found becomes the run's own, so that a person may bring it back; any other is ended.
    private func search(
        _ loose: LooseSession, _ run: RunRecord, _ agentID: String, _ account: StraySessions,
        _ anthropic: AnthropicClient
    ) async throws {
        let (found, isWhole) = try await marked(run, agentID, anthropic)
        var own = run.sessionID
        if own == nil, let first = found.first, try await adopt(first, run) { own = first.id }
        if own != nil {
            let known = try await parts.database.read { db in
                try found.map(\.id).filter { try LooseSessions(db: db).find(run.id, $0) != nil }
            }
            let others = found.filter { $0.id != own && !known.contains($0.id) }
            await account.end(others, of: run)
        }
        guard isWhole, found.isEmpty || own != nil, loose.looks + 1 >= Self.searchLooksMin,
            parts.doors.now() - loose.since >= Self.searchMilliseconds
        else { return }
        try await close(run.id, nil)
    }

    /// Every session with the run's mark, the oldest first, and whether all pages were read.
    private func marked(_ run: RunRecord, _ agentID: String, _ anthropic: AnthropicClient) async throws
        -> ([AnthropicSession], isWhole: Bool)
    {
        let asked = try await parts.database.read { db in
            try StepStore(db: db).list(run: run.id, purpose: .session).compactMap(\.intendedAt).min()
        }
        let since = max(0, (asked ?? run.acceptedAt) - Marks.wrongClockMilliseconds)
        let start = Date(timeIntervalSince1970: Double(since) / 1_000).formatted(.iso8601)
        var found: [AnthropicSession] = []
        var page: String?
        for _ in 0..<Self.searchPagesMax {
            let here = page
            let told = try await answer {
                try await anthropic.sessions(agentID: agentID, createdAtOrAfter: start, page: here)
            }
            found += told.sessions.filter { $0.metadata[SessionMark.run] == run.id }
            guard let next = told.nextPage else {
                return (found.sorted { ($0.createdAt ?? "", $0.id) < ($1.createdAt ?? "", $1.id) }, true)
            }
            page = next
        }
        return (found, false)
    }

    /// False when the run was brought back meanwhile, and looks for its session itself.
    private func adopt(_ session: AnthropicSession, _ run: RunRecord) async throws -> Bool {
        let now = parts.doors.now()
        let version = session.agentID.map { id in session.agentVersion.map { "\(id) v\($0)" } ?? id }
        let receipt = try JSONText.encode(
            SessionReceipt(session: session.id, model: session.modelID, agent: version))
        return try await parts.database.write { db in
            guard try RunStore(db: db).adopt(session.id, model: session.modelID, run: run.id) else { return false }
            try LooseSessions(db: db).watch(run.id, session.id, now: now)
            let create = try StepStore(db: db).list(run: run.id, purpose: .session).last {
                $0.channel == .anthropic && $0.kind == "create"
            }
            if let create { try StepStore(db: db).markDone(create.id, receipt: receipt, now: now) }
            try RunEventStore(db: db).append(
                run.id, kind: "session_found", detail: "Its session was opened after all: \(session.id).", now: now)
            return true
        }
    }
}

extension RunRecord {
    /// Whether a worker sees what the session spends, or is about to look for it.
    fileprivate func follows(_ session: String?) -> Bool {
        switch state {
        case .starting: session == nil || session == sessionID
        case .running, .waitingApproval, .revising, .stopping: session != nil && session == sessionID
        case .queued, .needsInfo, .collecting, .delivering, .inReview, .done, .doneWithProblems, .stopped, .failed,
            .ignored:
            false
        }
    }
}

extension RunStore {
    /// Of a run that went on without having seen its session. One that is starting finds it by itself.
    fileprivate func adopt(_ session: String, model: String?, run runID: String) throws -> Bool {
        try db.execute(
            """
            UPDATE run SET session_id = ?, model = coalesce(model, ?)
            WHERE id = ? AND session_id IS NULL AND state <> 'starting'
            """, [session, model, runID]) == 1
    }
}
