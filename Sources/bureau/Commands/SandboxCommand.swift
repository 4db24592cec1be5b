import ArgumentParser
import BureauSandbox
import Logging
import ServiceLifecycle
import UnixSignals

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run the stand-ins for the vendors alone, on loopback.")

    @Option(help: "Port to listen on; 0 takes any free one.") var port = 0
    @Option(name: .customLong("product"), help: "Where bureau serve listens, for the webhooks.") var product: String?
    @Option(name: .customLong("events-per-second"), help: "Pace of the sessions; 0 is as fast as they can be written.")
    var eventsPerSecond = 40.0
    @Option(
        name: .customLong("requests-per-minute"),
        help: "What the agent service says it allows, each for reads and writes; 1200 as published.")
    var requestsPerMinute: Int?

    func validate() throws {
        guard requestsPerMinute.map({ (1...1_000_000).contains($0) }) ?? true else {
            throw ValidationError("--requests-per-minute is 1 to 1000000")
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            let stage = try DemoStage(
                port: port, productURL: product, eventsPerSecond: eventsPerSecond, requestsPerMinute: requestsPerMinute)
            var configuration = ServiceGroupConfiguration(
                services: [.init(service: stage.sandbox)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: .forCommand(.error))
            configuration.maximumGracefulShutdownDuration = .seconds(3)
            let group = ServiceGroup(configuration: configuration)
            async let running: Void = group.run()
            let bound = try await stage.sandbox.boundPort
            let account = "./sandbox-service-account.json"
            try stage.writeServiceAccount(to: account)
            Terminal.say("# The stand-ins listen on http://127.0.0.1:\(bound)/ - for a product beside them:")
            for (name, value) in stage.environment(port: bound, serviceAccountPath: account).sorted(by: {
                $0.key < $1.key
            }) { Terminal.say("export \(name)='\(value)'") }
            try await running
        }
    }
}
