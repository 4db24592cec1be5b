import BureauDomain
import BureauStorage
import BureauVendors

/// What a task as it is now means for each agent, decided and written inside one transaction. What brought us to look is
/// only a hint: a run starts because the task stands, assigned and open, where an agent works and has none yet.
struct AsanaDecision {
    static let status = "asana"
    /// Where nothing names the person; else `asana user GID`.
    static let requester = "asana"
    static let sweepRequester = "the sweep of Asana"
    let db: any Connection
    let watches: AsanaWatches
    let doors: Doors

    /// `arrival` is how people last brought it to an agent, `move` how they last moved it within a project, as far as
    /// events told.
    func take(
        _ task: AsanaTask, arrival: AsanaBringing = AsanaBringing(), move: AsanaBringing = AsanaBringing(),
        isSwept: Bool = false
    ) throws -> Verdict {
        try TaskRecordStore(db: db).put(WorkTask(task), watches.records, now: doors.now())
        let sight = task.sight
        let elsewhere = watches.watches.filter { $0.trigger.project(of: sight) == nil }.map(\.name)
        try TaskStayStore(db: db).away(
            elsewhere, taskID: task.gid, status: Self.status, at: task.modifiedAt ?? doors.now())
        var reasons: [String] = [], candidates: [AsanaWatch] = [], unsaid: [AsanaWatch] = []
        var others: [AsanaWatch] = [], waiting: [Verdict] = []
        for watch in watches.watches where watch.trigger.project(of: sight) != nil {
            let name = watch.agent.config.displayName
            if let why = watch.trigger.objection(sight, agentName: name) {
                reasons.append(why)
                if let run = try broughtToWaiting(task, watch, arrival.at) {
                    waiting.append(.duplicate(of: run))
                } else {
                    try left(task, watch)
                }
                continue
            }
            switch watch.trigger.skill?.asked(
                field: task.field(watch.trigger.skill?.field ?? "")?.writtenText, text: task.words) ?? .this
            {
            case .this: candidates.append(watch)
            case .unsaid: unsaid.append(watch)
            case .other(let skill):
                reasons.append("The task asks for \(skill), which \(name) does not do.")
                others.append(watch)
            }
        }
        // Nobody was named, or nobody who is here: the first one finds who is meant, or asks.
        if candidates.isEmpty, let first = unsaid.first ?? others.first { candidates = [first] }
        for watch in others where !candidates.contains(where: { $0.name == watch.name }) { try left(task, watch) }
        let verdicts = try candidates.map { watch in
            // Without sections any place is as good as another: a finished card that is tidied away asks for nothing.
            return try start(watch, task, watch.trigger.sections.isEmpty ? arrival : arrival.newer(move), isSwept)
        }
        return verdicts.first { if case .run = $0 { true } else { false } } ?? verdicts.first ?? waiting.first
            ?? .ignored(because: reasons.first ?? "The task is in no project that an agent works on.")
    }

    /// A task that is deleted or hidden from us stands nowhere, until it is seen again.
    func gone(_ taskID: String) throws {
        for watch in watches.watches {
            try TaskStayStore(db: db).gone(agent: watch.name, taskID: taskID, at: doors.now())
        }
        try TaskRecordStore(db: db).remove(.asana, taskID)
    }

    private func left(_ task: AsanaTask, _ watch: AsanaWatch) throws {
        let stays = TaskStayStore(db: db)
        guard try stays.find(agent: watch.name, taskID: task.gid, status: Self.status) != nil else { return }
        try stays.leave(agent: watch.name, taskID: task.gid, status: Self.status, at: task.modifiedAt ?? doors.now())
    }

    /// A run that waits has put its task where the agent takes none, and goes on when it is brought to it there. Where
    /// the task stands it begins nothing: it counts as having left.
    private func broughtToWaiting(_ task: AsanaTask, _ watch: AsanaWatch, _ arrivedAt: Int64) throws -> String? {
        let name = watch.agent.config.displayName
        guard watch.trigger.objection(task.sight, agentName: name, waiting: watch.ownPlaces) == nil,
            let run = try activeRun(watch.name, task.gid), try RunStore(db: db).find(run)?.state == .needsInfo
        else { return nil }
        let stays = TaskStayStore(db: db), changedAt = task.modifiedAt ?? doors.now()
        let stay = try stays.find(agent: watch.name, taskID: task.gid, status: Self.status)
        guard arrivedAt > (stay?.coveredUntil ?? 0) + TaskStay.slackMilliseconds else { return nil }
        try stays.put(
            TaskStay(runID: run, origin: .look, coveredUntil: changedAt, leftAt: changedAt), agent: watch.name,
            taskID: task.gid, status: Self.status)
        try goOn(run)
        return run
    }

