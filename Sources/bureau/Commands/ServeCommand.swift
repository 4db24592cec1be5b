import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server: webhooks, runs, deliveries, alerts.")

    @OptionGroup var common: CommonOptions
    @Option(help: "Address to listen on, in place of HOST.") var host: String?
    @Option(help: "Port to listen on, in place of PORT; 0 takes any free one.") var port: Int?

    func run() async throws {
        try await Terminal.guarded {
            var overrides = common.overrides
            (overrides.host, overrides.port) = (host, port)
            let settings = try Settings(try Environment.ofProcess(), overrides: overrides)
            try await Self.serve(settings, logger: .forServer(settings.logLevel)) { _ in }
        }
    }

    /// Serves until SIGTERM or SIGINT. One server for each data folder: its lock also tells commands that it is there.
    static func serve(_ settings: Settings, logger: Logger, onListening: @escaping @Sendable (Int?) async -> Void)
        async throws
    {
        OpenFiles.raiseLimit()
        MemoryTrimmer.shareHeaps()
        let composition = try await Composition(settings, logger: logger, isServer: true)
        let lock: OwnerLock
        do {
            lock = try await OwnerLock.take(
                folder: Composition.ownersFolder(settings), owner: ServerLock.name, doors: composition.doors)
        } catch is OwnerLockTaken {
            throw SetupError(
                "another bureau serve already uses \(settings.dataFolder.path)",
                fix: "stop it first, or give this one another DATA_DIR", exitCode: ExitStatus.temporary)
        }
        try await composition.rememberEnvironment()
        try await composition.findLostRuns()
        let services = composition.serverServices { port in
            logger.notice(
                "listening",
                metadata: [
                    "port": "\(port.map(String.init) ?? "unix socket")",
                    "agents": "\(composition.catalog.agents.map(\.config.name).joined(separator: ","))",
                ])
            await FirstLink.tell(composition, port: port)
            await onListening(port)
        }
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        configuration.maximumCancellationDuration = .seconds(5)
        let group = ServiceGroup(configuration: configuration)
        try await withTaskExecutorPreference(EventLoopExecutor.shared) { try await group.run() }
        await composition.close()
        withExtendedLifetime(lock) {}
    }
}

/// The lock a running server holds in the owners folder.
enum ServerLock {
    static let name = "server"

    static func isHeld(_ settings: Settings) -> Bool {
        OwnerLock.isHeld(folder: Composition.ownersFolder(settings), owner: name)
    }
}
