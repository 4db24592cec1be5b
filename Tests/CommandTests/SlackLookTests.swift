import BureauDomain
import Testing

@testable import bureau

@Suite("bureau doctor, what the Slack app may do")
struct SlackLookTests {
    private static let command = #""slack_command": {"enabled": true, "allowed_users": ["U0001"], "verb": "audit"}"#
    private static let wanted: [(triggers: String?, scopes: [String])] = [
        (nil, ["chat:write", "channels:read", "channels:history"]),
        ("", ["chat:write", "channels:read", "channels:history"]),
        (command, ["chat:write", "channels:read", "channels:history", "commands"]),
    ]

    @Test("Looking back is always needed, commands where an agent takes them", arguments: wanted)
    func scopes(triggers: String?, scopes: [String]) throws {
        let agents = try triggers.map { [try Self.agent($0)] } ?? []
        #expect(SlackLook.scopesNeeded(agents) == scopes)
    }

    private static func agent(_ triggers: String) throws -> AgentConfig {
        let text = """
            {"agent_name": "small", "display_name": "Small", "description": "The least an agent needs",
             "version": "0.1.0",
             "anthropic": {"agent_id_env": "SMALL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID"},
             "payload_source": {"type": "manual"}, "triggers": {\(triggers)}, "kickoff_template": {"prompt": "Go."},
             "limits": {"max_session_duration_minutes": 1}, "delivery": {},
             "alerts": {"on_failure_channel": "#alerts"}}
            """
        let result = AgentConfig.load(Array(text.utf8), fileName: "small.json", environment: nil)
        return try #require(result.config, "\(result.problems)")
    }
}
