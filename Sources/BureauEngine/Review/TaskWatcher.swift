import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// Looks at the tasks of runs that wait for people. A webhook only says that a look is worth it; a run whose webhook
/// is lost is looked at all the same.
package struct TaskWatcher: Sendable {
    let parts: EngineParts
    let wake: @Sendable () -> Void
    static let batchMax = 50
    static let looksAtOnceMax = 4
    /// While somebody is likely to write, and afterwards.
    static let freshMilliseconds: Int64 = 3_600_000
    static let calmFactor: Int64 = 5
    static let failuresAlarming = 5

    package init(parts: EngineParts, wake: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.wake = wake
    }

    /// Returns how many tasks were looked at.
    @discardableResult
    package func lookAtDue() async throws -> Int {
        let now = parts.doors.now()
        let due = try await parts.database.read { try TaskWatchStore(db: $0).due(now: now, limit: Self.batchMax) }
        for start in stride(from: 0, to: due.count, by: Self.looksAtOnceMax) {
            await withTaskGroup(of: Void.self) { group in
                for watch in due[start..<min(start + Self.looksAtOnceMax, due.count)] {
                    group.addTask { await look(watch) }
                }
            }
        }
        return due.count
    }

    private func look(_ watch: TaskWatch) async {
        do {
            try await CallLabel.$current.withValue("review") { try await visit(watch) }
            let next = parts.doors.now() + interval(watch)
            try await parts.database.write { try TaskWatchStore(db: $0).looked(watch, next: next) }
        } catch is CancellationError { return } catch {
            await failed(watch, error)
        }
    }

    private func interval(_ watch: TaskWatch) -> Int64 {
        let usual = Int64(parts.settings.reviewLookSeconds) * 1_000
        return parts.doors.now() - watch.openedAt < Self.freshMilliseconds ? usual : usual * Self.calmFactor
    }

    private func visit(_ watch: TaskWatch) async throws {
        guard let run = try await parts.database.read({ try RunStore(db: $0).find(watch.runID) }),
            let agent = try await parts.catalog.version(run.configHash)
        else { return }
        let own = try await parts.using(run: run, agent: agent)
        switch run.state {
        case .inReview: try await review(watch, run, agent, own)
        case .needsInfo: try await Clarification(parts: own, wake: wake).look(watch, run, agent)
        case .queued, .starting, .running, .waitingApproval, .collecting, .delivering, .revising, .stopping, .done,
            .doneWithProblems, .stopped, .failed, .ignored:
            return
        }
    }

    private func review(_ watch: TaskWatch, _ run: RunRecord, _ agent: LoadedAgent, _ own: EngineParts) async throws {
        guard let policy = agent.config.review else { return }
        let tool = try own.workTool(of: run)
        // Of several runs whose results wait on one task people mean the newest.
        guard try await parts.database.read({ try TaskWatchStore(db: $0).isNewest(watch) }) else { return }
        let found = try await watch.comments(tool, parts)
        let people = try await OwnComments(parts: own).others(
            found.comments, tool: tool, taskID: watch.taskID, since: watch.since)
        let answers = try await parts.database.read { try CommentAnswers.meantForOthers(people, watch, $0) }
        let judged = try await judge(
            people.filter { !answers.contains($0.id) }, run, CommentJudge(parts: own, run: run, agent: agent))
        let (doors, minutes) = (parts.doors, agent.config.limits.sessionMinutesMax)
        let state = try await parts.database.write { db in
            try ReviewLook(
                db: db, doors: doors, watch: watch, policy: policy, agentName: agent.config.displayName,
                minutesMax: minutes
            ).take(judged, isWhole: found.isWhole)
        }
        if let state {
            parts.logger.info("a review moved a run", metadata: ["run": "\(run.id)", "state": "\(state.rawValue)"])
        }
        wake()
    }

    /// Only what is new or changed is judged: a model is paid for each.
    private func judge(_ comments: [WorkComment], _ run: RunRecord, _ judge: CommentJudge) async throws
        -> [JudgedComment]
    {
        let known = try await parts.database.read { try FeedbackStore(db: $0).list(run: run.id) }
        var question = Self.question(known, round: run.round)
        var judged: [JudgedComment] = []
        for comment in comments {
            let hash = FeedbackStore.hash(comment.text)
            if known.contains(where: { $0.commentID == comment.id && $0.textHash == hash }) {
                let verdict = FeedbackVerdict(.noOp, confidence: 100, reason: "it is known")
                judged.append(JudgedComment(comment: comment, verdict: verdict, classifier: RuleClassifier.name))
                continue
            }
            let new = try await judge.judge(comment, openQuestion: question)
            // Whatever else is said, the question waits until it is answered.
            if new.verdict.isAnswer { question = nil }
            judged.append(new)
        }
        return judged
    }

    /// Of several questions the one that a plain yes or no answers.
    private static func question(_ known: [FeedbackRecord], round: Int) -> OpenQuestion? {
        let open = known.filter { $0.round == round && $0.deletedAt == nil && $0.outcome.isAsked }
        if open.contains(where: { $0.outcome == .askedScope }) { return .scope }
        return open.isEmpty ? nil : .meaning
    }

    private func failed(_ watch: TaskWatch, _ error: any Error) async {
        let why = (error as? VendorError)?.sentence ?? "\(error)"
        parts.logger.warning("a task could not be looked at", metadata: ["run": "\(watch.runID)", "why": "\(why)"])
        let next = parts.doors.now() + interval(watch) * Int64(min(watch.failures + 1, 10))
        do {
            try await parts.database.write { try TaskWatchStore(db: $0).failed(watch, next: next, why) }
            guard watch.failures + 1 == Self.failuresAlarming else { return }
            try await SystemAlarm(parts: parts).raise(
                "task_watch", subject: "task of \(watch.runID)",
                "The task of run \(watch.runID) could not be read \(Self.failuresAlarming) times in a row, so what people write there is not seen. \(why)"
            )
        } catch { parts.logger.error("a look could not be written down", metadata: ["why": "\(error)"]) }
    }
}

