package import BureauStorage

/// Who was asked for a task and who took it.
package struct RunRoute: Sendable, Hashable {
    /// The run of the agent that was asked.
    package let runID: String
    /// The task's field that says who is meant.
    package let field: String
    /// What was decided on, from the field or from an answer; empty where the task's words alone decided, or nothing.
    package let said: String
    /// What the field itself said then.
    let onTask: String
    package let asked: String
    /// Nil while people still have to say who is meant.
    package var takenBy: String?
    package var takenRun: String?

    init(runID: String, field: String, said: String?, onTask: String?, asked: String) {
        self.runID = runID
        self.field = field
        self.said = said ?? ""
        self.onTask = onTask ?? ""
        self.asked = asked
    }

    fileprivate init(_ row: Row) throws {
        runID = try row.text("run_id")
        field = try row.text("field")
        said = try row.text("said")
        onTask = try row.text("on_task")
        asked = try row.text("asked")
        takenBy = try row.textIfAny("taken_by")
        takenRun = try row.textIfAny("taken_run")
    }

    /// Why `name` has the task: what its field says, or its words where the field is empty.
    func reason(_ name: String) -> String {
        said.isEmpty ? "task's words mean \(name)" : "task's \(field) says \"\(said)\""
    }

    /// What the task says now: what its field was changed to, else what people answered, else the field as it was.
    static func said(_ field: String, onTask: String?, answers: [String: String], _ known: RunRoute?) -> String? {
        if let onTask, known.map({ $0.onTask != onTask }) ?? true { return onTask }
        return answers[field] ?? onTask
    }

    /// Whether the question of this run still waits: neither the field nor an answer says anything new.
    func isOpen(onTask: String?, answer: String?) -> Bool {
        (onTask ?? "") == self.onTask && (answer == nil || answer == said)
    }
}

/// The SQL of `run_route`.
package struct RunRouteStore {
    let db: any Connection
    package init(db: any Connection) { self.db = db }

    /// Of the run that was asked.
    package func find(_ runID: String) throws -> RunRoute? {
        try db.first("SELECT * FROM run_route WHERE run_id = ?", [runID]).map(RunRoute.init)
    }

    /// Of the run that took the task.
    package func taken(by runID: String) throws -> RunRoute? {
        try db.first("SELECT * FROM run_route WHERE taken_run = ? ORDER BY at LIMIT 1", [runID]).map(RunRoute.init)
    }

    func put(_ route: RunRoute, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO run_route (run_id, field, said, on_task, asked, taken_by, taken_run, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET field = excluded.field, said = excluded.said, on_task = excluded.on_task,
                asked = excluded.asked, taken_by = excluded.taken_by, taken_run = excluded.taken_run, at = excluded.at
            """,
            [
                route.runID, route.field, route.said, route.onTask, route.asked, route.takenBy, route.takenRun, now,
            ])
    }
}
