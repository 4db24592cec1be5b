extension AgentConfig {
    /// A commented file for a new agent that loads as it is (with a warning for its placeholder list). `name` must be
    /// an agent name; "content-catalyst" also gives "Content Catalyst" and CONTENT_CATALYST_AGENT_ID. Nil otherwise.
    package static func starter(name: String) -> String? {
        guard TextRule.slug.allows(name) else { return nil }
        let words = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let variable = name.uppercased().split(separator: "-").joined(separator: "_")
        let prefix = variable.first?.isLetter == true ? variable : "AGENT_\(variable)"
        return text.replacing("NAME_OF_AGENT", with: name)
            .replacing("DISPLAY_NAME", with: words.joined(separator: " ").isEmpty ? name : words.joined(separator: " "))
            .replacing("VARIABLE", with: prefix)
    }

    private static let text = #"""
        // Every key is described in schemas/agent-1.schema.json.
        // Check this file with: bureau agents check NAME_OF_AGENT
        {
          "agent_name": "NAME_OF_AGENT", // in /webhook/NAME_OF_AGENT and in commands; also the name of this file
          "display_name": "DISPLAY_NAME",
          "description": "What this agent does, in one sentence",
          "version": "1.0.0",

          // Names of environment variables, so that ids stay out of this file.
          "anthropic": {
            "agent_id_env": "VARIABLE_AGENT_ID",
            "environment_id_env": "SEONAV_ENV_ID"
          },

          // A run without a required field is not started; the task says what is missing.
          "payload_source": {
            "type": "clickup_task", // or "manual"
            "clickup": {
              "required_fields": ["client_id", "client_name", "website_url"],
              "optional_fields": ["business_usps"]
            }
          },

          "triggers": {
            "clickup_webhook": {
              "enabled": true,
              "list_id": "<LIST_ID>", // the digits at the end of the list's address
              "trigger_status": "Ready (Automate)"
            },
            "manual_cli": { "enabled": true } // bureau run NAME_OF_AGENT --client SLUG
          },

          // {payload_json} is the whole payload; each field can be named too. Other text in braces stays as it is.
          "kickoff_template": {
            "prompt": "Do the work for {client_name}. Write the result to /mnt/session/outputs/NAME_OF_AGENT-{client_id}.md.\n\nCLIENT PAYLOAD:\n{payload_json}"
          },

          "limits": {
            "max_session_duration_minutes": 30,
            "max_session_cost_usd": 2.00, // the run is stopped here
            "alert_if_cost_exceeds_usd": 1.00 // one warning here
          },

          // Files that must arrive; leave it out when any will do.
          "outputs": { "expected": ["NAME_OF_AGENT-{client_id}.md"] },

          "delivery": {
            "slack": { "enabled": true, "channel": "#seo-automation" },
            "clickup": { "enabled": true, "update_task_status": "Review" },
            "google_drive": {
              "enabled": true,
              "folder_template": "/Clients/{client_name}/DISPLAY_NAME/",
              "file_name_template": "NAME_OF_AGENT-{timestamp}"
            },
            "folder": { "enabled": false } // copies on this machine
          },

          "alerts": {
            "on_failure_channel": "#seo-automation-alerts",
            "tag_on_failure": []
          }
        }

        """#
}
