package import BureauDomain
package import BureauStorage
package import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// The agents a server knows, kept true to a folder of files.
///
/// A new or edited file counts within `pollMilliseconds`; a broken edit keeps the last valid version and says so in
/// the log. Each version is stored before it can start a run, because runs keep the version they started with.
package final class AgentCatalog: Service {
    private struct State {
        var agents: [String: LoadedAgent] = [:] {
            didSet { ordered = agents.values.sorted { $0.config.name < $1.config.name } }
        }
        /// By name: asked for with every claim.
        private(set) var ordered: [LoadedAgent] = []
        var problems: [String: [ConfigProblem]] = [:]
        var stamps: [String: String] = [:]
        var byHash: [String: LoadedAgent] = [:]
        var circle: [String] = []
        /// Files that people were told are broken; nil before the first look.
        var told: Set<String>?
        /// The folder was looked through before.
        var isRead = false
    }

    private let state = Mutex(State())
    private let folder: URL
    private let reader: AgentReader
    private let database: any Database
    private let doors: Doors
    private let logger: Logger
    package static let pollMilliseconds = 2_000
    private static let versionsCachedMax = 256

    /// Who reads the folder: "server", or "command line" with the person. Kept with each version it takes in.
    private let loader: String

    package init(
        folder: URL, reader: AgentReader, database: any Database, doors: Doors, logger: Logger,
        loader: String = "server"
    ) {
        self.loader = loader
        self.folder = folder
        self.reader = reader
        self.database = database
        self.doors = doors
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await tellBroken() } catch is CancellationError { return } catch {
                    logger.error("a broken agent file could not be told of", metadata: ["why": "\(error)"])
                }
                try await doors.sleep(.milliseconds(Self.pollMilliseconds))
                do { try await refresh() } catch is CancellationError { return } catch {
                    logger.error("the agents folder could not be read", metadata: ["why": "\(error)"])
                }
            }
        }
    }

    package var agents: [LoadedAgent] { state.withLock { $0.ordered } }

    package var problems: [ConfigProblem] { state.withLock { $0.problems.values.flatMap { $0 } } }

    package func agent(_ name: String) -> LoadedAgent? { state.withLock { $0.agents[name] } }

    /// The version a run started with, from memory or from its row.
    package func version(_ hash: String) async throws -> LoadedAgent? {
        if let known = state.withLock({ $0.byHash[hash] }) { return known }
        guard let row = try await database.query("SELECT body FROM agent_config WHERE sha256 = ?", [hash]).first else {
            return nil
        }
        let report = Self.kept.read(Array(try row.text("body").utf8), fileName: "agent_config \(hash.prefix(12))")
        if let agent = report.agent { remember(agent) }
        return report.agent
    }

    /// The version a run started with, if it was read lately.
    package func remembered(_ hash: String) -> LoadedAgent? { state.withLock { $0.byHash[hash] } }

    /// What is stored was checked when it was taken in. Which variables are set where it is read says nothing about it.
    private static let kept = AgentReader(hasVariable: { _ in true })

    /// The version of this agent that was taken in last, whatever its file says now.
    static func newest(_ name: String, in db: any Connection) throws -> LoadedAgent? {
        try newestBody(name, in: db).flatMap { kept.read($0, fileName: "agent_config of \(name)").agent }
    }

    private static func newestBody(_ name: String, in db: any Connection) throws -> [UInt8]? {
        try db.first(
            "SELECT body FROM agent_config WHERE agent = ? ORDER BY loaded_at DESC, sha256 LIMIT 1", [name]
        ).map { Array(try $0.text("body").utf8) }
    }

    /// Every version ever taken in, newest first. At most `versionsReadMax`.
    static func versions(in db: any Connection) throws -> [LoadedAgent] {
        try db.query("SELECT body FROM agent_config ORDER BY loaded_at DESC, sha256 LIMIT ?", [versionsReadMax])
            .compactMap { kept.read(Array(try $0.text("body").utf8), fileName: "agent_config").agent }
    }

    private static let versionsReadMax = 1_000

    /// Reads what changed since the last look.
    package func refresh() async throws {
        let isFirst = state.withLock { state in
            defer { state.isRead = true }
            return !state.isRead
        }
        let files = try AgentReader.files(in: folder)
        for file in files {
            let name = file.lastPathComponent
            // One that cannot be read is looked at again the next time; the others do not wait for it.
            guard let stamp = try? Self.stamp(file), state.withLock({ $0.stamps[name] != stamp }) else { continue }
            guard let bytes = try? Data(contentsOf: file) else {
                logger.error("an agent file cannot be read", metadata: ["file": "\(name)"])
                continue
            }
            try await take(reader.read(Array(bytes), fileName: name), isFirst: isFirst)
            // Only now: a version that could not be stored must not count as seen.
            state.withLock { $0.stamps[name] = stamp }
        }
        forget(missingFrom: Set(files.map(\.lastPathComponent)))
        warnOfCircle()
    }

    /// Agents that would start each other for ever. The runs are stopped at the agent that comes up again; the log tells
    /// of it before any of them runs, once for each circle.
    private func warnOfCircle() {
        let circle = FanOutCycle.first(state.withLock { $0.agents.mapValues { $0.config.fanOut?.agents ?? [] } }) ?? []
        guard
            state.withLock({ state in
                defer { state.circle = circle }
                return !circle.isEmpty && state.circle != circle
            })
        else { return }
        logger.error(
            "agents would start each other for ever; take one out of fan_out",
            metadata: ["agents": "\(circle.joined(separator: " -> "))"])
    }

    private func take(_ report: AgentFileReport, isFirst: Bool) async throws {
        state.withLock { $0.problems[report.fileName] = report.problems }
        for problem in report.problems {
            logger.log(level: problem.severity == .error ? .error : .warning, "\(problem)")
        }
        guard let agent = report.agent else {
            try await keepLastValid(report.fileName)
            let isInUse = self.agent(Self.agentName(report.fileName)) != nil
            logger.error(
                isInUse
                    ? "the edit is not used; the last valid version stays"
                    : "the file is not used; there has been no valid version of it",
                metadata: ["file": "\(report.fileName)"])
            return
        }
        let now = doors.now()
        let by = isFirst ? "\(loader), at its start" : "\(loader), which saw the file change"
        // What is newest already stays as it was taken in: a restart loads nothing new.
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO agent_config (sha256, agent, version, body, loaded_at, loaded_by)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (sha256) DO UPDATE SET loaded_at = excluded.loaded_at, loaded_by = excluded.loaded_by
                WHERE EXISTS (SELECT 1 FROM agent_config AS other WHERE other.agent = excluded.agent
                    AND other.sha256 <> excluded.sha256 AND other.loaded_at >= agent_config.loaded_at)
                """, [agent.hash, agent.config.name, agent.config.version, agent.canonical, now, by])
        }
        remember(agent)
        state.withLock { $0.agents[agent.config.name] = agent }
        logger.info("agent ready", metadata: ["agent": "\(agent.config.name)", "version": "\(agent.config.version)"])
    }

    private static func agentName(_ fileName: String) -> String { String(fileName.dropLast(".json".count)) }

    /// After a restart a broken file's agent works on as it was taken in last.
    private func keepLastValid(_ fileName: String) async throws {
        let name = Self.agentName(fileName)
        guard agent(name) == nil, let body = try await database.read({ try Self.newestBody(name, in: $0) }),
            let agent = reader.read(body, fileName: fileName).agent, agent.config.name == name
        else { return }
        remember(agent)
        state.withLock { $0.agents[name] = agent }
        logger.notice("agent ready as it was", metadata: ["agent": "\(name)", "version": "\(agent.config.version)"])
    }

    /// Tells people of files that are broken, and takes it back when they are mended. Only of a server's own folder.
    func tellBroken() async throws {
        let broken = state.withLock { state in
            state.problems.filter { $0.value.contains { $0.severity == .error } }
        }
        let (doors, told) = (doors, state.withLock { $0.told }), inUse = Set(agents.map(\.config.name))
        guard Set(broken.keys) != told else { return }
        try await database.write { db in
            for (file, problems) in broken.sorted(by: { $0.key < $1.key }) where told?.contains(file) != true {
                let first = problems.first { $0.severity == .error }.map { "\($0)" } ?? "it cannot be read"
                let kept =
                    inUse.contains(Self.agentName(file))
                    ? "its last valid version stays in use" : "nothing of it runs: no version of it was ever valid"
                try SystemAlarm.raise(
                    Self.brokenCause, subject: file,
                    "The agent file \(file) is broken, so \(kept). \(first.prefix(300))",
                    in: db, doors)
            }
            let open = try AlertStore(db: db).open().filter { $0.cause == Self.brokenCause }
            for alert in open where broken[alert.subject] == nil {
                try AlertStore(db: db).resolve(cause: Self.brokenCause, subject: alert.subject, now: doors.now())
            }
        }
        state.withLock { $0.told = Set(broken.keys) }
    }

    static let brokenCause = "agent_file"

    private func remember(_ agent: LoadedAgent) {
        state.withLock { state in
            if state.byHash.count >= Self.versionsCachedMax { state.byHash.removeAll() }
            state.byHash[agent.hash] = agent
        }
    }

    private func forget(missingFrom present: Set<String>) {
        state.withLock { state in
            for name in state.agents.keys where !present.contains(name + ".json") { state.agents[name] = nil }
            for file in state.stamps.keys where !present.contains(file) {
                state.stamps[file] = nil
                state.problems[file] = nil
            }
        }
    }

    private static func stamp(_ file: URL) throws -> String {
        let facts = try FileManager.default.attributesOfItem(atPath: file.path)
        let changed = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(changed) \(facts[.size] ?? 0) \(facts[.systemFileNumber] ?? 0)"
    }
}
