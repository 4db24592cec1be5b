import BureauDomain
import BureauStorage

/// The SQL of `task_stay`. Every method runs inside the transaction of the decision it serves.
struct TaskStayStore {
    let db: any Connection

    /// A row of another trigger status says nothing about this one.
    func find(agent: String, taskID: String, status: String) throws -> TaskStay? {
        let row = try db.first(
            "SELECT status, run_id, origin, covered_until, left_at FROM task_stay WHERE agent = ? AND task_id = ?",
            [agent, taskID])
        guard let row else { return nil }
        let known = try row.text("status")
        guard known.isEmpty || ClickUpTrigger.same(known, status) else { return nil }
        return TaskStay(
            runID: try row.textIfAny("run_id"), origin: TaskStay.Origin(rawValue: try row.text("origin")) ?? .event,
            coveredUntil: try row.integer("covered_until"), leftAt: try row.integerIfAny("left_at"))
    }

    func put(_ stay: TaskStay, agent: String, taskID: String, status: String) throws {
        try db.execute(
            """
            INSERT INTO task_stay (agent, task_id, status, run_id, origin, covered_until, left_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (agent, task_id) DO UPDATE SET status = excluded.status, run_id = excluded.run_id,
                origin = excluded.origin, covered_until = excluded.covered_until, left_at = excluded.left_at,
                gone_at = NULL
            """,
            [agent, taskID, status, stay.runID, stay.origin.rawValue, stay.coveredUntil, stay.leftAt])
    }

    /// The task was seen outside the trigger status at `date`.
    func leave(agent: String, taskID: String, status: String, at date: Int64) throws {
        let known = try find(agent: agent, taskID: taskID, status: status)
        let next =
            known.map { $0.left(at: date) }
            ?? TaskStay(runID: nil, origin: .event, coveredUntil: date, leftAt: date)
        if let next { try put(next, agent: agent, taskID: taskID, status: status) }
    }

    /// The task was seen, last changed at `date`, where none of these agents works. Going from one project to another is no
    /// change of a task's `modified_at` (Asana's reference of a task, November 2026): whatever changes it after what is
    /// known counts as new. A look that is older decides nothing.
    func away(_ agents: [String], taskID: String, status: String, at date: Int64) throws {
        guard !agents.isEmpty else { return }
        let marks = agents.map { _ in "?" }.joined(separator: ", ")
        let names: [any SQLBindable] = agents
        let facts: [any SQLBindable] = [taskID, status, date]
        try db.execute(
            """
            UPDATE task_stay SET left_at = max(?, covered_until + 1)
            WHERE agent IN (\(marks)) AND task_id = ? AND status = ? AND left_at IS NULL AND covered_until <= ?
            """, [date] + names + facts)
    }

    /// The tool does not show the task any more: deleted, or hidden from us. That is no leaving.
    func gone(agent: String, taskID: String, at date: Int64) throws {
        try db.execute("UPDATE task_stay SET gone_at = ? WHERE agent = ? AND task_id = ?", [date, agent, taskID])
    }

    /// It stands where it stood.
    func seen(agent: String, taskID: String) throws {
        try db.execute(
            "UPDATE task_stay SET gone_at = NULL WHERE agent = ? AND task_id = ? AND gone_at IS NOT NULL",
            [agent, taskID])
    }

    /// Tasks believed to be in the trigger status, where we can see them; a page at a time.
    func present(agent: String, after taskID: String, limit: Int) throws -> [String] {
        try db.query(
            """
            SELECT task_id FROM task_stay WHERE agent = ? AND left_at IS NULL AND gone_at IS NULL AND task_id > ?
            ORDER BY task_id LIMIT ?
            """, [agent, taskID, limit]
        ).map { try $0.text("task_id") }
    }

    /// A run that somebody asked for by hand and that answers for the task as it stands.
    func runByHand(agent: String, taskID: String, updatedAt: Int64) throws -> String? {
        try db.first(
            """
            SELECT id FROM run WHERE agent = ? AND task_id = ? AND trigger_source <> 'webhook'
                AND (ended_at IS NULL OR accepted_at >= ?) ORDER BY id DESC LIMIT 1
            """, [agent, taskID, updatedAt])?.text("id")
    }

    /// The run whose own write put the task into this status, after `date`: no person asked for work.
    func runThatMoved(taskID: String, to status: String, after date: Int64) throws -> String? {
        let steps = try db.query(
            """
            SELECT step.run_id, step.subject FROM step JOIN run ON run.id = step.run_id
            WHERE run.task_id = ? AND step.channel = 'clickup' AND step.kind = 'status' AND step.intended_at > ?
            ORDER BY step.intended_at DESC LIMIT 1
            """, [taskID, date])
        return try steps.first { ClickUpTrigger.same(try $0.text("subject"), status) }?.text("run_id")
    }
}
