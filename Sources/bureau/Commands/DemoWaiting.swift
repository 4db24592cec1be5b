import BureauDomain
import BureauEngine
import BureauSandbox
import Foundation

/// What the demo leaves for the person who opens its pages: a client, an action that waits for a yes, a report that
/// waits for a judgement, a failure that wants to be understood, and one that can be taken up where it failed.
struct DemoWaiting: Sendable {
    let sandbox: String
    let composition: Composition
    let folder: DemoFolder
    private static let slug = "northlake", agentName = "pulse", sessionAgent = "agent_catalyst"
    static let waitSecondsMax = 300

    func play() async throws {
        try Data(Self.agent.utf8).write(to: folder.agents.appendingPathComponent(Self.agentName + ".json"))
        try await composition.catalog.refresh()
        guard let agent = composition.catalog.agent(Self.agentName) else { return }
        let client = try await makeClient()
        // One after the other: each has its own script.
        let asks = try await run(agent, client, "requires_action", until: .waitingApproval, asking: 3)
        let failed = try await run(agent, client, "fails", until: .failed)
        let refused = try await refusedRun(agent, client)
        let review = try await run(agent, client, "catalyst", until: .inReview)
        Terminal.say(
            """

            In the inbox, for you
              approve     run \(asks.id): PM Pulse wants to publish three posts
              review      run \(review.id): a report to accept, or to request changes
              understand  run \(failed.id): it failed; see why, and run it again
              retry       run \(refused.id): its session was refused, and would be opened now
            """)
    }

    private func makeClient() async throws -> ClientRecord {
        let desk = ClientDesk(database: composition.database, doors: composition.doors)
        if let there = try await desk.find(Self.slug) { return there }
        let actor = Actor(name: "demo", surface: "cli")
        _ = try await desk.create(Self.slug, name: "Northlake Mobile Detailing (demo)", by: actor)
        return try await desk.change(
            Self.slug,
            [
                ("website_url", .string("https://northlake-detailing.example.com/")),
                ("business_address", .string("100 Example Avenue, Columbus, OH 43004")),
                (
                    "seed_keywords",
                    .array([.string("mobile car detailing columbus"), .string("ceramic coating columbus")])
                ),
            ], from: nil, by: actor)
    }

    private func run(
        _ agent: LoadedAgent, _ client: ClientRecord, _ scenario: String, until state: RunState, asking asks: Int = 1
    ) async throws -> RunRecord {
        try await BoardVisitor(base: sandbox).nextSession(of: Self.sessionAgent, does: scenario, asks: asks)
        return try await begin(agent, client, scenario, until: state)
    }

    /// The fault strikes once: whoever tries the step again finds the service well.
    private func refusedRun(_ agent: LoadedAgent, _ client: ClientRecord) async throws -> RunRecord {
        try await BoardVisitor(base: sandbox).nextCall("session.create", of: "anthropic", does: "status:400")
        return try await begin(agent, client, "refused", until: .failed)
    }

    private func begin(
        _ agent: LoadedAgent, _ client: ClientRecord, _ name: String, until state: RunState
    ) async throws -> RunRecord {
        var run = try await composition.desk.start(
            NewRun(
                agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
                triggerSource: .cli, requestedBy: "demo", dedupeKey: "demo/\(name)", clientSlug: client.slug,
                clientName: client.name, payload: BureauDomain.JSONValue.object(client.payload()).canonical))
        for _ in 0..<(Self.waitSecondsMax * 10) where run.state != state && !run.state.isFinal {
            try await Task.sleep(for: .milliseconds(100))
            run = try await composition.desk.find(run.id)
        }
        return run
    }

    static let agent = #"""
        {
          "agent_name": "pulse",
          "display_name": "PM Pulse",
          "description": "A monthly brief for one client; publishes only what people approve",
          "version": "1.0.0",
          "anthropic": {"agent_id_env": "CATALYST_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID", "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {
            "type": "clickup_task",
            "clickup": {"required_fields": ["client_id", "client_name", "website_url", "seed_keywords"], "optional_fields": ["business_address"]}
          },
          "triggers": {"manual_cli": {"enabled": true}},
          "kickoff_template": {"prompt": "Write the monthly brief for {client_name}.\n\nCLIENT PAYLOAD:\n{payload_json}"},
          "limits": {"max_session_duration_minutes": 20, "max_session_cost_usd": 2.00, "alert_if_cost_exceeds_usd": 1.00},
          "delivery": {
            "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true, "post_links_to_outputs": true},
            "folder": {"enabled": true, "path": "{client_id}/briefs"}
          },
          "review": {"enabled": true, "publish_on_accept": ["slack"]},
          "approvals": {"tools": {"publish_post": {"effect": "publishes a post on the Google profile of {location}", "undo": "yes, by deleting the post there"}}},
          "artifacts": {"kind": "monthly-brief", "title": "Monthly brief", "channel": "seo"},
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """#
}
