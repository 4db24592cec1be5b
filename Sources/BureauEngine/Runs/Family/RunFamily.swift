import BureauDomain
import BureauStorage

/// What one run's moves mean for the runs it has started and the run that started it. Inside the caller's transaction.
struct RunFamily {
    let db: any Connection
    let doors: Doors
    static let summaryKind = "summary", stopKind = "stop_asked"

    func wasStopped(_ id: String) throws -> Bool {
        try db.first("SELECT 1 AS found FROM run_event WHERE run_id = ? AND kind = ?", [id, Self.stopKind]) != nil
    }

    /// A stop of the parent asks its children to stop, and theirs.
    func stopped(_ parent: RunRecord, _ transitions: RunTransitions) throws {
        // A run that delivers finishes that; what it must remember is to start no others.
        if parent.state == .delivering, try !wasStopped(parent.id) {
            try RunEventStore(db: db).append(
                parent.id, kind: Self.stopKind, detail: "asked to stop: it starts no other runs", now: doors.now())
        }
        let cause = RunCause(.byPerson, "Run \(parent.id) of \(parent.agent), which had started it, was stopped.")
        for child in try RunChildStore(db: db).children(of: parent.id) where !child.state.isFinal {
            guard child.stopCause == nil else { continue }
            try transitions.apply(.stopAsked(cause), to: child.id, lease: nil, in: db)
        }
    }

    /// Whether a stop of this run, which delivers, would still do anything: ask those it has started to stop, or keep it
    /// from starting them when it is done.
    func hasToStop(_ run: RunRecord) throws -> Bool {
        if try hasToStop(below: run.id) { return true }
        guard try !wasStopped(run.id), try RunChildStore(db: db).children(of: run.id).isEmpty else { return false }
        let moment = FanOut.Moment.afterDone.rawValue
        return try db.first(
            """
            SELECT 1 AS found FROM agent_config WHERE sha256 = ? AND json_valid(body)
                AND json_type(body, '$.fan_out') = 'object' AND coalesce(json_extract(body, '$.fan_out.when'), ?) = ?
            """, [run.configHash, moment, moment]) != nil
    }

    /// Whether any run below this one goes on and can still be asked to stop, or delivers and would start others. One is
    /// started after what started it, so this comes to an end.
    private func hasToStop(below id: String) throws -> Bool {
        for child in try RunChildStore(db: db).children(of: id) where !child.state.isFinal && child.stopCause == nil {
            if child.state != .delivering { return true }
            if try hasToStop(child) { return true }
        }
        return false
    }

    /// A run has ended. Its parent may have waited for that; one that is over itself tells how all of them ended.
    func ended(_ run: RunRecord) throws {
        try tellIfOver(run)
        guard let link = try RunChildStore(db: db).find(run.id), let parent = try RunStore(db: db).find(link.parentID)
        else { return }
        if parent.state.isFinal { return try tellIfOver(parent) }
        try db.execute(
            "UPDATE run SET due_at = ? WHERE id = ? AND state = 'delivering' AND lease_owner IS NULL",
            [doors.now(), parent.id])
    }

    /// One summary, once the run and all it has started are over.
    private func tellIfOver(_ parent: RunRecord) throws {
        let children = try RunChildStore(db: db).children(of: parent.id)
        guard !children.isEmpty, children.allSatisfy(\.state.isFinal) else { return }
        for channel in [StepRecord.Channel.slack, parent.taskTool.channel]
        where channel == .slack || parent.taskID != nil {
            let plan = StepPlan(
                channel: channel, kind: Self.summaryKind, subject: "children", position: 2, intent: "{}")
            try StepStore(db: db).plan(plan, run: parent.id, purpose: .notice, id: doors.makeID(), now: doors.now())
        }
    }
}
