/// What a client's record has and lacks for the agents there are. Computed from both whenever it is asked for, and
/// never kept.
package struct ClientReadiness: Hashable, Sendable {
    package struct Agent: Hashable, Sendable {
        package let name: String
        package let title: String
        package let readiness: AgentReadiness
    }

    /// One fact, with who asks for it.
    package struct Line: Hashable, Sendable {
        package let fact: ClientFact
        /// Nil when the record has no value that counts.
        package let value: JSONValue?
        /// Titles of the agents that cannot begin without it.
        package let neededBy: [String]
        /// Titles of those that use it when it is there.
        package let usedBy: [String]

        package var isMissing: Bool { value == nil && !neededBy.isEmpty }
    }

    package let agents: [Agent]
    package let lines: [Line]

    /// Facts that some agent needs, and how many of them are there.
    package var needed: Int { lines.count { !$0.neededBy.isEmpty } }
    package var known: Int { lines.count { !$0.neededBy.isEmpty && $0.value != nil } }
    package var readyAgents: Int { agents.count { $0.readiness.isReady } }
    package var isReady: Bool { agents.allSatisfy(\.readiness.isReady) }

    package init(_ client: ClientRecord, isArchived: Bool, agents configs: [AgentConfig]) {
        agents = configs.map { config in
            Agent(
                name: config.name, title: config.displayName,
                readiness: AgentReadiness.judge(config.payloadSource, client: client, isArchived: isArchived))
        }
        let payload = client.payload()
        let asked = configs.flatMap { $0.payloadSource.requiredFields + $0.payloadSource.optionalFields }
        var fields = ClientFact.known.map(\.field)
        let named = AgentReadiness.ofTask.union(["client_id"])
        for field in asked + client.fields.keys where !fields.contains(field) && !named.contains(field) {
            fields.append(field)
        }
        lines = fields.map { field in
            var value: JSONValue?
            if case .complete(let found) = PayloadAssembly.assemble(
                required: [field], optional: [], lookup: { payload[$0] })
            {
                value = found[field]
            }
            return Line(
                fact: ClientFact.named(field), value: value,
                neededBy: configs.filter { $0.payloadSource.requiredFields.contains(field) }.map(\.displayName),
                usedBy: configs.filter { $0.payloadSource.optionalFields.contains(field) }.map(\.displayName))
        }
    }
}
