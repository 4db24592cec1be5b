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
        try await steer(#"{"name":"\#(scenario)","times":1\#(options)}"#)
        return try await anthropic.createSession(
            NewSession(
                agentID: agent, environmentID: "env_demo", title: "test", metadata: metadata,
                kickoff: "Audit.\n\nCLIENT PAYLOAD:\n{\"client_id\":\"shamrock\",\"client_name\":\"Shamrock\"}")
        ).id
    }

    /// Takes a session away at the service, as somebody may in its console. It must rest.
    func delete(_ session: String) async throws {
        let request = VendorRequest(
            vendor: .anthropic, operation: "session.delete", method: .delete,
            url: base + "/anthropic/v1/sessions/" + session,
            headers: [
                "x-api-key": "sk-ant-demo", "anthropic-version": "2023-06-01",
                "anthropic-beta": "managed-agents-2026-04-01",
            ])
        let answer = try await transport.send(request)
        guard answer.status == 200 else { throw Refused(text: String(decoding: answer.body, as: UTF8.self)) }
    }

    /// What the model answers next; the members are the control's own.
    func message(_ options: String) async throws { try await control("message", "{\(options)}") }

    /// What coming sessions do, or a running one.
    func steer(_ wish: String) async throws { try await control("scenario", wish) }

    private func control(_ name: String, _ body: String) async throws {
        let request = VendorRequest(
            vendor: .anthropic, operation: "control", method: .post, url: base + "/_control/" + name,
            headers: ["Content-Type": "application/json"], body: .bytes(Array(body.utf8)))
        let answer = try await transport.send(request)
        guard answer.status == 200 else { throw Refused(text: String(decoding: answer.body, as: UTF8.self)) }
    }

    /// What models were asked.
    func messagesAsked() async -> [JSON] { await state("anthropic")["messages"]?.array ?? [] }

    struct Refused: Error { let text: String }
}

/// Runs a sandbox for the length of `body`, its sessions as fast as they can go.
func withStandIns(googleKey: String? = nil, _ body: (StandIns) async throws -> Void) async throws {
    var options = SandboxOptions(), limits = HTTPTransport.Limits()
    options.eventsPerSecond = 0
    options.acceptedKeys.googlePublicKeyPEM = googleKey
    // They are there: a busy machine only takes its time.
    limits.connectTimeoutMilliseconds = 120_000
    let sandbox = Sandbox(options), transport = HTTPTransport(limits: limits)
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
