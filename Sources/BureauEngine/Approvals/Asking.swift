import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Turns the calls a session waits for into questions: one row each, with a notice on every surface, in the
/// transaction that makes the run wait. The stream is released; nothing is held in memory while people think.
struct Asking: Sendable {
    let parts: EngineParts
    let hand: RunInHand

    enum Outcome: Hashable, Sendable {
        case waits
        /// Each is what somebody made of an earlier call: nobody is asked, and the run stays where it is.
        case granted
    }

    func ask(_ eventIDs: [String]) async throws -> Outcome {
        let questions = try questions(eventIDs)
        guard questions.count == eventIDs.count else {
            let why =
                "The session waits for an answer to a call this Bureau cannot read. The run is held until someone looks."
            try await parts.move(hand.run.id, .gateOpened(why: why), hand.lease)
            return .waits
        }
        let (run, lease, doors, transitions) = (hand.run, hand.lease, parts.doors, parts.transitions)
        let policy = hand.agent.config.approvals
        let outcome = try await parts.write(hand.lease) { db -> Outcome in
            let (store, now) = (ApprovalStore(db: db), doors.now())
            let calls = ChangedCalls(db: db, doors: doors, policy: policy)
            let notices = ApprovalNotices(db: db, doors: doors)
            var granted: [ApprovalRecord] = []
            for found in questions {
                let question = try calls.placed(found, run)
                let expiresAt = now + policy.expiresAfter.milliseconds
                let mark = StepMark.approval(run: run.id, eventID: question.eventID)
                guard let id = try store.ask(question, run: run.id, id: mark, now: now, expiresAt: expiresAt)
                else { continue }
                if let yes = try calls.grant(id, question, run) {
                    granted.append(yes)
                } else {
                    try notices.ask(id, run: run)
                }
            }
            let isGranted = !granted.isEmpty && granted.count == questions.count
            let isRunning = try RunStore(db: db).find(run.id)?.state == .running
            let goesOn = isGranted && isRunning
            if !goesOn {
                try transitions.apply(.approvalsAsked(count: questions.count), to: run.id, lease: lease, in: db)
            }
            for yes in granted { try notices.granted(yes, run: run) }
            return goesOn ? .granted : .waits
        }
        if outcome == .waits {
            parts.logger.notice(
                "run waits for approval", metadata: ["run": "\(run.id)", "calls": "\(questions.count)"])
        }
        return outcome
    }

    /// The calls as the session's log has them, each with what was said on its thread last before it.
    private func questions(_ eventIDs: [String]) throws -> [NewApproval] {
        guard let session = hand.run.sessionID else { return [] }
        let wanted = Set(eventIDs)
        var calls: [String: (call: ToolUse, event: SessionEvent)] = [:]
        var names: [String: String] = [:]
        var said = SaidBefore()
        _ = try SessionLog(folder: parts.settings.sessionLogFolder, session: session) { event in
            guard event.type == "session.thread_created" || event.type == "agent.message" || wanted.contains(event.id),
                let decoded = try? event.decoded()
            else { return }
            switch decoded.content {
            case .threadCreated(let name): if let id = decoded.threadID { names[id] = name ?? "sub-agent" }
            case .agentMessage(let text): said.add(text, on: decoded.threadID ?? "", at: decoded.processedAt)
            case .toolUse(let call) where wanted.contains(event.id): calls[event.id] = (call, decoded)
            default: break
            }
        }
        return eventIDs.compactMap { id in
            calls[id].map { question(id, $0.call, thread: thread($0.event, names), why: why($0.event, names, said)) }
        }
    }

    /// Only a foreign thread has a name: the session's own one is the agent itself.
    private func thread(_ event: SessionEvent, _ names: [String: String]) -> (id: String, name: String)? {
        guard let id = event.threadID, let name = names[id] else { return nil }
        return (id, name)
    }

    /// A sub-agent's call whose time nobody knows has none: its words may be of an earlier one.
    private func why(_ event: SessionEvent, _ names: [String: String], _ said: SaidBefore) -> String? {
        let foreign = thread(event, names)?.id
        let fits = { (id: String) in foreign == nil ? names[id] == nil : id == foreign }
        guard let at = event.processedAt else { return foreign == nil ? said.newest(where: fits) : nil }
        return said.last(before: at, where: fits)
    }

    static let whyCharactersMax = 300
    /// Read beyond that, so that a credential at the cut is seen whole before it is cut.
    private static let whyMoreCharactersMax = 4_000