    private func start(_ watch: AsanaWatch, _ task: AsanaTask, _ brought: AsanaBringing, _ isSwept: Bool) throws
        -> Verdict
    {
        let stays = TaskStayStore(db: db), changedAt = task.modifiedAt ?? doors.now()
        let stay = try stays.find(agent: watch.name, taskID: task.gid, status: Self.status)
        if let stay, let run = stay.runID, !isNew(stay, brought.at, changedAt) {
            try stays.seen(agent: watch.name, taskID: task.gid)
            return .duplicate(of: run)
        }
        if let active = try activeRun(watch.name, task.gid) {
            try put(active, watch, task, changedAt)
            try goOn(active)
            return .duplicate(of: active)
        }
        let asked = try asked(task, brought, isSwept)
        // Where its maker stands in for who brought it, it was brought when it was made.
        let isNamed = !isSwept && brought.by != nil
        let guardian = PingPongGuard(db: db, doors: doors)
        if let why = try guardian.refusal(
            watch.name, taskID: task.gid, madeAt: isNamed ? nil : task.createdAt, requester: asked)
        {
            return .ignored(because: why)
        }
        let run = try newRun(watch, task, asked), runID = doors.makeID()
        guard try RunStore(db: db).insert(run, id: runID, now: doors.now()) else { throw RunMoved(runID: runID) }
        try put(runID, watch, task, changedAt)
        let how = isSwept ? "the sweep of Asana found the task assigned" : "the task was assigned"
        try RunEventStore(db: db).append(
            runID, kind: "queued", detail: "\(how) to \(watch.agent.config.displayName)", now: doors.now())
        return .run(id: runID)
    }

    /// Where nothing names who brought it, a task of our own making was brought by nobody.
    private func asked(_ task: AsanaTask, _ brought: AsanaBringing, _ isSwept: Bool) throws -> String {
        if !isSwept, let person = brought.by { return "\(Self.requester) user \(person)" }
        let maker = TaskMaker(db: db, tool: .asana)
        if isSwept { return try maker.requester(Self.sweepRequester, madeBy: task.creatorID) }
        // An event told of it, as a rule of somebody's doing: only a maker who is known to be no person counts.
        return try task.creatorID.map { try maker.requester(Self.requester, madeBy: $0) } ?? Self.requester
    }

    /// A run that waits for information looks again when people bring its task again: nothing else would start it.
    private func goOn(_ run: String) throws {
        guard try RunStore(db: db).find(run)?.state == .needsInfo else { return }
        try RunTransitions(doors: doors).apply(.infoChanged, to: run, lease: nil, in: db)
        try RunEventStore(db: db).append(run, kind: "answered", detail: "the task was brought again", now: doors.now())
    }

    /// The stay that is known has its run. A new one begins when the task had left, or when people brought it again.
    private func isNew(_ stay: TaskStay, _ arrivedAt: Int64, _ changedAt: Int64) -> Bool {
        if arrivedAt > stay.coveredUntil + TaskStay.slackMilliseconds { return true }
        return stay.sighting(updatedAt: changedAt) == .start
    }

    private func put(_ run: String, _ watch: AsanaWatch, _ task: AsanaTask, _ changedAt: Int64) throws {
        try TaskStayStore(db: db).put(
            TaskStay(runID: run, origin: .look, coveredUntil: changedAt), agent: watch.name, taskID: task.gid,
            status: Self.status)
    }

    private func activeRun(_ agent: String, _ task: String) throws -> String? {
        try db.first(
            """
            SELECT id FROM run WHERE agent = ? AND task_id = ? AND task_tool = 'asana' AND ended_at IS NULL
            ORDER BY id DESC LIMIT 1
            """, [agent, task])?.text("id")
    }

    /// The first that no run has: a restored database may lack an earlier run of the task and hold a later one, which was
    /// found again with its own key.
    private func freeKey(_ watch: AsanaWatch, _ task: AsanaTask) throws -> String {
        let earlier = try db.first(
            "SELECT count(*) AS n FROM run WHERE agent = ? AND task_id = ? AND task_tool = 'asana'",
            [watch.name, task.gid])
        var number = (try earlier?.integer("n") ?? 0) + 1
        // As many as there are runs of the task at most.
        while true {
            let key = "\(watch.name)/asana/\(task.gid)/\(number)"
            guard try RunStore(db: db).find(dedupeKey: key) != nil else { return key }
            number += 1
        }
    }

    /// The key is the task and the run's own number: events have no ids.
    private func newRun(_ watch: AsanaWatch, _ task: AsanaTask, _ asked: String) throws -> NewRun {
        var client: ClientRecord?
        if case .known(let record) = try AsanaClientChoice(db: db).choose(
            watch.trigger, watch.agent.config.board, WorkTask(task))
        {
            client = record
        }
        return NewRun(
            agent: watch.name, agentVersion: watch.agent.config.version, configHash: watch.agent.hash,
            triggerSource: .webhook, requestedBy: asked,
            dedupeKey: try freeKey(watch, task),
            clientSlug: client?.slug, clientName: client?.name, taskID: task.gid, taskTool: .asana)
    }
}

extension AsanaTask {
    var words: String { name + "\n" + notes }
}
