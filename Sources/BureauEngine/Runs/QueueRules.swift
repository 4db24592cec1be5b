package import BureauDomain

/// How many runs may be in work, and whose go first. Limits of clients stand in the database.
package struct QueueRules: Sendable, Hashable {
    struct Agent: Sendable, Hashable {
        var runsMax: Int?
        var priority = 0
    }

    /// Over all processes that share the database.
    var runsInFlightMax = 1_000
    var agents: [String: Agent] = [:]

    init(runsInFlightMax: Int = 1_000, agents: [String: Agent] = [:]) {
        self.runsInFlightMax = runsInFlightMax
        self.agents = agents
    }

    package init(runsInFlightMax: Int, agents: [AgentConfig]) {
        self.runsInFlightMax = runsInFlightMax
        for agent in agents {
            self.agents[agent.name] = Agent(
                runsMax: agent.limits.concurrentRunsMax, priority: agent.limits.queuePriority)
        }
    }

    init(_ parts: EngineParts) {
        self.init(runsInFlightMax: parts.settings.runsInFlightMax, agents: parts.catalog.agents.map(\.config))
    }
}
