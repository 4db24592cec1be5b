import BureauDomain
import BureauEngine
import BureauStorage
import BureauVendors
import BureauWeb
import Foundation
import Logging
import ServiceLifecycle

/// The one place where everything is made and wired together.
struct Composition: Sendable {
    static let version = "0.1.0"

    let settings: Settings
    let database: SQLiteDatabase
    let catalog: AgentCatalog
    let parts: EngineParts
    let transport: HTTPTransport
    let lock: OwnerLock
    let logger: Logger
    let doors: Doors
    let runWake: WakeSignal
    private let noticeWake: WakeSignal

    /// Opens the data folder and connects what the environment names. Reads the agents once.
    /// `isServer` is for what is written down about who takes in agents.
    init(_ settings: Settings, logger: Logger, doors: Doors = .system, isServer: Bool = false) async throws {
        self.settings = settings
        self.logger = logger
        self.doors = doors
        try Self.makeFolder(settings.dataFolder)
        try RestoreLock.refuse(settings)
        database = try SQLiteDatabase(path: settings.databasePath)
        try RestoreLock.refuse(settings)
        lock = try OwnerLock(
            folder: OwnerLock.folder(besideDatabase: settings.databasePath), owner: "\(getpid())-\(doors.makeID())")
        transport = HTTPTransport()
        let environment = settings.environment
        let connector = Connector(settings: settings, transport: transport), prices = try Self.prices(settings)
        try Self.checkCommentModel(settings, prices)
        let connections = try connector.connect(), sets = try connector.credentialSets(connections)
        catalog = AgentCatalog(
            folder: settings.agentsFolder,
            reader: AgentReader(hasVariable: settings.hasVariable), database: database, doors: doors, logger: logger,
            loader: isServer ? "server" : "command line, \(Person.name)")
        parts = EngineParts(
            database: database, doors: doors, catalog: catalog, connections: connections,
            blobs: BlobFolder(root: settings.blobsFolder), prices: prices,
            settings: settings.engine, counters: Counters(), logger: logger, variable: { environment[$0] },
            credentialSets: sets)
        runWake = WakeSignal(doors: doors)
        noticeWake = WakeSignal(doors: doors)
        if FileManager.default.fileExists(atPath: settings.agentsFolder.path) { try await catalog.refresh() }
    }

    /// Where the server of a data folder holds its lock.
    static func ownersFolder(_ settings: Settings) -> URL { settings.dataFolder.appendingPathComponent("owners") }

    /// After a restore nothing may start before the vendors have told what was done since the backup.
    func findLostRuns() async throws {
        do { _ = try await LostRuns(parts: parts).findAgain() } catch let error as VendorError {
            throw SetupError(
                "a backup was restored, and Anthropic cannot be asked what was started since. \(error.sentence)",
                fix: "start again when it can: until then nothing is started, so that nothing is done twice",
                exitCode: ExitStatus.temporary)
        }
    }

    /// Tells commands beside this server what it works with.
    func rememberEnvironment() async throws {
        try await database.write { [parts] in try ServerFacts(db: $0).remember(parts) }
    }

    var desk: RunDesk { RunDesk(database: database, doors: doors) }
    var auditDesk: AuditDesk { AuditDesk(database: database, doors: doors) }

    /// A decision wakes the workers, who bring it to the session.
    var approvalDesk: ApprovalDesk {
        ApprovalDesk(
            database: database, catalog: catalog, doors: doors, agencyBudget: settings.engine.agencyBudget,
            parts: parts
        ) { [runWake, noticeWake] in
            runWake.raise()
            noticeWake.raise()
        }
    }

    var budgetDesk: BudgetDesk {
        BudgetDesk(database: database, doors: doors, catalog: catalog, agencyBudget: settings.engine.agencyBudget)
    }

    var artifactDesk: ArtifactDesk {
        ArtifactDesk(database: database, doors: doors, blobs: parts.blobs, zone: settings.engine.agencyZone)
    }

    var scheduleDesk: ScheduleDesk { ScheduleDesk(parts: parts) }

