package import BureauDomain

/// What a trigger asks for.
package struct NewRun: Sendable, Hashable {
    package enum TriggerSource: String, Sendable { case webhook, cli, slack, cron, api, agent }

    package var agent: String
    package var agentVersion: String
    package var configHash: String
    package var triggerSource: TriggerSource
    /// A person or system as people would name it: "clickup user 8001", "cli root".
    package var requestedBy: String
    /// One run per key, for as long as the run is kept.
    package var dedupeKey: String
    package var clientSlug: String?
    package var clientName: String?
    /// The task, when the run came from or reports to one, and who keeps it.
    package var taskID: String?
    package var taskTool: WorkToolKind
    /// Canonical JSON, when the trigger brought the payload itself.
    package var payload: String?
    package var payloadHash: String?
    /// What it may cost; nil takes the agent's limit.
    package var costMax: MicroUSD?
    /// One message in Slack tells of the run as it moves.
    package var hasThread: Bool
    /// -100...100; within one client the higher goes first.
    package var priority: Int
    static let priorityMax = 100
    /// The earlier run this one repeats.
    package var againOf: String?

    package init(
        agent: String, agentVersion: String, configHash: String, triggerSource: TriggerSource, requestedBy: String,
        dedupeKey: String, clientSlug: String? = nil, clientName: String? = nil, taskID: String? = nil,
        taskTool: WorkToolKind = .clickUp, payload: String? = nil, payloadHash: String? = nil, costMax: MicroUSD? = nil,
        hasThread: Bool = false,
        priority: Int = 0, againOf: String? = nil
    ) {
        self.agent = agent
        self.agentVersion = agentVersion
        self.configHash = configHash
        self.triggerSource = triggerSource
        self.requestedBy = requestedBy
        self.dedupeKey = dedupeKey
        self.clientSlug = clientSlug
        self.clientName = clientName
        self.taskID = taskID
        self.taskTool = taskTool
        self.payload = payload
        self.payloadHash = payloadHash
        self.costMax = costMax
        self.hasThread = hasThread
        self.priority = priority
        self.againOf = againOf
    }
}
