import BureauSandbox
import Foundation
import Subprocess
import Testing

@testable import bureau

/// The stand-ins, and an installation that is pointed at them.
struct Stage {
    let sandbox: Sandbox
    let base: String
    let installation: Installation

    static func play<Value: Sendable>(
        more: [String: String] = [:], _ body: @escaping @Sendable (Stage) async throws -> Value
    ) async throws -> Value {
        let stage = try DemoStage(port: 0, productURL: nil, eventsPerSecond: 0)
        return try await Installation.inTemporaryFolder { installation in
            try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask {
                    try await stage.sandbox.run()
                    return nil
                }
                defer { group.cancelAll() }
                let port = try await stage.sandbox.boundPort
                let account = installation.folder.appending(path: "google.json").path
                try stage.writeServiceAccount(to: account)
                for (name, text) in DemoAgents.all { try installation.write(text, to: "agents/\(name).json") }
                let environment = stage.environment(port: port, serviceAccountPath: account)
                    .merging(["UNIX_SOCKET": installation.folder.appending(path: "s").path]) { $1 }
                return try await body(
                    Stage(
                        sandbox: stage.sandbox, base: "http://127.0.0.1:\(port)",
                        installation: installation.with(environment).with(more)))
            }
        }
    }

    static let client =
        #"{"client_id": "acme", "client_name": "Acme", "business_address": "1 Main Street", "gbp_url": "https://maps.example/acme", "website_url": "https://acme.example", "service_area_cities": ["Columbus"], "seed_keywords": ["detailing"], "competitors": ["https://one.example"]}"#

    /// Runs one audit of a client to its end, without a server, and returns the run's id.
    func runOnce() async throws -> String {
        try installation.write(Self.client, to: "acme.json")
        #expect(try await installation.run("clients", "import", "acme.json").status == 0)
        let outcome = try await installation.run("run", "sentinel", "--client", "acme", "--json")
        return try #require(try outcome.object()["id"] as? String, "\(outcome)")
    }

    /// Runs `bureau serve` around `body`.
    func serving(_ body: () async throws -> Void) async throws {
        let installation = installation
        let result = try await Subprocess.run(
            .path(.init(Installation.binary)), arguments: ["serve"],
            environment: .custom(Installation.keyed(installation.whole)),
            workingDirectory: .init(installation.folder.path), input: .none, output: .sequence, error: .discarded
        ) { execution in
            for try await line in execution.standardOutput.strings() where line.contains("\"listening\"") { break }
            do { try await body() } catch {
                try execution.send(signal: .terminate)
                throw error
            }
            try execution.send(signal: .terminate)
        }
        #expect(result.terminationStatus == .exited(0))
    }
}
