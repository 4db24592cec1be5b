import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// A run since the restored backup that opened no session, known by what it wrote on the task that has now come again.
/// Its comments name it and carry marks that follow from its id, so it can be entered again under that id: every write
/// of it then looks for its first life's, and what people answered meanwhile is its answer.
struct ForgottenRun: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    static let runsMax = 20, roundsMax = 20, repeatsMax = 20

    enum Trace: Hashable, Sendable {
        /// It asked, or said that it began, and shows no result: it goes on in place of the run in hand.
        case begun(String)
        /// What it did may be all there, and people say whether it is. Every such run of the task, the newest last.
        case worked([String])
    }

    private struct Word: Sendable {
        let run: String, mark: String, text: String
    }

    /// Nil when nothing on the task tells of such a run. Reads only.
    func look() async throws -> Trace? {
        let run = hand.run
        guard run.state == .queued, run.startedAt == nil,
            run.triggerSource == NewRun.TriggerSource.webhook.rawValue, let tool = parts.connectedTool(of: run),
            let span = try await parts.database.lookUp({
                try RestoreMark(db: $0).forgottenSpan(acceptedAt: run.acceptedAt)
            })
        else { return nil }
        let words = try await words(on: tool, span)
        let unknown = try await parts.database.read { db in
            try words.filter { try RunStore(db: db).find($0.run) == nil }
        }
        return judge(unknown, tool.kind.channel)
    }

    /// What we have written there under the name of a run of that time, oldest first.
    private func words(on tool: any WorkTool, _ span: ClosedRange<Int64>) async throws -> [Word] {
        guard let task = hand.run.taskID else { return [] }
        // A cut list is not asked about: that would hold up every busy task.
        let found = try await tool.comments(of: task, since: span.lowerBound).comments.filter(\.carriesMark)
        guard !found.isEmpty else { return [] }
        let own = try await OwnComments(parts: parts).ownUser(tool)
        return found.filter { $0.authorID == own }.compactMap { comment in
            guard let run = Self.run(in: comment.text), let madeAt = ULID.milliseconds(run), span.contains(madeAt),
                let mark = comment.text.split(whereSeparator: \.isWhitespace).last.map(String.init),
                mark.hasPrefix(run.prefix(10))
            else { return nil }
            return Word(run: run, mark: mark, text: comment.text)
        }
    }

    /// Named at its end, before the mark.
    private static func run(in text: String) -> String? {
        text.components(separatedBy: "Run ").dropFirst().map { String($0.prefix(ULID.length)) }.last(
            where: ULID.isValid)
    }

    private func judge(_ unknown: [Word], _ channel: StepRecord.Channel) -> Trace? {
        let name = hand.agent.config.displayName
        // What another agent says there is another's, but for results, whose title says nothing of it.
        let own = unknown.filter { word in
            word.text.hasPrefix(name + " ") || Self.results(word.run, channel).contains(word.mark)
        }
        guard let last = own.last else { return nil }
        var runs: [String] = []
        for word in own.reversed() where !runs.contains(word.run) && runs.count < Self.runsMax {
            runs.insert(word.run, at: 0)
        }
        // Of any of them: the newest may only have asked or failed.
        if own.contains(where: { Self.results($0.run, channel).contains($0.mark) }) { return .worked(runs) }
        // What failed without a result is told of there; a new run may fail or not.
        guard !Self.failures(last.run, channel).contains(last.mark) else { return nil }
        let isQuestion = Self.questions(last.run, channel).contains(last.mark)
        // A builder that began has a branch, which is not made twice.
        if case .command = hand.agent.config.executor, !isQuestion { return .worked(runs) }
        return .begun(last.run)
    }

    // MARK: the marks its comments would carry

    private static func results(_ run: String, _ channel: StepRecord.Channel) -> Set<String> {
        var marks: Set<String> = []
        for round in 1...roundsMax {
            for subject in [TaskChannel.ready, TaskChannel.accepted] {
                marks.insert(mark(run, .delivery, channel, subject, round: round))
            }
        }
        return marks
    }

    private static let asking: Set<RunCause.Code> = [.missingFields, .unknownClient, .unclear, .blocked]

    private static func questions(_ run: String, _ channel: StepRecord.Channel) -> Set<String> {
        halts(run, channel, RunCause.Code.allCases.filter(asking.contains))
    }

    private static func failures(_ run: String, _ channel: StepRecord.Channel) -> Set<String> {
        halts(run, channel, RunCause.Code.allCases.filter { !asking.contains($0) })
    }

    private static func halts(
        _ run: String, _ channel: StepRecord.Channel, _ codes: [RunCause.Code]
    ) -> Set<String> {
        var marks: Set<String> = []
        for code in codes {
            for count in 1...repeatsMax { marks.insert(mark(run, .notice, channel, "\(code.rawValue)#\(count)")) }
        }
        return marks
    }

    private static func mark(
        _ run: String, _ purpose: StepRecord.Purpose, _ channel: StepRecord.Channel, _ subject: String, round: Int = 1
    ) -> String {
        let plan = StepPlan(
            channel: channel, kind: "comment", subject: subject, position: 0, intent: "{}", round: round)
        return StepMark.id(run: run, purpose, plan)
    }

    // MARK: what becomes of it

    /// It goes on, and the run in hand has nothing left to do.
    func takeUp(_ id: String) async throws {
        let (run, lease, transitions, doors) = (hand.run, hand.lease, parts.transitions, parts.doors)
        try await parts.write(lease) { [self] db in
            guard try enter(id, db) else { return }
            try RunEventStore(db: db).append(
                id, kind: "queued", detail: "found again by its comment on the task: the restored backup is older",
                now: doors.now())
            try db.execute(
                "UPDATE task_stay SET run_id = ? WHERE agent = ? AND task_id = ? AND run_id = ?",
                [id, run.agent, run.taskID, run.id])
            try db.execute("UPDATE run_route SET taken_run = ? WHERE taken_run = ?", [id, run.id])
            let cause = RunCause(
                .notEligible,
                "Run \(id), which the restored backup does not know, has begun on this task: it goes on instead.")
            try transitions.apply(.foundIneligible(cause), to: run.id, lease: lease, in: db)
        }
    }

    /// Known from now on, in the transaction that asks: the same is not asked again. "No, that is all" would count as news
    /// and set the run going, so nobody reads the task until somebody has the run looked at again.
    func keep(_ ids: [String], in db: any Connection) throws {
        for id in ids {
            guard try enter(id, db) else { continue }
            let cause = RunCause(
                .notEligible,
                "The restored backup does not know this run. What it did is on its task; run \(hand.run.id) asks whether that is all."
            )
            try parts.transitions.apply(.foundIneligible(cause), to: id, lease: nil, in: db)
        }
        try TaskWatchStore(db: db).close(hand.run.id)
    }

    /// How the sentence begins of a run that asks for such work; notices know it by that.
    static let asks = "A backup was put back that does not know run "

    static func question(_ ids: [String]) -> String {
        "\(asks)\(ids.last ?? ""), which has worked on this task since: see what it wrote on the task, and decide whether anything is left to do."
    }

    /// False when it is known meanwhile. As old as it is, so that its writes are looked for and answers to it are read.
    private func enter(_ id: String, _ db: any Connection) throws -> Bool {
        let (run, now) = (hand.run, parts.doors.now())
        guard try RunStore(db: db).find(id) == nil else { return false }
        let restoredAt = try RestoreMark(db: db).value(RestoreMark.restoredAt) ?? now
        let new = NewRun(
            agent: run.agent, agentVersion: run.agentVersion, configHash: run.configHash, triggerSource: .webhook,
            requestedBy: run.requestedBy, dedupeKey: "\(run.agent)/forgotten/\(id)", clientSlug: run.clientSlug,
            clientName: run.clientName, taskID: run.taskID, taskTool: run.taskTool, priority: run.priority)
        let acceptedAt = min(ULID.milliseconds(id) ?? restoredAt, restoredAt)
        guard try RunStore(db: db).insert(new, id: id, now: acceptedAt) else { return false }
        try db.execute("UPDATE run SET due_at = ?, queued_at = ? WHERE id = ?", [now, now, id])
        return true
    }
}
