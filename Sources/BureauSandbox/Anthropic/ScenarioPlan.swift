import Hummingbird

/// A posted wish for what sessions yet to be created shall do.
struct ScenarioPlan: Sendable {
    var scenario: ScenarioName?
    var agentID: String?
    /// How many more sessions it is for.
    var left: Int
    var members: [String: JSON]

    func applies(to agent: AgentRecord) -> Bool { agentID == nil || agentID == agent.id }

    func settings(_ usual: ScenarioSettings) -> ScenarioSettings {
        var settings = ScenarioSettings(
            scenario: scenario ?? usual.scenario, eventsPerSecond: usual.eventsPerSecond)
        // Checked when it was posted.
        try? settings.apply(members)
        return settings
    }
}

extension AnthropicStandIn {
    /// `POST /_control/scenario`: for new sessions (`name`, `agent_id`, `times`), or with `session_id` for a running one.
    /// Every other member is an option of `ScenarioSettings`.
    func steer(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let body = try await request.json(context)
        do {
            guard let members = body.object else {
                throw ScenarioSettings.Invalid(description: "An object is expected.")
            }
            let scenario = try scenario(members["name"])
            var trial = ScenarioSettings(scenario: scenario ?? .sentinel, eventsPerSecond: 1)
            try trial.apply(members)
            if let id = members["session_id"]?.string {
                return try change(id, scenario, members)
            }
            let times = members["times"] ?? 1_000_000
            guard let left = times.int, left > 0 else {
                throw ScenarioSettings.Invalid(description: "“times” is a whole number above 0.")
            }
            add(ScenarioPlan(scenario: scenario, agentID: members["agent_id"]?.string, left: left, members: members))
            return .json(["ok": true])
        } catch let problem as ScenarioSettings.Invalid {
            return .json(["error": .string(problem.description)], status: .badRequest)
        }
    }

    private func scenario(_ value: JSON?) throws(ScenarioSettings.Invalid) -> ScenarioName? {
        guard let value else { return nil }
        guard let scenario = value.string.flatMap(ScenarioName.init(rawValue:)) else {
            let names = ScenarioName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ScenarioSettings.Invalid(description: "“name” is one of \(names).")
        }
        return scenario
    }

    /// Changes the pace of a running session, or what its next turn does.
    private func change(_ id: String, _ scenario: ScenarioName?, _ members: [String: JSON]) throws -> Response {
        guard let session = try? session(id) else {
            return .json(["error": "There is no session \(id)."], status: .notFound)
        }
        try session.with(waking: true) { state throws(ScenarioSettings.Invalid) in
            if let scenario { state.settings.scenario = scenario }
            try state.settings.apply(members)
        }
        return .json(["ok": true])
    }
}
