import BureauSandbox
import BureauVendors
import Foundation

@testable import BureauEngine

/// A running sandbox and the clients that speak to it.
struct StandIns: Sendable {
    let sandbox: Sandbox
    let port: Int
    let transport: HTTPTransport

    private var base: String { "http://127.0.0.1:\(port)" }

    var connections: Connections {
        Connections(
            anthropic: anthropic,
            clickUp: ClickUpClient(
                transport: transport, baseURL: base + "/clickup/api/v2", token: Secret("pk_demo")),
            slack: SlackClient(transport: transport, baseURL: base + "/slack/api", token: Secret("xoxb-demo")))
    }

    var anthropic: AnthropicClient {
        AnthropicClient(transport: transport, baseURL: base + "/anthropic", key: Secret("sk-ant-demo"))
            .with(betaHeaders: ["managed-agents-2026-04-01"])
    }

    func fault(_ vendor: String, _ operation: String, skip: Int = 0, times: Int = 1, _ action: FaultAction) throws {
        try sandbox.faults.add(FaultRule(vendor: vendor, operation: operation, skip: skip, times: times, action))
    }

    func state(_ vendor: String) async -> JSON { await sandbox.state()[vendor] ?? .null }

    /// Starts a session that plays a scenario; the members are the control's own.
    func session(
        _ scenario: String, _ options: String = "", agent: String = "agent_test", metadata: [String: String] = [:]
    ) async throws -> String {
        let body = #"{"name":"\#(scenario)","times":1\#(options)}"#
        let request = VendorRequest(
            vendor: .anthropic, operation: "control", method: .post, url: base + "/_control/scenario",
            headers: ["Content-Type": "application/json"], body: .bytes(Array(body.utf8)))
        let answer = try await transport.send(request)
        guard answer.status == 200 else { throw Refused(text: String(decoding: answer.body, as: UTF8.self)) }
        return try await anthropic.createSession(
            NewSession(
                agentID: agent, environmentID: "env_demo", title: "test", metadata: metadata,
                kickoff: "Audit.\n\nCLIENT PAYLOAD:\n{\"client_id\":\"shamrock\",\"client_name\":\"Shamrock\"}")
        ).id
    }

    struct Refused: Error { let text: String }
}

/// Runs a sandbox for the length of `body`, its sessions as fast as they can go.
func withStandIns(_ body: (StandIns) async throws -> Void) async throws {
    var options = SandboxOptions()
    options.eventsPerSecond = 0
    let sandbox = Sandbox(options), transport = HTTPTransport()
    // It has to run beside the test's own body; it is stopped and awaited below.
    let running = Task { try await sandbox.run() }
    let result: Result<Void, any Error>
    do {
        try await body(StandIns(sandbox: sandbox, port: try await sandbox.boundPort, transport: transport))
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await transport.shutdown()
    running.cancel()
    _ = await running.result
    try result.get()
}
