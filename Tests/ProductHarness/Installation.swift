import BureauSandbox
import Foundation

/// One installation of the product beside its own sandbox: a data folder, agents, an environment, and whatever
/// processes of the real binary a test starts in it.
package final class Installation: Sendable {
    package let sandbox: Sandbox
    package let sandboxPort: Int
    package let folder: URL
    package let environment: [String: String]
    let processes = StartedProcesses()

    /// What a test may want otherwise.
    package struct Options: Sendable {
        package var sandbox = SandboxOptions()
        package var agents = SampleAgents.all
        /// Over the environment that points at the sandbox. An empty value takes a variable away.
        package var environment: [String: String] = [:]
        package init() {
            (sandbox.eventsPerSecond, sandbox.slackPatience, sandbox.asanaPatience) = (0, 60, 12)
        }
    }

    package var data: URL { folder.appending(path: "data") }
    package var agents: URL { folder.appending(path: "agents") }
    package var deliveries: URL { folder.appending(path: "deliveries") }
    package var sessionLogs: URL { folder.appending(path: "logs") }
    package var sandboxURL: String { "http://127.0.0.1:\(sandboxPort)" }
    package var board: BoardVisitor { BoardVisitor(base: sandboxURL) }

    private init(_ sandbox: Sandbox, port: Int, folder: URL, options: Options) throws {
        (self.sandbox, sandboxPort, self.folder) = (sandbox, port, folder)
        environment = SampleEnvironment.make(port: port, folder: folder).merging(options.environment) { $1 }
        try FileManager.default.createDirectory(at: agents, withIntermediateDirectories: true)
        for (name, text) in options.agents {
            try Data(text.utf8).write(to: agents.appending(path: name + ".json"))
        }
        try SampleEnvironment.writeServiceAccount(to: folder)
    }

    /// Opens an installation for as long as `body` takes, then ends everything it started and removes it. At most
    /// four are open at once, over all suites. BUREAU_KEEP_TEST_DATA=1 leaves the folders behind.
    package static func open(
        _ options: Options = Options(), _ body: @Sendable (Installation) async throws -> Void
    ) async throws {
        try await Gate.installations.pass { try await opened(options, body) }
    }

    private static func opened(
        _ options: Options, _ body: @Sendable (Installation) async throws -> Void
    ) async throws {
        var sandboxOptions = options.sandbox
        sandboxOptions.acceptedKeys.googlePublicKeyPEM = try SampleEnvironment.serviceAccount.get().publicKey
        sandboxOptions.acceptedKeys.googleClientEmail = DemoServiceAccount.clientEmail
        let sandbox = Sandbox(sandboxOptions)
        let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID().uuidString.prefix(8))")
        defer { if !keepsData { try? FileManager.default.removeItem(at: folder) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run() }
            let installation = try Installation(
                sandbox, port: try await sandbox.boundPort, folder: folder, options: options)
            do { try await body(installation) } catch {
                await installation.processes.endAll()
                group.cancelAll()
                throw error
            }
            await installation.processes.endAll()
            try await installation.checkHistories()
            _ = try? await Web.send("POST", installation.sandboxURL + "/_control/stop")
            try await group.next()
            group.cancelAll()
        }
    }

    private static var keepsData: Bool { ProcessInfo.processInfo.environment["BUREAU_KEEP_TEST_DATA"] == "1" }

    /// Starts the server, waits until it listens, and tells the stand-ins where.
    @discardableResult
    package func startServer() async throws -> RunningServer {
        let process = try start(["serve", "--port", "0", "--data", data.path])
        let server = RunningServer(process: process, port: try await process.port())
        try await board.connect(product: server.url)
        return server
    }

    /// Starts any command of the binary.
    package func start(_ arguments: [String]) throws -> ProductProcess {
        let output = folder.appending(path: "output-\(processes.count + 1).log")
        let process = try ProductProcess(
            arguments, environment: environment.filter { !$0.value.isEmpty }, folder: folder, output: output)
        processes.add(process)
        return process
    }

    /// Everything every process of this installation has printed.
    package var allOutput: String { processes.all.map(\.text).joined() }
}

package struct RunningServer: Sendable {
    package let process: ProductProcess
    package let port: Int
    package var url: String { "http://127.0.0.1:\(port)" }
}

extension Installation {
    /// The key file every installation of this test run uses.
    package static func serviceAccountJSON() throws -> String { try SampleEnvironment.serviceAccount.get().json }
}
