import BureauDomain
import BureauStorage

/// Finds who is meant by a task that may ask for another agent than the one it came to.
struct TaskRouter: Sendable {
    enum Outcome: Sendable {
        /// The agent that was asked.
        case this
        case other(LoadedAgent, RunRoute)
        case ask(String, RunRoute)
    }

    let parts: EngineParts
    let hand: RunInHand
    /// What keeps an agent from beginning on this task.
    let troubles: @Sendable (AgentConfig) -> [String]

    func decide(_ task: WorkTask, answers: [String: String]) async throws -> Outcome {
        let (config, run) = (hand.agent.config, hand.run)
        guard let skill = config.triggers.skill(on: task.kind) else { return .this }
        let (known, taken) = try await parts.database.read { db in
            (try RunRouteStore(db: db).find(run.id), try RunRouteStore(db: db).taken(by: run.id))
        }
        // It was given this one: whatever its own file calls it.
        guard taken == nil else { return .this }
        let onTask = task.text(of: skill.field)
        let said = RunRoute.said(skill.field, onTask: onTask, answers: answers, known)
        let own = choice(hand.agent, task, skill)
        switch skill.asked(field: said, text: task.words) {
        case .this: return .this
        case .other(let name) where [own.agent, own.displayName].contains(where: { Words.same($0, name) }): return .this
        case .other, .unsaid: break
        }
        let others = parts.catalog.agents.filter {
            $0.config.name != config.name && $0.config.credentials == config.credentials
        }
        let route = RunRoute(runID: run.id, field: skill.field, said: said, onTask: onTask, asked: config.name)
        let decision = TaskRoute.decide(
            said: said, field: skill.field, own: own, others: others.map { choice($0, task, skill) })
        switch decision {
        case .ask(let question): return .ask(question, route)
        case .to(let name):
            guard let agent = others.first(where: { $0.config.name == name }) else { return .this }
            return .other(agent, route)
        }
    }

    private func choice(_ agent: LoadedAgent, _ task: WorkTask, _ asked: TaskSkill) -> TaskRoute.Choice {
        let config = agent.config, skill = agent.config.triggers.skill(on: task.kind)
        let isAllowed = config.works(on: task) || asked.routesTo.contains(config.name)
        return TaskRoute.Choice(
            agent: config.name, displayName: config.displayName,
            skills: skill?.names ?? [], isAllowed: isAllowed,
            troubles: isAllowed && config.name != hand.agent.config.name ? troubles(config) : [],
            phrase: skill?.phrase(in: task.words))
    }

    /// The other agent's run takes the task, and this one ends: one transaction, with the names in both histories.
    func give(to agent: LoadedAgent, _ route: RunRoute, _ client: ClientRecord?) async throws {
        let (run, lease, doors, transitions) = (hand.run, hand.lease, parts.doors, parts.transitions)
        let (taker, asked) = (agent.config, hand.agent.config.displayName)
        let new = NewRun(
            agent: taker.name, agentVersion: taker.version, configHash: agent.hash, triggerSource: .webhook,
            requestedBy: run.requestedBy, dedupeKey: "\(taker.name)/routed/\(run.id)",
            clientSlug: client?.slug ?? run.clientSlug, clientName: client?.name ?? run.clientName, taskID: run.taskID,
            taskTool: run.taskTool, hasThread: agent.hasThread)
        let id = doors.makeID()
        try await parts.write(lease) { db in
            let now = doors.now(), events = RunEventStore(db: db)
            var given = route
            given.takenBy = taker.name
            // It may be at work on this very task: one run of it is enough.
            let active = try db.first(
                "SELECT id FROM run WHERE agent = ? AND task_id = ? AND ended_at IS NULL ORDER BY id DESC LIMIT 1",
                [taker.name, run.taskID])?.text("id")
            let takenRun = active ?? id
            if active == nil {
                guard try RunStore(db: db).insert(new, id: id, now: now) else { throw RunMoved(runID: id) }
                try events.append(
                    id, kind: "queued",
                    detail: "\(asked) was asked (run \(run.id)); the \(route.reason(taker.displayName))", now: now)
            }
            given.takenRun = takenRun
            try RunRouteStore(db: db).put(given, now: now)
            try events.append(run.id, kind: "routed", detail: "\(taker.displayName) took it: run \(takenRun)", now: now)
            let cause = RunCause(
                .notEligible,
                "The \(route.reason(taker.displayName)): \(taker.displayName) took it, see run \(takenRun).")
            try transitions.apply(.foundIneligible(cause), to: run.id, lease: lease, in: db)
        }
    }
}

extension WorkTask {
    /// Where phrases are looked for.
    fileprivate var words: String { title + "\n" + notes }
}

extension AgentConfig {
    /// Whether one of the places it works in holds this task, wherever in it the task stands.
    fileprivate func works(on task: WorkTask) -> Bool {
        let containers = Set(task.memberships.map(\.containerID))
        switch task.kind {
        case .asana: return triggers.asana?.projects.contains(where: containers.contains) ?? false
        case .clickUp: return triggers.clickUp.map { containers.contains($0.listID) } ?? false
        }
    }
}
