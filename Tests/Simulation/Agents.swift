@testable import BureauSandbox

/// The agents of the simulated agency: one with a review by people, one that moves its card as it begins, one that a
/// schedule and people in Slack start and that starts another.
enum Agents {
    static let variables = [
        "SENTINEL_AGENT_ID": "agent_sentinel", "CATALYST_AGENT_ID": "agent_catalyst",
        "ROUNDS_AGENT_ID": "agent_catalyst",
        "SCRIBE_AGENT_ID": "agent_test", "JESSIE_AGENT_ID": "agent_test", "ENV_ID": "env_demo",
    ]
    /// Those that get their work from cards.
    static let names = ["sentinel", "catalyst"]
    /// The one that gets its work from tasks in Asana.
    static let jessie = "jessie"
    static let all = names + ["rounds", "scribe", jessie]
    static let lists = ["sentinel": "901100000001", "catalyst": "901100000002"]
    static let started = "in progress"
    static let regularClients = ["regular-one", "regular-two"]

    private static func triggers(_ name: String) -> String {
        switch name {
        case "rounds":
            #""cron": [{"enabled": true, "name": "rounds", "when": "0 */6 * * *", "clients": ["regular-one"]}], "#
                + #""slack_command": {"enabled": true, "allowed_users": ["U0JAKE"]}"#
        case "scribe": #""manual_cli": {"enabled": true}"#
        case jessie:
            #""asana": {"enabled": true, "projects": ["\#(AsanaSeed.intake.gid)"], "#
                + #""assignee": "\#(AsanaSeed.jessie.gid)", "sections": ["Intake"]}"#
        default:
            #""clickup_webhook": {"enabled": true, "list_id": "\#(lists[name] ?? "")", "#
                + #""trigger_status": "Ready (Automate)"}, "manual_cli": {"enabled": true}"#
        }
    }

    private static func more(_ name: String) -> String {
        name == "rounds" ? #", "fan_out": {"agents": ["scribe"], "when": "after_done"}"# : ""
    }

    private static func board(_ name: String) -> String {
        guard name != jessie else {
            return #""asana": {"enabled": true}}, "board": {"confirm": false, "states": {"#
                + #""running": {"place": "In progress"}, "done": {"place": "Done"}}}"#
        }
        let begins = name == "catalyst" ? #", "started_status": "\#(started)""# : ""
        return #""clickup": {"enabled": true, "update_task_status": "Review", "post_comment": true, "#
            + #""attach_output_files": true\#(begins)}}"#
    }

    private static func payload(_ name: String) -> String {
        name == jessie
            ? #"{"type": "asana_task", "asana": {"required_fields": ["task_title"]}}"#
            : #"{"type": "clickup_task", "clickup": {"required_fields": ["client_id", "client_name"], "#
                + #""optional_fields": ["website_url"]}}"#
    }

    static func config(_ name: String) -> String {
        """
        {
          "agent_name": "\(name)", "display_name": "\(name.capitalized)", "description": "Simulated",
          "version": "1.0.0",
          "anthropic": {"agent_id_env": "\(name.uppercased())_AGENT_ID", "environment_id_env": "ENV_ID",
            "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": \(payload(name)),
          "triggers": {\(triggers(name))},
          "kickoff_template": {"prompt": "Work for {client_name}.\\n\\nCLIENT PAYLOAD:\\n{payload_json}"},
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00,
            "alert_if_cost_exceeds_usd": 3.00, "sample_interval_seconds": 90},
          "budgets": {"run": {"on_exhausted": "pause_and_ask"}},
          "outputs": {"expected": [], "wait_seconds": 8},
          "approvals": {"slack": ["U0JAKE"], "channel": "#approvals", "expire_minutes": 90},
          "delivery": {
            "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true,
              "post_links_to_outputs": true},
            "google_drive": {"enabled": true, "folder_template": "/Clients/{client_name}/\(name.capitalized)/",
              "file_name_template": "report-{client_id}-{run_id}"},
            \(board(name)),
          "alerts": {"on_failure_channel": "#seo-automation-alerts", "tag_on_failure": ["@trung"]}\(more(name))
        }
        """
    }
}
