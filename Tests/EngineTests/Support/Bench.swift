import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging
import Testing

@testable import BureauEngine

/// Everything the engine's parts need, real but for time: a database in a folder that goes away, an agent, a clock.
final class Bench: Sendable {
    let folder: URL
    let clock: VirtualClock
    let database: PlannedDatabase
    let catalog: AgentCatalog
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let counters = Counters()

    init(
        isImpatient: Bool = true, agents: [String: String] = ["sentinel.json": Agents.sentinel],
        realPause: Duration? = nil
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-engine-\(UUID().uuidString)")
        for name in ["agents", "owners", "logs", "deliveries", "blobs"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for (name, text) in agents {
            try Data(text.utf8).write(to: folder.appendingPathComponent("agents/" + name))
        }
        clock = VirtualClock(isImpatient: isImpatient, realPause: realPause)
        database = try PlannedDatabase(path: folder.appendingPathComponent("bureau.db").path)
        catalog = AgentCatalog(
            folder: folder.appendingPathComponent("agents"), reader: AgentReader(hasVariable: { _ in true }),
            database: database, doors: clock.doors, logger: logger)
        try await catalog.refresh()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var agentsFolder: URL { folder.appendingPathComponent("agents") }
    var ownersFolder: URL { folder.appendingPathComponent("owners") }
    var logsFolder: URL { folder.appendingPathComponent("logs") }

    func parts(
        _ connections: Connections = Connections(), sets: [String: CredentialSet] = [:],
        database other: (any Database)? = nil, _ change: (inout EngineSettings) -> Void = { _ in }
    ) throws -> EngineParts {
        var settings = EngineSettings(
            sessionLogFolder: logsFolder, deliveryFolder: folder.appendingPathComponent("deliveries"))
        settings.alertChannel = "C0ALERTS"
        settings.resultsChannel = "C0RESULTS"
        settings.driveRootFolderID = "1DEMOROOT"
        change(&settings)
        let variables = ["SENTINEL_AGENT_ID": "agent_sentinel", "SEONAV_ENV_ID": "env_demo"]
        return EngineParts(
            database: other ?? (database as any Database), doors: clock.doors, catalog: catalog,
            connections: connections,
            blobs: BlobFolder(root: folder.appendingPathComponent("blobs")),
            prices: try #require(PriceTable.shipped), settings: settings, counters: counters, logger: logger,
            variable: { variables[$0] }, credentialSets: sets)
    }

    var agent: LoadedAgent {
        get throws { try #require(catalog.agent("sentinel")) }
    }

    /// A run as a trigger leaves it, then moved along by `events`.
    func run(
        _ events: [RunMachine.Event] = [], task: String? = nil, source: NewRun.TriggerSource = .cli,
        payload: String? = nil, key: String = UUID().uuidString
    ) async throws -> RunRecord {
        let new = NewRun(
            agent: "sentinel", agentVersion: "1.0.0", configHash: try agent.hash, triggerSource: source,
            requestedBy: "cli test", dedupeKey: key, clientSlug: "shamrock", clientName: "Shamrock & Sons",
            taskID: task,
            payload: payload)
        var run = try await RunDesk(database: database, doors: clock.doors).start(new)
        for event in events { run = try await move(run.id, event) }
        return run
    }

    func backup() async throws -> BackupWriter.Made {
        let writer = BackupWriter(
            database: database.engine, blobs: BlobFolder(root: folder.appendingPathComponent("blobs")),
            sessionLogs: logsFolder, doors: clock.doors, version: "test")
        return try await writer.make(in: folder.appendingPathComponent("backups"))
    }

    static let toRunning: [RunMachine.Event] = [.taken, .sessionOpened(session: "sesn_1")]

    @discardableResult
    func move(_ id: String, _ event: RunMachine.Event, _ lease: Lease? = nil) async throws -> RunRecord {
        let transitions = RunTransitions(doors: clock.doors)
        return try await database.write { try transitions.apply(event, to: id, lease: lease, in: $0) }
    }

    func claim(_ owner: String, _ id: String) async throws -> RunInHand? {
        let now = clock.now, steady = clock.steady
        let claimed = try await database.write { db in
            // A lease that ran out is nobody's: the watchdog would have seen it by now.
            try db.execute(
                "UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_until < ?", [id, now])
            return try RunClaim(db: db, rules: QueueRules(), owner: owner, now: now, steady: steady)
                .claim(limit: 1, only: id)
        }
        guard let run = claimed.first else { return nil }
        return RunInHand(run: run, lease: Lease(runID: id, owner: owner, epoch: run.leaseEpoch), agent: try agent)
    }

    /// Whether a worker would claim it now.
    func isAnyDue(_ id: String) async throws -> Bool {
        let now = clock.now
        return try await database.read {
            try RunClaim(db: $0, rules: QueueRules(), owner: "any", now: now).isAnyDue(only: id)
        }
    }

    /// Makes the step's write under a lease of its run.
    func runner(_ step: StepRecord) async throws -> StepRunner {
        let runID = try #require(step.runID)
        let hand = try #require(try await claim("runner", runID))
        return StepRunner(database: database, doors: clock.doors, lease: hand.lease)
    }

    func find(_ id: String) async throws -> RunRecord {
        try #require(try await database.read { try RunStore(db: $0).find(id) })
    }

    func steps(_ id: String, _ purpose: StepRecord.Purpose) async throws -> [StepRecord] {
        try await database.read { try StepStore(db: $0).list(run: id, purpose: purpose) }
    }

    /// Plans one delivery step and returns it.
    func step(
        _ run: RunRecord, _ channel: StepRecord.Channel = .slack, _ kind: String = "post", _ subject: String = "ready"
    ) async throws -> StepRecord {
        let (id, now) = (clock.doors.makeID(), clock.now)
        return try #require(
            try await database.write { db in
                let plan = StepPlan(channel: channel, kind: kind, subject: subject, position: 0, intent: "{}")
                let planned = try StepStore(db: db).plan(plan, run: run.id, purpose: .delivery, id: id, now: now)
                return try StepStore(db: db).find(planned)
            })
    }

    func step(_ id: String) async throws -> StepRecord {
        try #require(try await database.read { try StepStore(db: $0).find(id) })
    }

    func alerts() async throws -> [AlertRecord] { try await database.read { try AlertStore(db: $0).open() } }
}

enum Agents {
    static let list = "901100000001"
    static let sentinel = make()
    /// As the shipped file is before somebody has put a list into it.
    static let ofExampleList = ["sentinel.json": sentinel.replacingOccurrences(of: list, with: "<LIST_ID>")]

    static func make(
        name: String = "sentinel", version: String = "1.0.0", limits: String = sentinelLimits, extra: String = ""
    ) -> String {
        """
        {
          "agent_name": "\(name)", "display_name": "SEO Sentinel", "description": "Local SEO audit",
          "version": "\(version)",
          "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID",
            "beta_headers": ["managed-agents-2026-04-01"]},
          "payload_source": {"type": "clickup_task",
            "clickup": {"required_fields": ["client_id", "client_name"], "optional_fields": ["website_url"]}},
          "triggers": {
            "clickup_webhook": {"enabled": true, "list_id": "\(list)", "trigger_status": "Ready (Automate)"},
            "manual_cli": {"enabled": true}},
          "kickoff_template": {"prompt": "Audit {client_name}.\\n\\nCLIENT PAYLOAD:\\n{payload_json}"},
          "limits": {\(limits)},
          "delivery": {
            "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true, "post_links_to_outputs": true},
            "clickup": {"enabled": true, "update_task_status": "Review", "post_comment": true, "attach_output_files": true},
            "google_drive": {"enabled": true, "folder_template": "/Clients/{client_name}/Audits/",
              "file_name_template": "audit-{client_id}"},
            "folder": {"enabled": true, "path": "{client_id}/audits"}},
          "alerts": {"on_failure_channel": "#seo-automation-alerts", "tag_on_failure": ["@trung"]}\(extra)
        }
        """
    }

    /// For a real session beside an impatient clock that pauses: it is seldom sampled.
    static let patientLimits =
        #""max_session_duration_minutes": 60, "max_session_cost_usd": 5.00, "alert_if_cost_exceeds_usd": 3.00, "#
        + #""sample_interval_seconds": 600"#

    static let sentinelLimits =
        #""max_session_duration_minutes": 60, "max_session_cost_usd": 5.00, "alert_if_cost_exceeds_usd": 3.00"#
}

/// Session events as the service writes them.
func event(_ json: String) throws -> RawEvent { try #require(RawEvent(bytes: Array(json.utf8))) }
