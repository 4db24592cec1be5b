import BureauDomain
import BureauStorage
import Logging

/// Starts the agents that a run's config names, inside the transaction that moves the run. Each is queued like any other
/// run; which run started it is kept beside it, and no agent is started twice by one run for one client.
struct FanOutStarter: Sendable {
    let parts: EngineParts
    static let hourMilliseconds: Int64 = 3_600_000

    /// Returns the ids of the runs that were started now.
    @discardableResult
    func start(_ moment: FanOut.Moment, _ parent: RunRecord, _ agent: LoadedAgent, _ db: any Connection) throws
        -> [String]
    {
        guard let fanOut = agent.config.fanOut,
            fanOut.isWanted(at: moment, score: StoredSummary.of(parent)?.score)
        else { return [] }
        let line = try line(of: parent, db)
        return try fanOut.agents.compactMap { try start($0, parent, line, db) }
    }

    /// The agents from the first run to this one, and the first run's id.
    private func line(of run: RunRecord, _ db: any Connection) throws -> (root: String, agents: [String]) {
        let store = RunChildStore(db: db)
        var (agents, id) = ([run.agent], run.id)
        // A row more than any depth that can be set.
        for _ in 0...10 {
            guard let link = try store.find(id), let parent = try RunStore(db: db).find(link.parentID) else { break }
            agents.insert(parent.agent, at: 0)
            id = parent.id
        }
        return (id, agents)
    }

    private func start(
        _ name: String, _ parent: RunRecord, _ line: (root: String, agents: [String]), _ db: any Connection
    ) throws -> String? {
        let store = RunChildStore(db: db)
        let now = parts.doors.now()
        guard try !store.has(parent: parent.id, agent: name, client: parent.clientSlug),
            try !wasRefused(name, parent, db)
        else { return nil }
        let started = try store.countStarted(byRoot: line.root, since: now - Self.hourMilliseconds)
        if let refusal = parts.settings.fanOut.refusal(name, line: line.agents, startedThisHour: started) {
            try tell(refusal.cause, refusal.sentence(name), parent, db)
            return nil
        }
        guard let agent = parts.catalog.agent(name) else {
            try tell(
                "fan_out_agent",
                "\(name) was not started: there is no agent of that name. Mend fan_out of \(parent.agent).",
                parent, db)
            return nil
        }
        let (id, runs) = (parts.doors.makeID(), RunStore(db: db))
        let new = NewRun(
            agent: name, agentVersion: agent.config.version, configHash: agent.hash, triggerSource: .agent,
            // Whoever asked for the first run asked for this one: who may decide about it follows from that.
            requestedBy: parent.requestedBy,
            dedupeKey: "fan-out/\(parent.id)/\(name)/\(parent.clientSlug ?? "")", clientSlug: parent.clientSlug,
            clientName: parent.clientName, taskID: parent.taskID, taskTool: parent.taskTool, payload: parent.payload,
            hasThread: agent.hasThread)
        guard try runs.insert(new, id: id, now: now), let child = try runs.find(id) else { return nil }
        try store.insert(child, of: parent, root: line.root, depth: line.agents.count, now: now)
        let events = RunEventStore(db: db)
        try events.append(
            id, kind: "queued", detail: "\(parent.agent) started it with run \(parent.id)", now: now)
        try events.append(parent.id, kind: "fan_out", detail: "started \(name): run \(id)", now: now)
        parts.logger.notice(
            "a run started another", metadata: ["run": "\(parent.id)", "child": "\(id)", "agent": "\(name)"])
        return id
    }

    /// Told once for each delivery: a run that waits for its other children asks again and again, and what was not started
    /// does not start later by itself.
    private func wasRefused(_ name: String, _ parent: RunRecord, _ db: any Connection) throws -> Bool {
        let said = "\(name) was not started:"
        return try db.first(
            """
            SELECT 1 AS found FROM run_event WHERE run_id = ? AND kind = 'fan_out' AND substr(detail, 1, ?) = ?
                AND seq > coalesce((SELECT max(seq) FROM run_event WHERE run_id = ? AND kind = ?), 0)
            """, [parent.id, said.count, said, parent.id, RunState.delivering.rawValue]) != nil
    }

    private func tell(_ cause: String, _ sentence: String, _ parent: RunRecord, _ db: any Connection) throws {
        try RunEventStore(db: db).append(parent.id, kind: "fan_out", detail: sentence, now: parts.doors.now())
        try NoticeWriter(db: db, doors: parts.doors).alert(
            RunCause(.internalError, sentence), parent, kind: .problem, code: cause)
    }
}
