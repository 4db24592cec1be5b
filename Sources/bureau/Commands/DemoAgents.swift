/// The agents of the demo: the documented example, pointed at the stand-ins, and a second one to show that a new agent
/// is a file and nothing else.
enum DemoAgents {
    static let all = [("sentinel", sentinel), ("catalyst", catalyst)]

    static let sentinel = """
        {
          "agent_name": "sentinel",
          "display_name": "SEO Sentinel",
          "description": "Local SEO audit: five modules on one client",
          "version": "1.0.0",
          "anthropic": {
            "agent_id_env": "SENTINEL_AGENT_ID",
            "environment_id_env": "SEONAV_ENV_ID",
            "beta_headers": ["managed-agents-2026-04-01"]
          },
          "payload_source": {
            "type": "clickup_task",
            "clickup": {
              "required_fields": ["client_id", "client_name", "business_address", "gbp_url", "website_url",
                "service_area_cities", "seed_keywords", "competitors"],
              "optional_fields": ["priority_services_ranked", "business_usps"]
            }
          },
          "triggers": {
            "clickup_webhook": {"enabled": true, "list_id": "901100000001", "trigger_status": "Ready (Automate)"},
            "slack_command": {"enabled": true, "allowed_users": ["U0JAKE", "U0TRUNG"]},
            "manual_cli": {"enabled": true}
          },
          "kickoff_template": {
            "prompt": "Run a full Local SEO audit for this client. Execute all 5 modules. Write structured output to /mnt/session/outputs/sentinel-audit-{client_id}.json and .md.\\n\\nCLIENT PAYLOAD:\\n{payload_json}"
          },
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00, "alert_if_cost_exceeds_usd": 3.00},
          "outputs": {"expected": ["sentinel-audit-{client_id}.json", "sentinel-audit-{client_id}.md"]},
          "delivery": {
            "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true, "post_links_to_outputs": true},
            "clickup": {"enabled": true, "update_task_status": "Review", "post_comment": true, "attach_output_files": true},
            "google_drive": {"enabled": true, "folder_template": "/Clients/{client_name}/Audits/", "file_name_template": "sentinel-audit-{timestamp}"},
            "folder": {"enabled": true, "path": "{client_id}/audits"}
          },
          "artifacts": {"kind": "seo-audit", "title": "Local SEO audit", "channel": "seo"},
          "alerts": {"on_failure_channel": "#seo-automation-alerts", "tag_on_failure": ["@trung"]}
        }
        """

    static let catalyst = """
        {
          "agent_name": "catalyst",
          "display_name": "Content Catalyst",
          "description": "Content brief for one client",
          "version": "1.0.0",
          "anthropic": {"agent_id_env": "CATALYST_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID", "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {
            "type": "clickup_task",
            "clickup": {"required_fields": ["client_id", "client_name", "website_url", "seed_keywords"], "optional_fields": ["business_usps"]}
          },
          "triggers": {
            "clickup_webhook": {"enabled": true, "list_id": "901100000002", "trigger_status": "Ready (Automate)"},
            "slack_command": {"enabled": true, "allowed_users": ["U0JAKE", "U0TRUNG"], "verb": "brief"},
            "manual_cli": {"enabled": true}
          },
          "kickoff_template": {"prompt": "Write a content brief for {client_name}.\\n\\nCLIENT PAYLOAD:\\n{payload_json}"},
          "limits": {"max_session_duration_minutes": 20, "max_session_cost_usd": 2.00, "alert_if_cost_exceeds_usd": 1.00},
          "delivery": {
            "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true, "post_links_to_outputs": true},
            "clickup": {"enabled": true, "update_task_status": "Review", "post_comment": true, "attach_output_files": true},
            "google_drive": {"enabled": true, "folder_template": "/Clients/{client_name}/Briefs/", "file_name_template": "content-brief-{timestamp}"}
          },
          "alerts": {"on_failure_channel": "#seo-automation-alerts", "tag_on_failure": ["@trung"]}
        }
        """
}