    private func question(
        _ eventID: String, _ call: ToolUse, thread: (id: String, name: String)?, why: String?
    ) -> NewApproval {
        let input = call.inputJSON.isEmpty ? "{}" : String(decoding: call.inputJSON, as: UTF8.self)
        let effect = ApprovalWords.effect(
            tool: call.name, input: input,
            agentName: thread.map { "\(hand.agent.config.displayName)'s sub-agent \"\($0.name.prefix(80))\"" }
                ?? hand.agent.config.displayName,
            clientName: hand.run.clientName ?? hand.run.clientSlug ?? "no client",
            words: hand.agent.config.approvals.tools[call.name])
        return NewApproval(
            eventID: eventID, tool: call.name, input: input, inputHash: Hex.sha256(Array(input.utf8)), effect: effect,
            threadID: thread?.id, threadName: thread?.name, server: call.source.server, why: why.flatMap(Self.shortened)
        )
    }

    /// Of what was said, as much as shows why, on one line. Nil for a message without text.
    private static func shortened(_ text: String) -> String? {
        let near = Outgoing.clean(String(text.prefix(whyCharactersMax + whyMoreCharactersMax))).plainLine
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard !near.isEmpty else { return nil }
        return near.count > whyCharactersMax ? String(near.prefix(whyCharactersMax)) + "…" : near
    }
}

extension ToolUse.Source {
    /// The server a tool is one of; nil for the service's own and for ours.
    fileprivate var server: String? { if case .mcp(let server) = self { server } else { nil } }
}

/// Plans what each surface is told, inside the caller's transaction.
struct ApprovalNotices {
    let db: any Connection
    let doors: Doors
    static let ask = "approval", outcome = "approval_outcome"
    static let kinds = [ask, outcome, askedBack]

    func ask(_ id: String, run: RunRecord) throws {
        try Announcements(db: db).approval(id, now: doors.now())
        if let approval = try ApprovalStore(db: db).find(id) {
            try ReceiptStore(db: db).asked(approval, now: doors.now())
            try DirectNotices(db: db, doors: doors).once(.approval, run, id, approval.effect, approval: id)
        }
        try plan(Self.ask, id, run, position: 0)
    }

    /// Asked and answered at once, on the strength of an earlier decision: nobody is asked, and the run goes on.
    func granted(_ approval: ApprovalRecord, run: RunRecord) throws {
        try ReceiptStore(db: db).asked(approval, now: doors.now())
        try noted(approval, run)
    }

    /// The run looks again, and every surface that carried the question shows what became of it.
    func settled(_ approval: ApprovalRecord, run: RunRecord) throws {
        try noted(approval, run)
        try plan(Self.outcome, approval.id, run, position: 1)
        try DirectOutcome.plan(approval, run, now: doors.now(), in: db)
    }

    /// The agent goes by another answer: what shows the decision is shown anew.
    func answeredOtherwise(_ approval: ApprovalRecord, run: RunRecord) throws {
        try plan(Self.outcome, approval.id, run, position: 1, again: Self.otherwise)
        try DirectOutcome.plan(approval, run, again: Self.otherwise, now: doors.now(), in: db)
    }
    private static let otherwise = "/otherwise"

    /// Whether nobody has decided this question in time, which is written down and told from now on.
    func expire(_ approval: ApprovalRecord, run: RunRecord) throws -> Bool {
        let (now, store) = (doors.now(), ApprovalStore(db: db))
        guard approval.state == .open, approval.expiresAt <= now,
            try store.decide(approval.id, .expired, by: nil, on: "clock", reason: nil, now: now),
            let expired = try store.find(approval.id)
        else { return false }
        try settled(expired, run: run)
        return true
    }

    private func noted(_ approval: ApprovalRecord, _ run: RunRecord) throws {
        try ReceiptStore(db: db).decided(approval, now: doors.now())
        try RunStore(db: db).makeDue(run.id, now: doors.now())
        try RunEventStore(db: db).append(
            run.id, kind: "approval", detail: ApprovalWords.outcome(approval), now: doors.now())
    }

    /// `again` makes another step of one that is planned already.
    private func plan(_ kind: String, _ id: String, _ run: RunRecord, position: Int, again: String = "") throws {
        let intent = try JSONText.encode(ApprovalIntent(approval: id))
        for channel in [StepRecord.Channel.slack, run.taskTool.channel] where channel == .slack || run.taskID != nil {
            let plan = StepPlan(
                channel: channel, kind: kind, subject: id + again, position: position, intent: intent)
            try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
        }
    }
}

/// A notice about a question.
struct ApprovalIntent: Codable, Hashable, Sendable { var approval: String }
