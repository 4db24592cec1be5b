import BureauDomain
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
    let records: TaskRecordBook

    init(_ parts: EngineParts) {
        records = TaskRecordBook(.asana, parts)
        account = parts.settings.credentialSet ?? ""
        watches = parts.catalog.agents.filter { $0.config.credentials == parts.settings.credentialSet }
            .compactMap(AsanaWatch.init)
    }

    /// Those that start agents and those that are only put on record, in the order of their ids.
    var projects: [String] { Set(watches.flatMap(\.trigger.projects)).union(records.containers).sorted() }
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
