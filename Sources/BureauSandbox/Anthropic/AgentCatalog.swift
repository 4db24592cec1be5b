/// The agents and environments that exist in the stand-in's workspace.
struct AgentRecord: Sendable, Hashable {
    let id: String, name: String, model: String, system: String
    /// The newest version; every lower number from 1 exists too.
    let version: Int
    let scenario: ScenarioName

    static let all = [
        AgentRecord(
            id: "agent_sentinel", name: "SEO Sentinel", model: "claude-sonnet-5-5",
            system: "You audit local search visibility in five modules.", version: 7, scenario: .sentinel),
        AgentRecord(
            id: "agent_catalyst", name: "Content Catalyst", model: "claude-sonnet-5-5",
            system: "You write content briefs for local businesses.", version: 2, scenario: .catalyst),
        AgentRecord(
            id: "agent_test", name: "Test agent", model: "claude-sonnet-5-5", system: "You follow a script.",
            version: 1, scenario: .sentinel),
    ]

    func json(version: Int) -> JSON {
        [
            "id": .string(id), "type": "agent", "name": .string(name), "version": .int(version),
            "model": ["id": .string(model), "speed": "standard"], "system": .string(system),
            "tools": [["type": "agent_toolset_20260401"]], "mcp_servers": [], "skills": [], "multiagent": nil,
        ]
    }

    /// The record as the agent routes answer it: more than what a session repeats of it.
    func catalogJSON(version: Int) -> JSON {
        var json = json(version: version)
        json["description"] = .null
        json["metadata"] = [:]
        json["created_at"] = "2026-05-04T08:00:00.000000Z"
        json["updated_at"] = "2026-10-12T08:00:00.000000Z"
        json["archived_at"] = .null
        return json
    }
}

enum EnvironmentCatalog {
    static let ids: Set = ["env_demo", "env_sentinel", "env_catalyst"]

    static func json(_ id: String) -> JSON {
        [
            "id": .string(id), "type": "environment", "name": "Demo environment", "description": "", "metadata": [:],
            "config": ["type": "cloud", "networking": ["type": "unrestricted"], "packages": [:]],
            "created_at": "2026-05-04T08:00:00.000000Z", "updated_at": "2026-05-04T08:00:00.000000Z",
            "archived_at": nil,
        ]
    }
}
