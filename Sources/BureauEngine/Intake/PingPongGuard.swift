import BureauDomain
import BureauStorage

/// Stops agents that start each other, or themselves, through tasks, and says so once.
struct PingPongGuard {
    let db: any Connection
    let doors: Doors
    /// So many of an agent's newest runs are looked through for its turns: most of them may be a schedule's.
    static let ownRunsMax = 1_000

    private struct Finding {
        let cause: String, subject: String, sentence: String, reason: String
        /// When what is refused came to be, where that is known.
        let date: Int64?
    }

    /// The reason why `agent` is not started for this task; nil when it may be. `date` is when the task changed, where
    /// that is known; `madeAt` when it was made, where nothing tells more; `requester` who changed it, as the run would
    /// name them.
    func refusal(
        _ agent: String, taskID: String, at date: Int64? = nil, madeAt: Int64? = nil, requester: String? = nil
    ) throws -> String? {
        // An agent that gave the task away when it last had it only passes it on: the other one would work.
        let worker = try taker(from: agent, taskID) ?? agent
        let found =
            try pingPong(worker, taskID, date) ?? selfLoop(worker, taskID, date, isRouted: worker != agent)
            ?? ownLoop(agent, taskID, date, madeAt: madeAt, requester: requester)
        guard let found else { return nil }
        try tell(found)
        return "\(found.reason): \(found.sentence)"
    }

    /// The run that a task's stay belongs to which starts none of its own.
    func lastRun(_ agent: String, taskID: String) throws -> String? {
        try db.first(
            "SELECT id FROM run WHERE agent = ? AND task_id = ? ORDER BY id DESC LIMIT 1", [agent, taskID])?.text("id")
    }

    private func taker(from agent: String, _ taskID: String) throws -> String? {
        try db.first(
            """
            SELECT run_route.taken_by AS taken_by FROM run LEFT JOIN run_route ON run_route.run_id = run.id
            WHERE run.task_id = ? AND run.agent = ? ORDER BY run.id DESC LIMIT 1
            """, [taskID, agent])?.textIfAny("taken_by")
    }

    /// A request that one agent gave to another is one turn, the one of whoever took it.
    private static let isTurn = """
        trigger_source = 'webhook' AND NOT EXISTS (
            SELECT 1 FROM run_route WHERE run_route.run_id = run.id AND run_route.taken_run IS NOT NULL)
        """

    private func pingPong(_ agent: String, _ taskID: String, _ date: Int64?) throws -> Finding? {
        // A run that waits for people has delivered what may start another; its newest event tells since when.
        let turns = try db.query(
            """
            SELECT agent, accepted_at, coalesce(ended_at, CASE WHEN state IN ('in_review', 'needs_info') THEN
                (SELECT at FROM run_event WHERE run_id = run.id ORDER BY seq DESC LIMIT 1) END) AS rested_at FROM run
            WHERE task_id = ? AND \(Self.isTurn) ORDER BY id DESC LIMIT ?
            """, [taskID, PingPong.turnsMax]
        ).reversed().map {
            PingPong.Turn(
                agent: try $0.text("agent"), acceptedAt: try $0.integer("accepted_at"),
                restedAt: try $0.integerIfAny("rested_at"))
        }
        guard let other = PingPong.partner(of: agent, after: turns.map(\.agent)) else { return nil }
        let finding = Finding(
            cause: "ping_pong", subject: "\(agent)/\(taskID)",
            sentence: PingPong.sentence(agent, other, task: taskID), reason: "two agents answer each other",
            date: date)
        if PingPong.partner(of: agent, at: date ?? doors.now(), after: turns) != nil { return finding }
        return try holds(finding, date, after: turns.last?.acceptedAt) ? finding : nil
    }

    /// A task that goes round through whoever gives it on is as slow as one between two agents, where no person brings
    /// it back.
    private func selfLoop(_ agent: String, _ taskID: String, _ date: Int64?, isRouted: Bool) throws -> Finding? {
        let turns = try turns("task_id = ?", [taskID], count: SelfLoop.turnsMax)
        let isSlow = isRouted && turns.allSatisfy { !$0.isAskedByPerson }
        let reaction = isSlow ? PingPong.reactionMilliseconds : SelfLoop.reactionMilliseconds
        let finding = Finding(
            cause: "self_loop", subject: "\(agent)/\(taskID)",
            sentence: SelfLoop.sentence(agent, task: taskID, within: reaction), reason: "the agent answers itself",
            date: date)
        if SelfLoop.isLoop(agent, at: date ?? doors.now(), after: turns, within: reaction) { return finding }
        return try holds(finding, date, after: turns.last?.acceptedAt) ? finding : nil
    }

