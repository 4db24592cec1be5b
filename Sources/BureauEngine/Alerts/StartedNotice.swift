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
        guard run.taskID != nil, let status = config.delivery.clickUp?.startedStatus,
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
            SELECT id, lease_until FROM step WHERE run_id = ? AND purpose = 'notice' AND channel = 'clickup'
                AND kind = 'status' AND state IN ('pending', 'intended') AND intent LIKE '%"before"%'
            """, [runID])
        for row in open where try row.integerIfAny("lease_until") ?? 0 < now {
            let receipt = try JSONText.encode(DeliveryReceipt(id: "not shown", link: nil))
            try StepStore(db: db).markDone(try row.text("id"), receipt: receipt, now: now)
        }
        return try open.allSatisfy { try $0.integerIfAny("lease_until") ?? 0 < now }
    }

    /// Nil for a notice of another kind. A run that is past its work has moved the task, or is about to.
    static func write(_ step: StepRecord, _ run: RunRecord, _ parts: EngineParts) -> (any OutboundWrite)? {
        guard let task = run.taskID, let intent = try? step.intent(as: StatusIntent.self), let before = intent.before,
            step.kind == "status", let tool = parts.workTool(run.taskTool)
        else { return nil }
        guard [.starting, .running, .waitingApproval].contains(run.state) else { return AlreadyShown() }
        return StartedStatusWrite(tool: tool, task: task, status: intent.status, before: before)
    }
}

/// Moves the task on from where it stood when its run began, and from nowhere else: whoever moved it since, person or
/// run, knows better.
struct StartedStatusWrite: OutboundWrite {
    let tool: any WorkTool
    let task: String
    let status: String
    let before: String

    func write() async throws -> String {
        let now = try await tool.task(task)
        guard now.isAt(before) else { return try receipt(now.place) }
        return try await tool.move(task, to: status, before: before).write()
    }

    func probe() async throws -> Probe {
        let now = try await tool.task(task)
        return now.isAt(before) ? .absent : .found(receipt: try receipt(now.place))
    }

    private func receipt(_ status: String) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: status, link: nil))
    }
}