    /// The services of `bureau serve`, in the order they start. They stop in the reverse order.
    func serverServices(onListening: @escaping @Sendable (Int?) async -> Void) -> [any Service] {
        let reviewWake = WakeSignal(doors: doors), lookWake = WakeSignal(doors: doors)
        let intake = intake(wake: { [runWake] in
            runWake.raise()
            reviewWake.raise()
        })
        let server = BureauServer(
            address: settings.address, intake: intake,
            house: house(asanaIntake(lookWake: lookWake, reviewWake: reviewWake)),
            eventLoops: EventLoopExecutor.shared.group, executor: EventLoopExecutor.shared,
            logger: logger
        ) { [parts] port in
            SystemdNotifier.ready()
            parts.pulse.enter(.serving)
            await onListening(port)
        }
        return [
            catalog, Upkeep(parts: parts, wake: noticeWake), AlertCare(parts: parts, wake: noticeWake),
            BuildCare(parts: parts),
            SystemdNotifier(doors: doors), MemoryTrimmer(doors: doors),
        ] + workers() + sweeps(lookWake) + schedules() + reviews(reviewWake) + announcements()
            + [server, StoppingMark(pulse: parts.pulse)]
    }

    /// Reads what people write on the tasks of runs that wait for them.
    private func reviews(_ signal: WakeSignal) -> [any Service] {
        guard !settings.engine.isDispatchPaused else { return [] }
        let watcher = TaskWatcher(parts: parts) { [runWake, noticeWake] in
            runWake.raise()
            noticeWake.raise()
        }
        return [ReviewService(watcher: watcher, signal: signal)]
    }

    /// Tells endpoints outside of changes. A server that starts nothing tells nobody: what waits stays.
    private func announcements() -> [any Service] {
        settings.engine.isDispatchPaused ? [] : [AnnouncementWorker(parts: parts, wake: noticeWake)]
    }

    var peopleDesk: PeopleDesk { PeopleDesk(database: database, doors: doors) }

    private var status: ServerStatus {
        ServerStatus(
            database: database, catalog: catalog, counters: parts.counters, doors: doors, version: Self.version,
            governors: parts.accounts.flatMap { account in
                account.connections.governors.map { (account.settings.credentialSet, $0) }
            }, budgets: budgetDesk, pulse: parts.pulse)
    }

    /// The desks behind one another's surfaces, for a command that serves no network.
    var houseWithoutNetwork: WebHouse {
        house(asanaIntake(lookWake: WakeSignal(doors: doors), reviewWake: WakeSignal(doors: doors)))
    }

    /// Pages and interfaces.
    private func house(_ asana: AsanaIntake) -> WebHouse {
        WebHouse(
            parts: parts, approvals: approvalDesk, status: status,
            frontDesk: SlackFrontDesk(
                desk: approvalDesk,
                teams: parts.slackTeams(ownSecret: settings.environment.secret("SLACK_SIGNING_SECRET")), doors: doors,
                logger: logger, zone: settings.engine.agencyZone),
            asana: asana,
            commands: SlackCommandDoor(desk: SlackCommandDesk(parts: parts) { [runWake] in runWake.raise() }),
            apiDoor: settings.environment.secret("API_TOKEN").map { token in
                ApprovalDoor(
                    desk: approvalDesk, token: token, person: settings.environment["API_TOKEN_USER"] ?? "api")
            },
            artifacts: settings.environment.secret("AGENCY_OS_INTERNAL_TOKEN").map { token in
                ReportArtifactDoor(
                    desk: artifactDesk, token: token,
                    person: settings.environment["AGENCY_OS_INTERNAL_USER"] ?? "agency-os")
            }, site: settings.siteInEffect,
            checkup: Checkup(
                settings, VendorAccount.all(settings, parts.connections, parts.credentialSets), transport, doors,
                client: { [desk = ClientDesk(database: database, doors: doors)] in try? await desk.find($0) }),
            replay: { try await replay($0, asana) }
        ) { [runWake, noticeWake] in
            runWake.raise()
            noticeWake.raise()
        }
    }

    /// Finds what no webhook told of. A server that starts nothing looks for nothing.
    private func sweeps(_ lookWake: WakeSignal) -> [any Service] {
        guard !settings.engine.isDispatchPaused else { return [] }
        let wake: @Sendable () -> Void = { [runWake] in
            runWake.raise()
            lookWake.raise()
        }
        return [
            AsanaLooker(parts: parts, signal: lookWake, wake: wake),
            WaitingTaskClients(parts: parts),
            SweepService(
                parts: parts, wake: wake, notice: { [noticeWake] in noticeWake.raise() }, key: makeSealingKey),
        ]
    }

