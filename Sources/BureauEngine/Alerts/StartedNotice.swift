import BureauDomain
import BureauStorage
import BureauVendors

/// The first sign on the task: its status says that somebody is at it. Planned in the commit that takes the run on, and
/// sent beside the run, which waits for nothing here: a board that cannot be reached holds up no work.
enum StartedNotice {
    /// The step's subject is the status itself, so that the echo of it is known as ours (`EchoCheck`).
    static func plan(_ run: RunRecord, _ config: AgentConfig, from before: String, now: Int64, in db: any Connection)
        throws
    {
        guard run.taskID != nil, let status = config.delivery.task(on: run.taskTool)?.startedStatus,
            !ClickUpTrigger.same(before, status)
        else { return }
        try StepStore(db: db).plan(
            StepPlan(
                channel: run.taskTool.channel, kind: "status", subject: status, position: 0,
                intent: try JSONText.encode(StatusIntent(status: status, before: before))),
            run: run.id, purpose: .notice, id: "", now: now)
    }

    /// Takes back a first sign that was not given, before results are delivered: it must not come after the last one.
    /// False while one is on its way. One whose sender gave up may have arrived, which the status before ours tells.
    static func takeBack(_ runID: String, now: Int64, in db: any Connection) throws -> Bool {
        let open = try db.query(
            """
            SELECT id, lease_until, coalesce(last_sent_at, intended_at) AS sent_at FROM step WHERE run_id = ? AND purpose = 'notice'
                AND channel = 'clickup' AND kind = 'status' AND state IN ('pending', 'intended')
                AND intent LIKE '%"before"%'
            """, [runID])
        let (settled, onTheirWay) = (
            try open.filter { try !isOnItsWay($0, now) }, try open.contains { try isOnItsWay($0, now) }
        )
        for row in settled {
            let receipt = try JSONText.encode(DeliveryReceipt(id: "not shown", link: nil))
            try StepStore(db: db).markDone(try row.text("id"), receipt: receipt, now: now)
        }
        return !onTheirWay
    }

    /// A write may still arrive after its sender died: no request is under way for longer than this.
    private static let requestMilliseconds: Int64 = 30_000

    private static func isOnItsWay(_ row: Row, _ now: Int64) throws -> Bool {
        if let lease = try row.integerIfAny("lease_until"), lease >= now { return true }
        return try row.integerIfAny("sent_at").map { $0 > now - requestMilliseconds } ?? false
    }

    /// Nil for a notice of another kind. A run that is past its work has moved the task, or is about to.
    static func write(_ step: StepRecord, _ run: RunRecord, _ parts: EngineParts) -> (any OutboundWrite)? {
        guard let task = run.taskID, let intent = try? step.intent(as: StatusIntent.self), let before = intent.before,
            step.kind == "status", let tool = parts.connectedTool(of: run)
        else { return nil }
        guard [.starting, .running, .waitingApproval].contains(run.state) else { return AlreadyShown() }
        return StartedStatusWrite(tool: tool, task: task, status: intent.status, before: before) {
            [database = parts.database] in
            try await database.read { try movedOn(run.id, besides: step.id, in: $0) }
        }
    }

    /// Where the run itself has moved its task since, or is about to.
    private static func movedOn(_ runID: String, besides id: String, in db: any Connection) throws -> String? {
        try db.first(
            """
            SELECT subject FROM step WHERE run_id = ? AND id <> ? AND kind = 'status'
                AND state IN ('intended', 'done') AND intended_at IS NOT NULL ORDER BY intended_at DESC LIMIT 1
            """, [runID, id])?.text("subject")
    }
}

/// Moves the task on from where it stood when its run began, and from nowhere else: whoever moved it since, person or
/// run, knows better.
struct StartedStatusWrite: OutboundWrite {
    let tool: any WorkTool
    let task: String
    let status: String
    let before: String
    /// The status that the run gave its task meanwhile, nil for none.
    let movedOn: @Sendable () async throws -> String?

    func write() async throws -> String {
        let now = try await tool.task(task)
        guard now.isAt(before) else { return try receipt(now.place) }
        let written = try await tool.move(task, to: status, before: before).write()
        // Whoever stood still between the look and the write may have come after the results: put right what that undid.
        guard let later = try await movedOn() else { return written }
        return try await tool.move(task, to: later, before: status).write()
    }

    func probe() async throws -> Probe {
        let now = try await tool.task(task)
        return now.isAt(before) ? .absent : .found(receipt: try receipt(now.place))
    }

    private func receipt(_ status: String) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: status, link: nil))
    }
}
