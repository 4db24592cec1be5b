import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// A run that waits for information: reads what people filled in or answered on the task, and goes on when there is
/// something new. Nothing is guessed: what is still missing is asked for again.
struct Clarification: Sendable {
    let parts: EngineParts
    let wake: @Sendable () -> Void

    /// A run that something of the installation keeps looks again when people write or change something, not more often.
    static let blockedMilliseconds: Int64 = 60_000
    static let blockedChangeMilliseconds: Int64 = 10 * 60_000

    func look(_ watch: TaskWatch, _ run: RunRecord, _ agent: LoadedAgent) async throws {
        // Where pick-ups are not confirmed nothing is read here: people set the status or assign the task again.
        guard agent.config.confirms(run.taskTool) else {
            return try await parts.database.write { try TaskWatchStore(db: $0).close(watch.runID) }
        }
        let isBlocked = run.cause?.code == .blocked
        guard !isBlocked || parts.doors.now() - watch.openedAt >= Self.blockedMilliseconds else { return }
        let tool = try parts.workTool(of: run)
        let task = try await tool.task(watch.taskID)
        let found = try await watch.comments(tool, parts)
        let people = try await OwnComments(parts: parts).others(
            found.comments, tool: tool, taskID: watch.taskID, since: watch.since)
        let (transitions, doors) = (parts.transitions, parts.doors)
        let goesOn = try await parts.database.write { db -> Bool in
            guard let now = try RunStore(db: db).find(watch.runID), now.state == .needsInfo else { return false }
            let why =
                isBlocked
                ? try news(task, people, now, agent, watch, db) : try answered(task, people, now, agent, watch, db)
            guard let why else { return false }
            try transitions.apply(.infoChanged, to: now.id, lease: nil, in: db)
            try RunEventStore(db: db).append(now.id, kind: "answered", detail: why, now: doors.now())
            return true
        }
        if goesOn { wake() }
    }

    /// Nil while what was asked for is still missing.
    private func answered(
        _ task: WorkTask, _ people: [WorkComment], _ run: RunRecord, _ agent: LoadedAgent, _ watch: TaskWatch,
        _ db: any Connection
    ) throws -> String? {
        let known = try AnswerStore(db: db).all(run: run.id), asked = watch.asked
        let open = try OpenFields(db: db, run: run, task: task, agent: agent, answers: known)
        let missing = (asked.isEmpty ? agent.config.payloadSource.requiredFields : asked).filter(open.contains)
        let isFilled = asked.contains { !open.contains($0) && open.isFilled($0) }
        let isNew = try asked.isEmpty && isNews(people, run, db)
        let isAnswered = try CommentAnswers(db: db, doors: parts.doors, run: run, watch: watch)
            .take(people, asked: missing, isAsked: true)
        if isFilled || isAnswered { return "the task says what was missing" }
        // It came to wait before it was kept what a run asks for: whatever is new may be the answer.
        guard asked.isEmpty else { return nil }
        return isNew ? Self.wroteSomething : try change(task, run, watch, db)
    }

    /// Nobody was asked for anything, so nothing is taken for an answer but what names its field.
    private func news(
        _ task: WorkTask, _ people: [WorkComment], _ run: RunRecord, _ agent: LoadedAgent, _ watch: TaskWatch,
        _ db: any Connection
    ) throws -> String? {
        let isNew = try isNews(people, run, db)
        _ = try CommentAnswers(db: db, doors: parts.doors, run: run, watch: watch)
            .take(people, asked: agent.config.payloadSource.requiredFields, isAsked: false)
        return isNew ? Self.wroteSomething : try change(task, run, watch, db)
    }

    private static let wroteSomething = "somebody wrote on the task"

    /// Asked before the comments are claimed: afterwards none is new.
    private func isNews(_ people: [WorkComment], _ run: RunRecord, _ db: any Connection) throws -> Bool {
        let store = FeedbackStore(db: db)
        return try people.contains { comment in
            try store.find(run.taskTool.rawValue, comment.id)?.textHash != FeedbackStore.hash(comment.text)
        }
    }

    /// Our own writes change the task too: later than them counts.
    private func change(_ task: WorkTask, _ run: RunRecord, _ watch: TaskWatch, _ db: any Connection) throws -> String?
    {
        guard parts.doors.now() - watch.openedAt >= Self.blockedChangeMilliseconds, let changedAt = task.updatedAt
        else {
            return nil
        }
        let written = try db.first(
            """
            SELECT max(coalesce(step.settled_at, step.intended_at)) AS at FROM step JOIN run ON run.id = step.run_id
            WHERE run.task_id = ? AND step.channel = ?
            """, [watch.taskID, run.taskTool.channel.rawValue])?.integerIfAny("at")
        let ours = Swift.max(written ?? 0, watch.openedAt)
        return changedAt > ours + Marks.skewMilliseconds ? "the task was changed" : nil
    }
}

/// Which of the things a run needs its task and its answers do not say yet. A field that says what could not be followed
/// is filled, and missing all the same.
private struct OpenFields {
    let task: WorkTask
    let answers: [String: String]
    let route: RunRoute?
    /// The name that stands for the client, while it is not known which one is meant.
    let client: String?
    /// The same once it is known.
    let knownClient: String?

    init(db: any Connection, run: RunRecord, task: WorkTask, agent: LoadedAgent, answers: [String: String]) throws {
        (self.task, self.answers) = (task, answers)
        route = try RunRouteStore(db: db).find(run.id)
        guard let trigger = agent.config.triggers.asana, task.kind == .asana else {
            (client, knownClient) = (nil, nil)
            return
        }
        let name = trigger.clientAnswer
        switch try AsanaClientChoice(db: db).choose(trigger, agent.config.board, task, answer: answers[name]) {
        case .none, .unrecorded: (client, knownClient) = (nil, nil)
        case .known: (client, knownClient) = (nil, name)
        case .unsure: (client, knownClient) = (name, nil)
        }
    }

    func contains(_ name: String) -> Bool {
        if name == client { return true }
        if name == knownClient { return false }
        guard let route, route.field == name else { return task.text(of: name) == nil && answers[name] == nil }
        return route.isOpen(onTask: task.text(of: name), answer: answers[name])
    }

    /// By the task itself, not by an answer.
    func isFilled(_ name: String) -> Bool { task.text(of: name) != nil || name == knownClient }
}

extension AgentConfig {
    /// Whether a pick-up is confirmed on the task: as the agent's file says, else as people of that tool expect it.
    func confirms(_ tool: WorkToolKind) -> Bool { confirmsPickup ?? (tool == .asana) }
}
