import BureauDomain
import BureauStorage
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle

@testable import BureauEngine
@testable import BureauSandbox
@testable import BureauVendors

/// One process of the product: everything `bureau serve` runs, on the shared disk, until it dies.
final class SimulatedServer: Sendable {
    let life: ServerLife
    let parts: EngineParts
    let intake: WebhookIntake
    let asanaIntake: AsanaIntake
    let approvals: ApprovalDesk
    let desk: RunDesk
    let commands: SlackCommandDesk
    let startedAt: Int64
    private let services: [any Service]

    static let webhookSecret = "demo-clickup-webhook-secret"
    static let sealingKey = Secret("test-sealing-key")
    /// So few that runs wait for slots, and a run that waits for those it has started could keep theirs.
    static let runsInFlightMax = 4
    /// Asana's event streams are read more often than ClickUp's lists: it is they that make up for lost events.
    static let asanaSweepSeconds = 200
    /// Where the idle poll for other processes' work is a quarter of a second, a simulated one is this much lazier:
    /// thousands of hours are mostly idle.
    static let idleSlowness = 120
    /// Looks at tasks of Asana let bursts settle, so one of them comes after the signal: within 20 s.
    static let lookSlowness = 40

    init(_ world: World, number: Int) async throws {
        let scheduler = world.scheduler
        let life = ServerLife(owner: "server-\(number)", scheduler: scheduler, mutation: world.mutation)
        self.life = life
        startedAt = scheduler.now
        let doors = life.doors(world.serverChance)
        let lazy = Self.lazy(doors, Self.idleSlowness)
        let database = SimulatedDatabase(disk: world.disk, life: life)
        let logger = Logger(label: "bureau") { [trace = world.trace] _ in TraceLog(trace: trace, owner: life.owner) }
        let catalog = AgentCatalog(
            folder: world.folder.appending(path: "agents"), reader: AgentReader(hasVariable: { _ in true }),
            database: database, doors: lazy, logger: logger)
        try await catalog.refresh()
        let counters = Counters()
        parts = EngineParts(
            database: database, doors: doors, catalog: catalog,
            connections: try Self.connections(world, life, doors),
            blobs: BlobFolder(root: world.folder.appending(path: "blobs")), prices: world.prices,
            settings: Self.settings(world), counters: counters, logger: logger,
            variable: { Agents.variables[$0] })
        let (runWake, noticeWake) = (WakeSignal(doors: lazy), WakeSignal(doors: lazy))
        let lookWake = WakeSignal(doors: Self.lazy(doors, Self.lookSlowness))
        asanaIntake = AsanaIntake(parts: parts, key: { Self.sealingKey }, wake: { lookWake.raise() })
        intake = WebhookIntake(
            database: database, catalog: catalog, secret: Secret(Self.webhookSecret), doors: doors, logger: logger,
            counters: counters, wake: { runWake.raise() })
        approvals = ApprovalDesk(database: database, catalog: catalog, doors: doors) {
            runWake.raise()
            noticeWake.raise()
        }
        desk = RunDesk(database: database, doors: doors)
        commands = SlackCommandDesk(parts: parts) { runWake.raise() }
        let lock = try OwnerLock(folder: world.folder.appending(path: "owners"), owner: life.owner)
        var services: [any Service] = [
            catalog, Upkeep(parts: parts, wake: noticeWake),
            NoticeWorker(parts: parts, owner: life.owner, wake: noticeWake),
            RunThreadWorker(parts: parts, lock: lock, finishes: false),
            RunWorker(parts: parts, lock: lock, wake: runWake),
            AsanaLooker(parts: parts, signal: lookWake, wake: { runWake.raise() }),
            ScheduleService(parts: parts, wake: runWake), WaitingTaskClients(parts: parts),
        ]
        if world.mutation != .deaf {
            services.append(
                SweepService(
                    parts: parts,
                    wake: {
                        runWake.raise()
                        lookWake.raise()
                    }, notice: { noticeWake.raise() }, key: { Self.sealingKey }))
            services.append(
                AsanaSweeps(parts: parts) {
                    runWake.raise()
                    lookWake.raise()
                })
        }
        self.services = services
    }

    private static func lazy(_ doors: Doors, _ slowness: Int) -> Doors {
        var lazy = doors
        lazy.sleep = { try await doors.sleep($0 * slowness) }
        return lazy
    }

    /// Returns when the server is dead and every task of it has come to its end.
    func run() async {
        await withDiscardingTaskGroup { group in
            for service in services { group.addTask { try? await service.run() } }
        }
    }

    private static func connections(_ world: World, _ life: ServerLife, _ doors: Doors) throws -> Connections {
        let transport = InProcessTransport(
            responder: world.responder, scheduler: world.scheduler, life: life, trace: world.trace)
        // As in the product: a clock that is set meanwhile does not move the governor's.
        let steady: @Sendable () -> Int64 = { [scheduler = world.scheduler, began = life.clockOffset] in
            scheduler.now + began
        }
        func governed(_ vendor: Vendor) -> RateGovernor {
            RateGovernor(
                vendor: vendor, before: transport, now: steady, sleep: { try await world.scheduler.sleep($0) })
        }
        let now: @Sendable () -> Date = { Date(timeIntervalSince1970: Double(doors.now()) / 1_000) }
        let google = governed(.google)
        let endpoints = GoogleEndpoints(base: "http://sandbox.sim/google")
        let tokens = GoogleTokenSource(
            transport: google, credential: try GoogleCredential(serviceAccountJSON: Array(world.account.json.utf8)),
            endpoints: endpoints, now: now)
        return Connections(
            anthropic: AnthropicClient(
                transport: governed(.anthropic), baseURL: "http://sandbox.sim/anthropic", key: Secret("sk-ant-demo"),
                now: now),
            clickUp: ClickUpClient(
                transport: governed(.clickUp), baseURL: "http://sandbox.sim/clickup/api/v2", token: Secret("pk_demo"),
                now: now),
            asana: AsanaClient(
                transport: governed(.asana), baseURL: "http://sandbox.sim/asana/api/1.0",
                token: Secret(SandboxKeys().asana), now: now, makeBoundary: { "bureau-boundary" }),
            slack: SlackClient(
                transport: governed(.slack), baseURL: "http://sandbox.sim/slack/api", token: Secret("xoxb-demo"),
                now: now),
            drive: GoogleDriveClient(
                transport: google, tokens: tokens, endpoints: endpoints, now: now,
                pause: { try? await doors.sleep(.milliseconds($0)) }))
    }

    private static func settings(_ world: World) -> EngineSettings {
        var settings = EngineSettings(
            sessionLogFolder: world.folder.appending(path: "logs"),
            deliveryFolder: world.folder.appending(path: "deliveries"))
        settings.alertChannel = "C0ALERTS"
        settings.resultsChannel = "C0RESULTS"
        settings.driveRootFolderID = "1DEMOROOT"
        settings.diskAlertPercent = 100
        settings.sweepSeconds = 600
        settings.runsInFlightMax = runsInFlightMax
        return settings
    }
}

/// Reads the event streams of Asana between the rounds of the sweep.
private struct AsanaSweeps: Service {
    let parts: EngineParts
    let wake: @Sendable () -> Void

    func run() async throws {
        while !Task.isCancelled {
            try await parts.doors.sleep(.seconds(SimulatedServer.asanaSweepSeconds))
            do { try await AsanaStream(parts: parts, wake: wake).sweepAll() } catch is CancellationError {
                return
            } catch {
                parts.logger.warning("Asana could not be swept", metadata: ["why": "\(error)"])
            }
        }
    }
}
