import BureauDomain
import BureauStorage
import BureauVendors

/// `waiting_approval`: the session waits for people and costs nothing. No stream is held. A decision wakes the run;
/// a look now and then lets questions expire and sees whether somebody answered at the provider.
struct GateStage: Stage {
    let parts: EngineParts
    static let lookEverySeconds: Int64 = 30

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID else {
            return try await rest(hand)
        }
        let client = anthropic.with(betaHeaders: hand.agent.config.anthropic?.betaHeaders ?? [])
        if hand.run.cause?.code == .budgetExhausted, let outcome = try await money(hand) { return outcome }
        try await expireOverdue(hand)
        let answers = ApprovalAnswers(parts: parts, hand: hand, anthropic: client, session: session)
        do {
            let questions = try await approvals(hand).filter { !$0.isAboutMoney }
            guard try await answers.send(questions) else { return try await rest(hand) }
            let hasNews = try await hasNews(client, session)
            if !hasNews, try await asksPeopleOnly(hand) { return try await rest(hand) }
            return try await look(hand, client, session, hasNews: hasNews)
        } catch let error as VendorError {
            try Task.checkCancellation()
            if error.isRetryable { return try await rest(hand) }
            guard error.isGone else { throw error }
            return try await lost(hand)
        } catch let problem as StepProblem {
            // An answer that does not arrive because nobody is there any more is nothing to try again.
            guard await isGone(client, session) else { throw problem }
            return try await lost(hand)
        }
    }

    private func isGone(_ client: AnthropicClient, _ session: String) async -> Bool {
        do { _ = try await client.session(session) } catch { return error.isGone }
        return false
    }

    private func lost(_ hand: RunInHand) async throws -> StageOutcome {
        let cause = RunCause(.sessionLost, "The session was deleted at the service while it waited for an answer.")
        try await parts.move(hand.run.id, .broke(cause), hand.lease)
        return .moved
    }

    /// A run that was brought back and waits for the money to go on with. Nil for any other.
    private func money(_ hand: RunInHand) async throws -> StageOutcome? {
        let holds = try await parts.database.read { [id = hand.run.id] in
            try SpendLedger(db: $0).hold(id)?.isOpen == true
        }
        guard !holds else { return nil }
        if let outcome = try await RunReservation(parts: parts, hand: hand).regain() { return outcome }
        try await parts.move(hand.run.id, .gateClosed, hand.lease)
        return .moved
    }

    private func approvals(_ hand: RunInHand) async throws -> [ApprovalRecord] {
        try await parts.database.read { [id = hand.run.id] in try ApprovalStore(db: $0).list(run: id) }
    }

    private func expireOverdue(_ hand: RunInHand) async throws {
        let (doors, run) = (parts.doors, hand.run)
        let now = doors.now()
        guard try await approvals(hand).contains(where: { $0.state == .open && $0.expiresAt <= now }) else { return }
        try await parts.write(hand.lease) { db in
            let notices = ApprovalNotices(db: db, doors: doors)
            for approval in try ApprovalStore(db: db).list(run: run.id) {
                _ = try notices.expire(approval, run: run)
            }
        }
    }

    /// Whether anything has happened since the last look: one event is asked for, not the whole history.
    private func hasNews(_ client: AnthropicClient, _ session: String) async throws -> Bool {
        let log = SessionLogReader(folder: parts.settings.sessionLogFolder, session: session)
        let newest = try await client.history(of: session, limit: 1, newestFirst: true).events.first
        // Not the log's very last: what sub-agents said by themselves stands there in between.
        return newest.map { !log.holdsLately($0.id) } ?? true
    }

    /// What hangs on money or time may be over although nothing has happened.
    private func asksPeopleOnly(_ hand: RunInHand) async throws -> Bool {
        let open = try await approvals(hand).filter { $0.state == .open }
        return !open.isEmpty && !open.contains(where: \.isAboutMoney)
    }

    /// What the session says now: still waiting for people, or gone on.
    private func look(
        _ hand: RunInHand, _ client: AnthropicClient, _ session: String, hasNews: Bool
    ) async throws -> StageOutcome {
        let recorder = try SessionRecorder(
            folder: parts.settings.sessionLogFolder, session: session, counters: parts.counters)
        let follower = SessionFollower(
            anthropic: client, session: session, recorder: recorder, doors: parts.doors, counters: parts.counters,
            logger: parts.logger)
        if hasNews { try await follower.list() }
        // Somebody answered at the provider: nobody here shall answer any more, though the session waits for others.
        let settled = try settledCalls(session)
        try await voidOpen(hand) { settled.contains($0.eventID) }
        let answered = Set(try await approvals(hand).filter(\.state.isDecided).map(\.eventID))
        switch SessionJudge(answered: answered).judge(recorder.fold) {
        case .gate(let ids):
            // A partial answer brings the rest again, and perhaps a new question.
            let known = Set(try await approvals(hand).map(\.eventID))
            guard ids.allSatisfy(known.contains) else {
                _ = try await Asking(parts: parts, hand: hand).ask(ids)
                // What is approved as somebody changed it before waits for nobody: its answer goes at once.
                let isAnswered = try await approvals(hand).contains {
                    $0.grantedBy != nil && !known.contains($0.eventID)
                }
                return isAnswered ? .rest(until: parts.doors.now()) : try await rest(hand)
            }
            return try await rest(hand)
        case .unknownReason: return try await rest(hand)
        case .budgetReached where hand.agent.config.budgets.onRunLimit == .warnOnly: return try await account(hand)
        case .budgetReached where try await waitsForMoney(hand): return try await rest(hand)
        case .budgetReached where try await wasNotRaisedInTime(hand):
            let cause = RunCause(.overBudget, "Nobody raised its budget in time. It had cost \(spent(hand)).")
            try await parts.move(hand.run.id, .stopAsked(cause), hand.lease)
            return .moved
        case nil, .customTools:
            // It works on with the answers it has, and stops again for those it lacks.
            try await parts.move(hand.run.id, .gateClosed, hand.lease)
            return .moved
        case .turnEnded, .budgetReached, .broke, .overLimit:
            try await voidOpen(hand) { _ in true }
            try await parts.move(hand.run.id, .gateClosed, hand.lease)
            return .moved
        }
    }

    /// Where the run's own limit only warns, it is an account that people were asked about, perhaps by another run.
    private func account(_ hand: RunInHand) async throws -> StageOutcome {
        let (budgets, run) = (parts.budgets, hand.run)
        switch try await parts.database.read({ try FurtherMoney(budgets: budgets, db: $0).next(run) }) {
        case .waits: return try await rest(hand)
        case .stops(let cause): try await parts.move(run.id, .stopAsked(cause), hand.lease)
        case .looksAgain:
            try await voidOpen(hand) { _ in true }
            try await parts.move(run.id, .gateClosed, hand.lease)
        }
        return .moved
    }

    private func spent(_ hand: RunInHand) -> MicroUSD { MicroUSD(rawValue: hand.run.spentMicroUSD) }

    /// A question about money is open, and nobody raised the limit by other means.
    private func waitsForMoney(_ hand: RunInHand) async throws -> Bool {
        let limit = hand.run.costMax(hand.agent.config, byDefault: parts.settings.defaultSessionCostMax)
        guard spent(hand) >= limit else { return false }
        return try await approvals(hand).contains { $0.isAboutMoney && $0.state == .open }
    }

    private func wasNotRaisedInTime(_ hand: RunInHand) async throws -> Bool {
        try await approvals(hand).last(where: \.isAboutMoney)?.state == .expired
    }

    /// Calls that were answered or carried out, whoever answered.
    private func settledCalls(_ session: String) throws -> Set<String> {
        var settled: Set<String> = []
        _ = try SessionLog(folder: parts.settings.sessionLogFolder, session: session) { event in
            guard event.type == "user.tool_confirmation" || event.type.hasSuffix("tool_result"),
                let decoded = try? event.decoded()
            else { return }
            let call: String? =
                switch decoded.content {
                case .userToolConfirmation(let call, _, _): call
                case .toolResult(let result): result.toolUseID
                default: nil
                }
            if let call { settled.insert(call) }
        }
        return settled
    }

    /// Questions that are no longer asked: somebody answered at the provider, or the session ended.
    private func voidOpen(
        _ hand: RunInHand, _ isOver: @escaping @Sendable (ApprovalRecord) -> Bool
    ) async throws {
        let (doors, run) = (parts.doors, hand.run)
        guard try await approvals(hand).contains(where: { $0.state == .open && isOver($0) }) else { return }
        try await parts.write(hand.lease) { db in
            let store = ApprovalStore(db: db)
            for approval in try store.list(run: run.id) where approval.state == .open && isOver(approval) {
                guard try store.decide(approval.id, .void, by: nil, on: "provider", reason: nil, now: doors.now()),
                    let settled = try store.find(approval.id)
                else { continue }
                try ApprovalNotices(db: db, doors: doors).settled(settled, run: run)
            }
        }
    }

    /// Until the next look, or the first question's end.
    private func rest(_ hand: RunInHand) async throws -> StageOutcome {
        let next = parts.doors.now() + Self.lookEverySeconds * 1_000
        let ends = try await approvals(hand).filter { $0.state == .open }.map(\.expiresAt)
        return .rest(until: min(next, ends.min() ?? next))
    }
}