    /// What webhooks' secrets are sealed under; made when there is none.
    var makeSealingKey: @Sendable () throws -> Secret {
        { [folder = settings.dataFolder] in try SealingKey.loadOrMake(folder) }
    }

    private var sealingKey: @Sendable () -> Secret? {
        { [logger, folder = settings.dataFolder] in
            do { return try SealingKey.load(folder) } catch {
                logger.error("registered webhooks cannot be believed", metadata: ["why": "\(error)"])
                return nil
            }
        }
    }

    /// A stored signal once more, whichever tool sent it. Nil when it was not kept whole.
    func replay(_ signalID: String) async throws -> WebhookAnswer? {
        try await replay(
            signalID, asanaIntake(lookWake: WakeSignal(doors: doors), reviewWake: WakeSignal(doors: doors)))
    }

    private func replay(_ signalID: String, _ asana: AsanaIntake) async throws -> WebhookAnswer? {
        if let answer = try await intake(wake: {}).replay(signalID) { return answer }
        return try await asana.replay(signalID)
    }

    /// Takes in what Asana sends.
    private func asanaIntake(lookWake: WakeSignal, reviewWake: WakeSignal) -> AsanaIntake {
        AsanaIntake(parts: parts, key: sealingKey) {
            lookWake.raise()
            reviewWake.raise()
        }
    }

    /// Takes in signals; `wake` is called when one made a run.
    func intake(wake: @escaping @Sendable () -> Void) -> WebhookIntake {
        WebhookIntake(
            database: database, catalog: catalog, secret: settings.environment.secret("CLICKUP_WEBHOOK_SECRET"),
            secrets: parts.credentialSets.compactMapValues(\.clickUpWebhookSecret), doors: doors, logger: logger,
            counters: parts.counters,
            sealingKey: sealingKey, wake: wake)
    }

    private func schedules() -> [any Service] {
        settings.engine.isDispatchPaused ? [] : [ScheduleService(parts: parts, wake: runWake)]
    }

    /// What moves runs and tells people. `only` limits it to one run, for a command that does its own work.
    func workers(only run: String? = nil) -> [any Service] {
        guard !settings.engine.isDispatchPaused else { return [] }
        return [
            NoticeWorker(parts: parts, owner: lock.owner, wake: noticeWake, onlyRun: run),
            RunThreadWorker(parts: parts, lock: lock, finishes: run != nil),
            RunWorker(parts: parts, lock: lock, wake: runWake, onlyRun: run),
        ]
    }

    /// For commands: opens, and closes again whatever happens.
    static func with<Value>(_ settings: Settings, _ body: (Composition) async throws -> Value) async throws -> Value {
        let composition = try await Composition(settings, logger: .forCommand(settings.logLevel))
        do {
            let value = try await body(composition)
            await composition.close()
            return value
        } catch {
            await composition.close()
            throw error
        }
    }

    func close() async {
        await transport.shutdown()
        try? database.close()
    }

    static func prices(_ settings: Settings) throws -> PriceTable {
        let shipped = PriceTable.load(Array(PriceTable.shippedJSON.utf8), fileName: "the prices shipped with bureau")
        guard let bytes = FileManager.default.contents(atPath: settings.pricesFile.path) else {
            guard let table = shipped.table else { throw SetupError("\(shipped.problems)", fix: "reinstall bureau") }
            return table
        }
        let own = PriceTable.load(Array(bytes), fileName: settings.pricesFile.path)
        guard let table = own.table else {
            throw SetupError(
                own.problems.map { "\($0)" }.joined(separator: "\n"),
                fix: "mend the price file, or remove it to use the shipped prices")
        }
        return table
    }

    /// What has no price is never asked: money is not spent unseen.
    private static func checkCommentModel(_ settings: Settings, _ prices: PriceTable) throws {
        guard let model = settings.engine.commentModel?.model, prices.tiers(for: model) == nil else { return }
        throw SetupError(
            "COMMENT_MODEL is \"\(model)\", for which there is no price",
            fix:
                "name one of \(prices.tiers.keys.sorted().joined(separator: ", ")), or add its price to \(settings.pricesFile.path)"
        )
    }

    private static func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SetupError(
                "the data folder \(folder.path) cannot be made: \(error.localizedDescription)",
                fix: "set DATA_DIR to a folder this user may write")
        }
    }
}