/// Tells our own comments from people's: by the receipts of our writes, and by the mark each of them ends with under
/// our own user. The user alone proves nothing, since a token may be a person's own.
struct OwnComments: Sendable {
    let parts: EngineParts

    /// Those of people, written since then. Clocks differ: what stands below a comment of ours is later than it, whatever
    /// its date says.
    func others(
        _ comments: [WorkComment], tool: any WorkTool, taskID: String, since: Int64
    ) async throws -> [WorkComment] {
        guard !comments.isEmpty else { return [] }
        let (kind, own) = (tool.kind, try await ownUser(tool))
        let written = try await parts.database.read { try Self.receipts($0, kind, taskID) }
        var isPastOurs = false
        return comments.filter { comment in
            if let at = written[comment.id] {
                isPastOurs = isPastOurs || at >= since
                return false
            }
            if comment.authorID == own, comment.carriesMark { return false }
            return comment.createdAt >= since || isPastOurs
        }
    }

    private static func receipts(_ db: any Connection, _ tool: WorkToolKind, _ taskID: String) throws
        -> [String: Int64]
    {
        let rows = try db.query(
            """
            SELECT step.receipt, step.created_at FROM step JOIN run ON run.id = step.run_id
            WHERE run.task_id = ? AND step.channel = ? AND step.state = 'done'
            """, [taskID, tool.channel.rawValue])
        let pairs = try rows.map {
            (try JSONText.decode(DeliveryReceipt.self, try $0.text("receipt")).id, try $0.integer("created_at"))
        }
        return Dictionary(pairs, uniquingKeysWith: Swift.max)
    }

    /// The user our credential acts as, asked for once.
    func ownUser(_ tool: any WorkTool) async throws -> String {
        let set = parts.settings.taskCredentialSet
        let name = tool.kind == .clickUp ? EchoCheck.settingName(set) : AsanaEcho.settingName(set)
        let known = try await parts.database.read {
            try $0.first("SELECT value FROM setting WHERE name = ?", [name])?.text("value")
        }
        if let known { return known }
        let id = try await tool.ownUserID(), now = parts.doors.now()
        try await parts.database.write { try SettingStore(db: $0).put(name, id, now: now) }
        return id
    }
}
