import BureauDomain
import BureauStorage
import Foundation
import Logging
import ProductHarness
import Synchronization
import Testing

@testable import BureauEngine

/// A repository, a builder and an engine, all real: git, processes, the clock, and the keeper that was built with us.
final class BuildHouse: Sendable {
    let folder: URL
    let database: PlannedDatabase
    let catalog: AgentCatalog
    let parts: EngineParts
    let lock: OwnerLock
    let doors: Doors
    /// How far this house's clock is ahead of the machine's, in milliseconds.
    private let ahead: Ahead

    var repository: GitRepository { GitRepository(path: folder.appending(path: "platform.git").path) }
    var script: String { folder.appending(path: "builder.sh").path }

    private final class Ahead: Sendable { let milliseconds = Mutex<Int64>(0) }

    /// Time passes in which nobody does anything.
    func pass(hours: Int64) { ahead.milliseconds.withLock { $0 += hours * 3_600_000 } }

    struct Options {
        /// A shell script; it stands in the worktree when it begins.
        var builder = "echo one > one.txt && git add one.txt && git commit --quiet -m 'Add one'"
        /// Of `executor.command`, beside repository, base and builder.
        var policy = #""checks": []"#
        var minutes = "5"
        var prompt = #"# {title}\n\nDo it well."#
        /// Further sections of the agent's file, each with a comma before it.
        var sections = ""
        var variables: [String: String] = [:]
        var settings: @Sendable (inout BuildSettings) -> Void = { $0.isSandboxed = true }
    }

