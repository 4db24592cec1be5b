import BureauDomain
import BureauStorage

/// One task that is looked at because its run waits for what people write there.
struct TaskWatch: Sendable, Hashable {
    let runID: String
    let tool: WorkToolKind
    let taskID: String
    /// What was written before is not read. Unix milliseconds.
    let since: Int64
    /// When the run came to wait last.
    let openedAt: Int64
    /// When this look was due.
    let lookAt: Int64
    let failures: Int
    /// What the run asked for, by the names an answer may use.
    let asked: [String]

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        tool = WorkToolKind(rawValue: try row.text("tool")) ?? .clickUp
        taskID = try row.text("task_id")
        since = try row.integer("since")
        openedAt = try row.integer("opened_at")
        lookAt = try row.integer("look_at")
        failures = Int(try row.integer("failures"))
        asked = try JSONText.decode([String].self, try row.text("asked"))
    }
}

/// The SQL of `task_watch`.
struct TaskWatchStore {
    let db: any Connection
    /// Runs on one task that are told apart.
    static let besideMax = 20

    /// Opens and closes the watch as the run moves, in its transaction.
    func follow(_ event: RunMachine.Event, _ run: RunRecord, to state: RunState, now: Int64) throws {
        switch event {
        case .reviewOpened, .foundIncomplete: try open(run, now: try isSameRound(run.id) ? nil : now, lookAt: now)
        default:
            guard state.isFinal, run.taskID != nil else { return }
            try close(run.id)
            try AlertStore(db: db).resolve(subject: TaskWatch.unreadSubject(run.id), now: now)
        }
    }

    /// It came back to the people who judge it with nothing new, delivered again or not merged: what they wrote meanwhile
    /// speaks of what they see.
    private func isSameRound(_ runID: String) throws -> Bool {
        let last = try db.query(
            """
            SELECT kind FROM run_event WHERE run_id = ?
                AND kind IN ('in_review', 'needs_info', 'starting', 'running', 'revising', 'collecting')
            ORDER BY seq DESC LIMIT 2
            """, [runID]
        ).map { try $0.text("kind") }
        return last == ["in_review", "in_review"]
    }

    /// `now` is nil where the wait goes on that began before.
    private func open(_ run: RunRecord, now: Int64?, lookAt: Int64) throws {
        guard let taskID = run.taskID else { return }
        try db.execute(
            """
            INSERT INTO task_watch (run_id, tool, task_id, since, opened_at, look_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET opened_at = coalesce(?, opened_at), look_at = excluded.look_at,
                failures = 0, problem = NULL, closed = 0
            """, [run.id, run.taskTool.rawValue, taskID, run.acceptedAt, lookAt, lookAt, now])
    }

    /// What the run waits for since it came to wait last.
    func ask(_ runID: String, _ names: [String]) throws {
        try db.execute("UPDATE task_watch SET asked = ? WHERE run_id = ?", [try JSONText.encode(names), runID])
    }

    func close(_ runID: String) throws {
        try db.execute("UPDATE task_watch SET closed = 1 WHERE run_id = ?", [runID])
    }

    func find(_ runID: String) throws -> TaskWatch? {
        try db.first("SELECT * FROM task_watch WHERE run_id = ?", [runID]).map(TaskWatch.init)
    }

    /// Those whose run waits for people, the longest overdue first.
    func due(now: Int64, limit: Int) throws -> [TaskWatch] {
        try db.query(
            """
            SELECT task_watch.* FROM task_watch JOIN run ON run.id = task_watch.run_id
            WHERE task_watch.closed = 0 AND task_watch.look_at <= ? AND run.state IN ('in_review', 'needs_info')
            ORDER BY task_watch.look_at LIMIT ?
            """, [now, limit]
        ).map(TaskWatch.init)
    }

    func looked(_ watch: TaskWatch, next: Int64) throws {
        try db.execute(
            "UPDATE task_watch SET look_at = \(Self.nextUnlessHinted), failures = 0, problem = NULL WHERE run_id = ?",
            [watch.lookAt, next, watch.runID])
    }

    func failed(_ watch: TaskWatch, next: Int64, _ problem: String) throws {
        try db.execute(
            """
            UPDATE task_watch SET look_at = \(Self.nextUnlessHinted), failures = failures + 1, problem = ?
            WHERE run_id = ?
            """, [watch.lookAt, next, String(problem.prefix(500)), watch.runID])
    }

    /// A hint that came during the look speaks of what the look may have missed: it stands.
    private static let nextUnlessHinted = "CASE WHEN look_at = ? THEN ? ELSE look_at END"

    /// Something happened on a task: whoever watches it looks now. Returns the runs that wait there.
    func hint(_ tool: WorkToolKind, taskID: String, now: Int64) throws -> [String] {
        try db.query(
            """
            UPDATE task_watch SET look_at = ? WHERE tool = ? AND task_id = ? AND closed = 0 RETURNING run_id
            """, [now, tool.rawValue, taskID]
        ).map { try $0.text("run_id") }
    }

    /// Of several runs whose results wait on one task, the one whose results came last: people speak of those.
    func isNewest(_ watch: TaskWatch) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS newer FROM task_watch JOIN run ON run.id = task_watch.run_id
            WHERE task_watch.tool = ? AND task_watch.task_id = ? AND task_watch.closed = 0
              AND run.state = 'in_review' AND task_watch.run_id <> ?
              AND (task_watch.opened_at, task_watch.run_id) > (?, ?) LIMIT 1
            """, [watch.tool.rawValue, watch.taskID, watch.runID, watch.openedAt, watch.runID]) == nil
    }

    /// The other runs that wait on the same task, each in this state.
    func beside(_ watch: TaskWatch, in state: RunState) throws -> [TaskWatch] {
        try db.query(
            """
            SELECT task_watch.* FROM task_watch JOIN run ON run.id = task_watch.run_id
            WHERE task_watch.tool = ? AND task_watch.task_id = ? AND task_watch.closed = 0
              AND run.state = ? AND task_watch.run_id <> ? LIMIT ?
            """, [watch.tool.rawValue, watch.taskID, state.rawValue, watch.runID, Self.besideMax]
        ).map(TaskWatch.init)
    }
}