    /// Without the time of the change, waiting would look like a person's pause: the refusal holds until somebody
    /// closes the alert.
    private func holds(_ finding: Finding, _ date: Int64?, after last: Int64?) throws -> Bool {
        guard date == nil, let last else { return false }
        return try isOpen(finding, since: last)
    }

    /// Judged by the runs there were when the task changed: one that a person gave the agent since then says nothing of
    /// it. Where only its making is known nobody can move it again: whoever closes the alert lets it start.
    private func ownLoop(
        _ agent: String, _ taskID: String, _ changedAt: Int64?, madeAt: Int64?, requester: String?
    ) throws -> Finding? {
        guard let requester, try !isPerson(requester) else { return nil }
        let date = changedAt ?? madeAt
        let turns = try turns(
            """
            agent = ? AND accepted_at <= ? AND id >= coalesce(
                (SELECT id FROM run AS newer WHERE agent = ? ORDER BY id DESC LIMIT 1 OFFSET ?), '')
            """, [agent, date ?? doors.now(), agent, Self.ownRunsMax - 1], count: SelfLoop.ownTurnsMax)
        let finding = Finding(
            cause: "self_loop", subject: agent, sentence: SelfLoop.ownSentence(agent, task: taskID),
            reason: "the agent answers itself", date: date)
        if changedAt == nil, let madeAt, try isClosed(finding, since: madeAt) { return nil }
        if SelfLoop.isOwnLoop(agent, at: date ?? doors.now(), after: turns) { return finding }
        return try holds(finding, date, after: turns.last?.acceptedAt) ? finding : nil
    }

    /// Oldest first.
    private func turns(_ condition: String, _ values: [any SQLBindable], count: Int) throws -> [SelfLoop.Turn] {
        let rows = try db.query(
            """
            SELECT agent, accepted_at, ended_at, state, requested_by, dedupe_key,
                (SELECT max(at) FROM run_event WHERE run_id = run.id AND kind IN ('collecting', 'delivering'))
                    AS worked_until,
                (SELECT max(at) FROM run_event WHERE run_id = run.id AND kind = 'in_review') AS judged_from
            FROM run
            WHERE \(condition) AND \(Self.isTurn) ORDER BY id DESC LIMIT ?
            """, values + [count])
        return try rows.reversed().map { row in
            let state = try RunState(column: "state", row)
            let workedUntil = try row.integerIfAny("worked_until"), judgedFrom = try row.integerIfAny("judged_from")
            // What is accepted is delivered once more: then its judging is over.
            let isJudgedLast = (judgedFrom ?? 0) >= (workedUntil ?? 0)
            return SelfLoop.Turn(
                agent: try row.text("agent"), acceptedAt: try row.integer("accepted_at"),
                changedAt: Sweep.changedAt(inKey: try row.text("dedupe_key")),
                endedAt: try row.integerIfAny("ended_at"), workedUntil: workedUntil,
                judgedFrom: isJudgedLast ? judgedFrom : nil,
                hasWorked: [.collecting, .delivering, .done, .doneWithProblems, .stopped, .failed].contains(state),
                isAskedByPerson: try isPerson(try row.text("requested_by")))
        }
    }

    /// Our own users at the tools are none, nor automations, nor makers of tasks of whom nobody knows that they are.
    private func isPerson(_ requester: String) throws -> Bool {
        guard !requester.hasSuffix(TaskMaker.nobody) else { return false }
        guard let id = requester.split(separator: " ").last.map(String.init), Int64(id) != nil else { return true }
        let tool: WorkToolKind = Requester(requester).kind == .asana ? .asana : .clickUp
        return try TaskMaker(db: db, tool: tool).isPerson(id)
    }

    private func isOpen(_ finding: Finding, since date: Int64) throws -> Bool {
        try db.first(
            "SELECT 1 AS open FROM alert WHERE cause = ? AND subject = ? AND state = 'open' AND opened_at >= ?",
            [finding.cause, finding.subject, date]) != nil
    }

    private func isClosed(_ finding: Finding, since date: Int64) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS closed FROM alert
            WHERE subject = ? AND cause = ? AND state = 'resolved' AND last_at >= ? LIMIT 1
            """, [finding.subject, finding.cause, date]) != nil
    }

    /// A sweep sees what was refused again each time: that is told once, also when the alert was closed since.
    private func tell(_ found: Finding) throws {
        if let date = found.date, try wasTold(found, since: date) { return }
        try SystemAlarm.raise(found.cause, subject: found.subject, found.sentence, in: db, doors)
    }

    private func wasTold(_ finding: Finding, since date: Int64) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM alert WHERE subject = ? AND cause = ? AND last_at >= ? LIMIT 1",
            [finding.subject, finding.cause, date]) != nil
    }
}
