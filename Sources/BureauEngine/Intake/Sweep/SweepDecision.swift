import BureauDomain
import BureauStorage
import BureauVendors

/// What one task of a swept list is for an agent, decided and written inside one transaction.
struct SweepDecision {
    let db: any Connection
    let watch: Sweep.Watch
    let book: TaskRecordBook
    let doors: Doors
    let zone: ZoneOffsets

    /// Returns the id of a run it started.
    func take(_ task: ClickUpTask) throws -> String? {
        guard ClickUpTrigger.isTaskID(task.id), let updatedAt = task.dateUpdated else { return nil }
        try TaskRecordStore(db: db).put(WorkTask(task, zone: zone), book, now: doors.now())
        guard let status = watch.status else { return nil }
        if let assignee = watch.agent.config.triggers.clickUp?.assigneeID,
            !task.assigneeIDs.map(String.init).contains(assignee)
        {
            return nil
        }
        let stays = TaskStayStore(db: db)
        guard ClickUpTrigger.same(task.status, status), task.listID.isEmpty || task.listID == watch.listID else {
            // Only what is known can end: other tasks of the list are none of our business.
            if try stays.find(agent: watch.name, taskID: task.id, status: status) != nil {
                try stays.leave(agent: watch.name, taskID: task.id, status: status, at: updatedAt)
            }
            return nil
        }
        let known = try stays.find(agent: watch.name, taskID: task.id, status: status)
        if let known, known.sighting(updatedAt: updatedAt) != .start {
            try stays.seen(agent: watch.name, taskID: task.id)
            return nil
        }
        let answering =
            try stays.runThatMoved(taskID: task.id, to: status, after: known?.leftAt ?? 0)
            ?? stays.runByHand(agent: watch.name, taskID: task.id, updatedAt: updatedAt)
        let runID = answering ?? doors.makeID()
        if answering == nil {
            let guardian = PingPongGuard(db: db, doors: doors)
            let asked = try TaskMaker(db: db, tool: .clickUp).requester(
                Sweep.requester, madeBy: task.creatorID.map(String.init))
            guard try guardian.refusal(watch.name, taskID: task.id, at: updatedAt, requester: asked) == nil else {
                // A task no run has had is refused anew by each look, until something of it changes.
                if let last = try guardian.lastRun(watch.name, taskID: task.id) {
                    try answer(task, in: status, with: last, updatedAt)
                }
                return nil
            }
            guard try RunStore(db: db).insert(try newRun(task, updatedAt, asked), id: runID, now: doors.now()) else {
                return nil
            }
            try RunEventStore(db: db).append(
                runID, kind: "queued", detail: "\(Sweep.requester) found the task in its trigger status",
                now: doors.now())
        }
        try answer(task, in: status, with: runID, updatedAt)
        return answering == nil ? runID : nil
    }

    private func answer(_ task: ClickUpTask, in status: String, with runID: String, _ updatedAt: Int64) throws {
        try TaskStayStore(db: db).put(
            TaskStay(runID: runID, origin: .look, coveredUntil: updatedAt), agent: watch.name, taskID: task.id,
            status: status)
    }

    private func newRun(_ task: ClickUpTask, _ updatedAt: Int64, _ asked: String) throws -> NewRun {
        let client = try watch.agent.config.triggers.clickUp.flatMap {
            try ClickUpClientChoice(db: db).choose($0, WorkTask(task, zone: zone))
        }
        return NewRun(
            agent: watch.name, agentVersion: watch.agent.config.version, configHash: watch.agent.hash,
            triggerSource: .webhook, requestedBy: asked,
            dedupeKey: Sweep.key(watch.name, task: task.id, updatedAt: updatedAt), clientSlug: client?.slug,
            clientName: client?.name, taskID: task.id,
            hasThread: watch.agent.hasThread)
    }
}

extension Sweep {
    private static let seen = "seen-"

    /// Of the run for one stay of a task, which is told by the update that was seen.
    static func key(_ agent: String, task: String, updatedAt: Int64) -> String {
        "\(agent)/clickup/\(task)/\(seen)\(updatedAt)"
    }

    /// That update; nil for a run that no sweep started.
    static func changedAt(inKey key: String) -> Int64? {
        guard let last = key.split(separator: "/").last, last.hasPrefix(seen) else { return nil }
        return Int64(last.dropFirst(seen.count))
    }
}
