import ArgumentParser
import BureauEngine
import BureauSandbox
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Watch the product do its main job, with stand-ins for every vendor.",
        discussion: "No key, no network. With --once it ends by itself; without, the pages stay open until Ctrl-C.")

    @Flag(help: "End when the run has ended.") var once = false
    @Option(name: .customLong("data"), help: "Folder for the demo's data; a new one by default.") var data: String?
    @Option(name: .customLong("events-per-second"), help: "Pace of the session.") var eventsPerSecond = 40.0

    func run() async throws {
        try await Terminal.guarded {
            let folder = try DemoFolder(path: data)
            let stage = try DemoStage(port: 0, productURL: nil, eventsPerSecond: eventsPerSecond)
            try stage.writeServiceAccount(to: folder.serviceAccountPath)
            let sandboxGroup = Self.group([stage.sandbox], stopsOnSignal: false)
            let code = try await withThrowingTaskGroup(of: Int32?.self) { tasks in
                tasks.addTask {
                    try await sandboxGroup.run()
                    return nil
                }
                tasks.addTask { try await play(stage, folder) }
                let code = try await tasks.next() ?? nil
                await sandboxGroup.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return code
            }
            if let code, code != 0 { throw ExitCode(code) }
        }
    }

    static func group(_ services: [any Service], stopsOnSignal: Bool) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            gracefulShutdownSignals: stopsOnSignal ? [.sigterm, .sigint] : [],
            logger: .forCommand(.error))
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        configuration.maximumCancellationDuration = .seconds(3)
        return ServiceGroup(configuration: configuration)
    }

    /// Starts the product beside the stand-ins, moves a task, and shows what happens.
    private func play(_ stage: DemoStage, _ folder: DemoFolder) async throws -> Int32? {
        let sandboxPort = try await stage.sandbox.boundPort
        var environment = stage.environment(port: sandboxPort, serviceAccountPath: folder.serviceAccountPath)
        environment.merge(folder.environment) { $1 }
        let settings = try Settings(
            Environment(environment),
            overrides: SettingsOverrides(dataFolder: folder.data.path, host: "127.0.0.1", port: 0))
        let composition = try await Composition(settings, logger: .forCommand(.error), isServer: true)
        let lock = try await OwnerLock.take(
            folder: Composition.ownersFolder(settings), owner: ServerLock.name, doors: composition.doors)
        defer { withExtendedLifetime(lock) {} }
        let (ports, ready) = AsyncStream<Int>.makeStream()
        let server = Self.group(composition.serverServices { port in ready.yield(port ?? 0) }, stopsOnSignal: !once)
        return try await withThrowingTaskGroup(of: Int32?.self) { tasks in
            tasks.addTask {
                try await server.run()
                return nil
            }
            tasks.addTask {
                guard let port = await ports.first(where: { _ in true }) else { return nil }
                let code = try await DemoJourney(
                    sandboxPort: sandboxPort, serverPort: port, composition: composition, folder: folder
                ).play()
                if once {
                    await server.triggerGracefulShutdown()
                } else {
                    do {
                        try await DemoWaiting(
                            sandbox: "http://127.0.0.1:\(sandboxPort)", composition: composition, folder: folder
                        ).play()
                    } catch { Terminal.note("\nNothing was left in the inbox: \(error)") }
                    Terminal.say(
                        "\nThe pages stay open. Move another card on the board to start another run. Ctrl-C ends the demo."
                    )
                }
                return code
            }
            var code: Int32?
            for try await result in tasks { code = result ?? code }
            await composition.close()
            return code
        }
    }
}
