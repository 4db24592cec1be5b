import BureauDomain
import BureauStorage
import BureauVendors

/// One write that makes a run show on its board.
struct BoardIntent: Codable, Hashable, Sendable {
    let state: RunState
    var place: String?
    var field: BoardPolicy.Look.Field?
}

/// Moves the task and sets its fields as the run moves, by the mapping of the config the run began with. Planned in the
/// transaction that moves the run and sent like every notice.
struct BoardNotice {
    static let kind = "board"
    let db: any Connection
    let doors: Doors

    /// Called when a run is first looked at, before anything is known of its task; doing it again changes nothing. One
    /// without a task shows nowhere, and its failure has a task all the same.
    func open(_ run: RunRecord, _ config: AgentConfig) throws {
        var policy = config.board
        guard policy.errors != nil || (run.taskID != nil && !policy.states.isEmpty) else { return }
        policy.errors?.tool = run.taskID == nil ? config.boardTool : run.taskTool
        try db.execute(
            "INSERT INTO run_board (run_id, policy) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [run.id, try JSONText.encode(policy)])
    }

    /// Shows the run as it stands, unless something of it is shown already.
    func showFirst(_ run: RunRecord) throws {
        guard let (policy, seq) = try known(run), seq == 0 else { return }
        try show(run, run.state, policy)
    }

    func follow(_ run: RunRecord, to state: RunState) throws {
        guard state != run.state, let (policy, seq) = try known(run) else { return }
        // A task that the agent never took stays where people have put it.
        guard state != .ignored || seq > 0 else { return }
        // What never showed as waiting, because nobody was asked, has nothing to take back.
        let isBack = run.state == .waitingApproval && state == .running && policy.states[run.state] != nil
        if isBack, try newest(run) == state { return }
        try show(run, state, policy)
        guard let errors = policy.errors else { return }
        // A row from before the tool was kept is of a run that has a task.
        guard let tool = errors.tool ?? (run.taskID == nil ? nil : run.taskTool) else { return }
        try ErrorTasks(db: db, doors: doors).follow(run, to: state, on: tool)
    }

    /// Shows a run as waiting once people are asked. What is approved as somebody changed it before waits for nobody.
    func asked(_ run: RunRecord) throws {
        let open = try db.first("SELECT 1 AS one FROM approval WHERE run_id = ? AND state = 'open' LIMIT 1", [run.id])
        guard open != nil, let (policy, _) = try known(run) else { return }
        if run.state == .waitingApproval, try newest(run) == .waitingApproval { return }
        try show(run, .waitingApproval, policy)
    }

    /// What the board was last told to show.
    private func newest(_ run: RunRecord) throws -> RunState? {
        try db.first(
            "SELECT intent FROM step WHERE run_id = ? AND kind = ? ORDER BY position DESC LIMIT 1", [run.id, Self.kind]
        ).map { try JSONText.decode(BoardIntent.self, try $0.text("intent")).state }
    }

    private func known(_ run: RunRecord) throws -> (policy: BoardPolicy, seq: Int64)? {
        guard let row = try db.first("SELECT policy, seq FROM run_board WHERE run_id = ?", [run.id]) else { return nil }
        return (try JSONText.decode(BoardPolicy.self, try row.text("policy")), try row.integer("seq"))
    }

    private func show(_ run: RunRecord, _ state: RunState, _ policy: BoardPolicy) throws {
        guard run.taskID != nil, let look = policy.states[state] else { return }
        if let place = look.place { try plan(BoardIntent(state: state, place: place), "place", run) }
        for field in look.fields { try plan(BoardIntent(state: state, field: field), "field \(field.name)", run) }
    }

    private func plan(_ intent: BoardIntent, _ target: String, _ run: RunRecord) throws {
        let seq = try Self.next(run.id, db)
        var plan = StepPlan(
            channel: run.taskTool.channel, kind: Self.kind, subject: "\(seq) \(target)", position: 10 + Int(seq),
            intent: try JSONText.encode(intent))
        plan.round = run.round
        try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: "", now: doors.now())
    }

    /// The order of a run's board writes.
    static func next(_ run: String, _ db: any Connection) throws -> Int64 {
        try db.query("UPDATE run_board SET seq = seq + 1 WHERE run_id = ? RETURNING seq", [run]).first?
            .integer("seq") ?? 0
    }

    /// Nil for a step of another kind. One that a newer one has overtaken is not made any more.
    static func write(_ step: StepRecord, _ run: RunRecord, _ parts: EngineParts) async throws -> (any OutboundWrite)? {
        guard step.kind == kind, let task = run.taskID else { return nil }
        let target = String(step.subject.drop { $0 != " " })
        let isOvertaken = try await parts.database.read { db in
            try db.query(
                "SELECT subject FROM step WHERE run_id = ? AND kind = ? AND position > ? LIMIT 1000",
                [run.id, kind, step.position]
            ).contains { String(try $0.text("subject").drop { $0 != " " }) == target }
        }
        guard !isOvertaken else { return AlreadyShown() }
        let (intent, tool) = (try step.intent(as: BoardIntent.self), try parts.workTool(of: run))
        if let place = intent.place { return tool.move(task, to: place, before: nil) }
        return intent.field.map { tool.setField($0.name, to: $0.value, on: task) }
    }
}

extension AgentConfig {
    /// Who keeps its board, as far as its file tells: what starts it, else what it reads, else where it delivers.
    var boardTool: WorkToolKind? {
        switch (triggers.clickUp != nil, triggers.asana != nil) {
        case (true, true): return nil
        case (true, false): return .clickUp
        case (false, true): return .asana
        case (false, false): break
        }
        switch (payloadSource.kind, delivery.clickUp != nil, delivery.asana != nil) {
        case (.clickUpTask, _, _): return .clickUp
        case (.asanaTask, _, _): return .asana
        case (.manual, true, false), (.slackCommand, true, false): return .clickUp
        case (.manual, false, true), (.slackCommand, false, true): return .asana
        case (.manual, _, _), (.slackCommand, _, _): return nil
        }
    }
}
