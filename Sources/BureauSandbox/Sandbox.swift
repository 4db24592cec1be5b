import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// What a sandbox is started with. Nothing in here is a real credential: the stand-ins accept these values and no
/// others.
package struct SandboxOptions: Sendable {
    /// 0 takes any free port; read it back from `Sandbox.boundPort`.
    package var port: Int = 0
    /// Where people reach the pages, when it is not the loopback address itself (a proxy, a container).
    package var publicBaseURL: String?
    /// Where the product listens: signed webhooks and button clicks go there. `/_control/product` sets it later.
    package var productURL: String?
    package var clickUpWebhookSecret = "demo-clickup-webhook-secret"
    package var slackSigningSecret = "demo-slack-signing-secret"
    /// The pace of agent sessions; 0 runs them as fast as they can be written.
    package var eventsPerSecond: Double = 40
    /// What Anthropic's stand-in says it allows (the published limit of reads). It only says so and refuses nobody.
    package var anthropicRequestsPerMinute = 1_200
    package var acceptedKeys = SandboxKeys()
    /// Where chance comes from (fault percentages), so that a run can be repeated.
    package var seed: UInt64 = 1
    /// How the stand-ins let time pass: a simulation has its own.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// How requests towards the product leave: over HTTP, unless product and stand-ins share a process.
    package var post: Outbound.Post = Outbound.post
    /// How many times Slack's three seconds the stand-in allows: a machine that is busy with tests is no slow product.
    package var slackPatience = 1
    /// How many times the ten seconds that Asana gives a handshake.
    package var asanaPatience = 1
    /// Requests come as values, not from a connection whose end could be watched.
    package var isInProcess = false

    package init() {}
}

/// The only credentials the stand-ins accept.
package struct SandboxKeys: Sendable {
    package var anthropic = "sk-ant-demo"
    package var clickUp = "pk_demo"
    package var asana = "demo-asana-token"
    package var slack = "xoxb-demo"
    /// PEM of the public key that checks the demo service account's assertions; nil until one is made.
    package var googlePublicKeyPEM: String?
    package var googleClientEmail: String?

    package init() {}
}

/// One running sandbox: every stand-in behind one loopback port.
package final class Sandbox: Service {
    package let faults: FaultPlan
    package let log: RequestLog
    let frame: SandboxFrame
    let standIns: [any StandIn]

    package init(_ options: SandboxOptions) {
        frame = SandboxFrame(options)
        faults = frame.faults
        log = frame.log
        standIns = makeStandIns(frame)
    }

    /// The port the sandbox listens on. Waits until it does; throws when `run` ended before.
    package var boundPort: Int {
        get async throws { try await frame.readiness.port }
    }

    private static let stopSecondsMax: Int64 = 5

    /// Serves until graceful shutdown, cancellation, or `POST /_control/stop`.
    package func run() async throws {
        var logger = Logger(label: "bureau.sandbox")
        logger.logLevel = .error
        let address = BindAddress.hostname("127.0.0.1", port: frame.options.port)
        let app = Application(
            router: makeRouter(),
            configuration: .init(address: address, serverName: "sandbox", backlog: 1024),
            onServerRunning: { [frame] channel in frame.readiness.succeed(channel.localAddress?.port) },
            logger: logger)
        var configuration = ServiceGroupConfiguration(services: [frame.background, app], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(Self.stopSecondsMax)
        let group = ServiceGroup(configuration: configuration)
        frame.readiness.onStop { await group.triggerGracefulShutdown() }
        defer { frame.readiness.end() }
        // Cancelled, it still stops in order: a connection that is let go of while it opens ends the whole process.
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }

    /// What `GET /_control/state` tells, for tests in the same process.
    package func state() async -> JSON { await control.state() }

    private var control: ControlRoutes { ControlRoutes(frame: frame, standIns: standIns) }

    /// Every stand-in's routes. Whoever needs no socket may call them as they are.
    func makeRouter() -> Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        router.add(middleware: FrameMiddleware(frame: frame))
        addPages(to: router)
        control.addRoutes(to: router)
        for standIn in standIns { standIn.addRoutes(to: router) }
        return router
    }
}