    init(_ options: Options = Options()) async throws {
        folder = URL(filePath: NSTemporaryDirectory()).appending(path: "bureau-build-\(UUID().uuidString.prefix(8))")
        for name in ["agents", "owners"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        chmod(folder.path, 0o755)
        let script = folder.appending(path: "builder.sh")
        try Data("#!/bin/sh\nset -e\n\(options.builder)\n".utf8).write(to: script)
        chmod(script.path, 0o755)
        let agent = Self.agent(
            repository: folder.appending(path: "platform.git").path, builder: script.path, options)
        try Data(agent.utf8).write(to: folder.appending(path: "agents/platform-build.json"))
        database = try PlannedDatabase(path: folder.appending(path: "bureau.db").path)
        let (system, clock) = (Doors.system, Ahead())
        ahead = clock
        doors = Doors(
            now: { system.now() + clock.milliseconds.withLock { $0 } }, steady: system.steady,
            randomness: system.randomness,
            jitter: system.jitter, sleep: system.sleep)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        catalog = AgentCatalog(
            folder: folder.appending(path: "agents"), reader: AgentReader(hasVariable: { _ in true }),
            database: database, doors: doors, logger: logger)
        try await catalog.refresh()
        var settings = EngineSettings(
            sessionLogFolder: folder.appending(path: "logs"), deliveryFolder: folder.appending(path: "deliveries"))
        settings.builds = BuildSettings(folder: folder.appending(path: "builds"))
        settings.builds.keeper = try ProductBinary.url().path
        options.settings(&settings.builds)
        let variables = options.variables
        parts = EngineParts(
            database: database, doors: doors, catalog: catalog, connections: Connections(),
            blobs: BlobFolder(root: folder.appending(path: "blobs")), prices: try #require(PriceTable.shipped),
            settings: settings, counters: Counters(), logger: logger, variable: { variables[$0] })
        lock = try OwnerLock(folder: folder.appending(path: "owners"), owner: "house")
        try await makeRepository()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func agent(repository: String, builder: String, _ options: Options) -> String {
        """
        {"agent_name": "platform-build", "display_name": "Platform Build", "description": "Builds the platform",
          "version": "1.0.0",
          "executor": {"command": {"repository": "\(repository)", "base_branch": "main", "builder": ["\(builder)"],
            "private_data": false, \(options.policy)}},
          "payload_source": {"type": "manual", "clickup": {"required_fields": ["title"]}},
          "triggers": {"manual_cli": {"enabled": true}},
          "kickoff_template": {"prompt": "\(options.prompt)"},
          "limits": {"max_session_duration_minutes": \(options.minutes)},
          "delivery": {"folder": {"enabled": true, "path": "builds"}},
          "alerts": {"on_failure_channel": "#alerts"}\(options.sections)}
        """
    }

    /// A bare repository whose main branch has one commit.
    private func makeRepository() async throws {
        try FileManager.default.createDirectory(atPath: repository.path, withIntermediateDirectories: true)
        try await repository.run(["init", "--quiet", "--bare", "--initial-branch=main"])
        try await commit(["README.md": "A platform.\n"], on: "main", "Begin")
    }

    /// Commits files onto a branch of the repository, as somebody else would.
    @discardableResult
    func commit(_ files: [String: String], on branch: String, _ message: String) async throws -> String {
        let parent = try await repository.commit("refs/heads/\(branch)")
        var entries = parent == nil ? "" : try await repository.run(["ls-tree", "-r", "refs/heads/\(branch)"])
        for (name, text) in files {
            let blob = try await repository.run(["hash-object", "-w", "--stdin"], input: text)
            entries = entries.split(separator: "\n").filter { !$0.hasSuffix("\t\(name)") }.map { $0 + "\n" }.joined()
            entries += "100644 blob \(blob.trimmingCharacters(in: .newlines))\t\(name)\n"
        }
        let tree = try await repository.run(["mktree"], input: entries).trimmingCharacters(in: .newlines)
        let people = [
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
        ]
        let made = try await repository.run(
            ["commit-tree", tree] + (parent.map { ["-p", $0] } ?? []), input: message, with: people
        ).trimmingCharacters(in: .newlines)
        try await repository.move("refs/heads/\(branch)", from: parent, to: made)
        return made
    }

    func file(_ name: String, on reference: String) async throws -> String {
        try await repository.run(["cat-file", "blob", "\(reference):\(name)"])
    }

    var mainCommit: String { get async throws { try #require(try await repository.commit("refs/heads/main")) } }

    // MARK: runs

    func start(title: String = "Add a page") async throws -> RunRecord {
        let agent = try #require(catalog.agent("platform-build"), "\(catalog.problems)")
        let payload = BureauDomain.JSONValue.object(JSONObject([("title", .string(title))])).canonical
        let new = NewRun(
            agent: "platform-build", agentVersion: "1.0.0", configHash: agent.hash, triggerSource: .cli,
            requestedBy: "cli test", dedupeKey: UUID().uuidString, clientSlug: "agency", clientName: "Agency",
            payload: payload)
        return try await RunDesk(database: database, doors: doors).start(new)
    }

    /// One worker takes the run as far as it goes.
    func drive(_ id: String, owner: String = "house") async throws {
        let now = doors.now(), steady = doors.steady()
        let claimed = try await database.write {
            try RunClaim(db: $0, rules: QueueRules(), owner: owner, now: now, steady: steady).claim(limit: 1, only: id)
        }
        guard let run = claimed.first else { return }
        await RunDriver(parts: parts).drive(run, Lease(runID: id, owner: owner, epoch: run.leaseEpoch))
    }

    /// Starts a run and drives it to where nothing moves it any more.
    func built(title: String = "Add a page") async throws -> RunRecord {
        let run = try await start(title: title)
        return try await settled(run.id)
    }

    func settled(_ id: String) async throws -> RunRecord {
        for _ in 0..<20 {
            try await drive(id)
            let run = try await find(id)
            if !run.state.isWorkable { return run }
        }
        return try await find(id)
    }

    func find(_ id: String) async throws -> RunRecord {
        try #require(try await database.read { try RunStore(db: $0).find(id) })
    }

    func build(_ id: String) async throws -> BuildRecord {
        try #require(try await database.read { try BuildStore(db: $0).find(id) })
    }

    /// The newest version of the run, or that of a round.
    func artifact(_ id: String, round: Int? = nil) async throws -> ArtifactRecord? {
        try await database.read { try ArtifactStore(db: $0).ofRun(id) }.last { round == nil || $0.round == round }
    }

    func events(_ id: String) async throws -> [RunEvent] {
        try await database.read { try RunEventStore(db: $0).list(id) }
    }

    /// What the builder printed, as people follow it.
    func log(_ id: String) throws -> String {
        try String(contentsOf: folder.appending(path: "logs/build_\(id).jsonl"), encoding: .utf8)
    }

    func report(_ id: String) throws -> BuildReport {
        let bytes = try parts.blobs.head("runs/\(id)/build-report.json", bytesMax: 1 << 20)
        return try JSONDecoder().decode(BuildReport.self, from: bytes)
    }

    /// Waits until something on the disk is there; the builder tells by making it.
    func wait(for path: String, seconds: Int = 120) async throws {
        for _ in 0..<(seconds * 20) {
            if access(path, F_OK) == 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("\(path) never appeared")
    }

    /// Living processes whose command line holds `text`.
    static func processes(with text: String) -> [Int32] {
        ProcessTable.all().filter { !$0.isDead }.map(\.pid).filter { pid in
            let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            return String(decoding: bytes.map { $0 == 0 ? 32 : $0 }, as: UTF8.self).contains(text)
        }
    }
}
