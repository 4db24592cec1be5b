import BureauDomain
import BureauStorage
import BureauVendors

/// One agent and the Asana tasks that start it.
struct AsanaWatch: Sendable {
    let agent: LoadedAgent
    let trigger: AsanaTrigger

    init?(_ agent: LoadedAgent) {
        guard let trigger = agent.config.triggers.asana else { return nil }
        (self.agent, self.trigger) = (agent, trigger)
    }

    var name: String { agent.config.name }
    /// Places the agent itself puts its tasks in.
    var ownPlaces: [String] { agent.config.board.states.values.compactMap(\.place) }
}

/// The watches of one account.
struct AsanaWatches: Sendable {
    let account: String
    let watches: [AsanaWatch]

    init(_ parts: EngineParts) {
        account = parts.settings.credentialSet ?? ""
        watches = parts.catalog.agents.filter { $0.config.credentials == parts.settings.credentialSet }
            .compactMap(AsanaWatch.init)
    }

    /// In the order of their ids.
    var projects: [String] { Set(watches.flatMap(\.trigger.projects)).sorted() }

    /// What says that clients may see a task of this project; without a word nobody may.
    func visibility(in project: String) -> BoardPolicy.ClientVisible? {
        watches.first { $0.trigger.projects.contains(project) && $0.agent.config.board.clientVisible != nil }?
            .agent.config.board.clientVisible
    }

    /// As the first agent that knows says.
    func client(of task: AsanaTask, in project: String, _ db: any Connection) throws -> String? {
        for watch in watches where watch.trigger.projects.contains(project) {
            if let client = try AsanaClientChoice(db: db).client(watch.trigger, WorkTask(task)) { return client.slug }
        }
        return nil
    }
}

extension AgentCatalog {
    /// Every project that an agent works on.
    var asanaProjects: Set<String> { Set(agents.flatMap { $0.config.triggers.asana?.projects ?? [] }) }
}

extension AsanaTask {
    var sight: AsanaTrigger.Sight {
        AsanaTrigger.Sight(
            isCompleted: isCompleted, assigneeIDs: assignee.map { [$0.gid] } ?? [],
            sections: Dictionary(
                memberships.map { ($0.project.gid, $0.section?.name ?? "") }, uniquingKeysWith: { first, _ in first }))
    }
}

extension WorkTask {
    var sight: AsanaTrigger.Sight {
        AsanaTrigger.Sight(
            isCompleted: isCompleted, assigneeIDs: assigneeIDs,
            sections: Dictionary(
                memberships.map { ($0.containerID, $0.place) }, uniquingKeysWith: { first, _ in first }))
    }
}
