/// An agent's config as it is stored with its runs: what nobody can read lets nobody decide.
enum AgentBody {
    static let sentinel = #"""
        // The least an agent needs.
        {
          "agent_name": "small",
          "display_name": "Small",
          "description": "The least an agent needs",
          "version": "0.1.0",
          "anthropic": {
            "agent_id_env": "SMALL_AGENT_ID",
            "environment_id_env": "SEONAV_ENV_ID"
          },
          "payload_source": {
            "type": "manual"
          },
          "triggers": {},
          "kickoff_template": {
            "prompt": "Go."
          },
          "limits": {
            "max_session_duration_minutes": 1
          },
          "delivery": {},
          "alerts": {
            "on_failure_channel": "#alerts"
          }
        }
        """#
}
