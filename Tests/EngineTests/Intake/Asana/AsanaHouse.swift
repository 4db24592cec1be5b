import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Synchronization
import Testing

@testable import BureauEngine

/// The engine's Asana room over a real database, with one webhook that is active.
struct AsanaHouse: Sendable {
    let bench: Bench
    let asana = AsanaProject()
    let parts: EngineParts
    let intake: AsanaIntake
    let looker: AsanaLooker
    let desk: AsanaHookDesk
    let listings = AsanaListings()
    static let base = "https://bureau.example.com"
    static let key = Secret("test-sealing-key")

    static func agent(_ name: String, skill: String = "", board: String = "", sections: String = #"["Intake"]"#)
        -> String
    {
        """
        {"agent_name": "\(name)", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
         "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID"},
         "payload_source": {"type": "asana_task", "asana": {"required_fields": []}},
         "triggers": {"asana": {"enabled": true, "projects": ["100"], "assignee": "10", "sections": \(sections)\(skill)}},
         "kickoff_template": {"prompt": "Do it: {payload_json}"},
         "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
         "delivery": {"asana": {"enabled": true}},
         "alerts": {"on_failure_channel": "#alerts"}\(board.isEmpty ? "" : ", \"board\": " + board)}
        """
    }

    init(_ agents: [String: String] = ["jessie": AsanaHouse.agent("jessie")]) async throws {
        bench = try await Bench(
            agents: Dictionary(uniqueKeysWithValues: agents.map { ($0.key + ".json", $0.value) }))
        var connections = Connections()
        connections.asana = AsanaClient(transport: asana, baseURL: "http://asana", token: Secret("test"))
        parts = try bench.parts(connections)
        intake = AsanaIntake(parts: parts, key: { Self.key }, wake: {})
        looker = AsanaLooker(parts: parts, signal: WakeSignal(doors: bench.clock.doors), wake: {})
        desk = AsanaHookDesk(parts: parts, key: { Self.key })
        asana.shake.withLock { [intake] shake in
            shake = { path, secret in
                await intake.accept(
                    AsanaIntake.Request(
                        path: path, secret: secret, signature: nil, body: Data(), remoteAddress: "127.0.0.1")) == .shake
            }
        }
    }

    func register() async throws -> (hook: AsanaHookRecord, secret: String) {
        let hook = try await desk.register(project: AsanaProject.project, base: Self.base).1
        let number = asana.state.withLock { $0.hooksMade }
        return (hook, String(repeating: "a", count: 63) + String(number % 10))
    }

    func send(_ body: Data, _ hook: (hook: AsanaHookRecord, secret: String), signature: String? = nil) async
        -> AsanaIntake.Answer
    {
        await intake.accept(
            AsanaIntake.Request(
                path: hook.hook.path, secret: nil, signature: signature ?? AsanaProject.signature(body, hook.secret),
                body: body, remoteAddress: "127.0.0.1"))
    }

    func send(_ events: [String], _ hook: (hook: AsanaHookRecord, secret: String)) async -> AsanaIntake.Answer {
        await send(AsanaProject.body(events), hook)
    }

    func sendRenamed(_ number: Int, _ hook: (hook: AsanaHookRecord, secret: String)) async -> AsanaIntake.Answer {
        await send([AsanaProject.event(.renamed, "500", by: "12", at: Int64(number))], hook)
    }

    /// Lets the burst settle, then looks.
    @discardableResult
    func look() async throws -> Int {
        bench.clock.advance(milliseconds: 6_000)
        return try await looker.lookAtDue()
    }

    func runs() async throws -> [RunRecord] {
        try await parts.database.read { try RunStore(db: $0).list(RunFilter(limit: 500)) }
    }

    func signals() async throws -> [SignalRecord] { try await SignalDesk(database: parts.database).list(limit: 1_000) }

    func sweep() async throws { try await AsanaStream(parts: parts, wake: {}, listings: listings).sweepAll() }

    func end(_ run: RunRecord) async throws {
        try await bench.move(run.id, .foundIneligible(RunCause(.notEligible, "it is over")))
    }
}
