import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging
import Synchronization

@testable import BureauEngine

/// A clock that stands still until a test moves it.
final class StandingClock: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ text: String) throws { milliseconds = Mutex(try Self.read(text)) }

    var now: Int64 { milliseconds.withLock { $0 } }
    func set(_ text: String) throws {
        let instant = try Self.read(text)
        milliseconds.withLock { $0 = instant }
    }
    func advance(_ duration: Duration) {
        let step = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        milliseconds.withLock { $0 += step }
    }

    /// "2026-11-21T10:02Z"
    static func read(_ text: String) throws -> Int64 {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        return Int64(try style.parse(text.replacing("Z", with: ":00Z")).timeIntervalSince1970 * 1_000)
    }
}

/// A data folder with agents and clients, and the parts of one server process on it. `again` makes those of another.
struct ScheduleHouse: Sendable {
    let folder: URL
    let clock: StandingClock
    let database: PlannedDatabase
    let parts: EngineParts
    let service: ScheduleService
    let desk: ScheduleDesk

    init(_ start: String, cron: String) async throws {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "schedules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "agents"), withIntermediateDirectories: true)
        try Self.writeAgent(cron, in: folder)
        try await self.init(folder, StandingClock(start))
    }

    /// Another process on the same data folder, or the same one after a restart.
    func again(doors: Doors? = nil) async throws -> ScheduleHouse {
        try await ScheduleHouse(folder, clock, doors: doors)
    }

    private init(_ folder: URL, _ clock: StandingClock, doors given: Doors? = nil) async throws {
        self.folder = folder
        self.clock = clock
        let doors =
            given
            ?? Doors(
                now: { clock.now }, randomness: Doors.system.randomness, jitter: { 1 }, sleep: { clock.advance($0) })
        database = try PlannedDatabase(path: folder.appending(path: "bureau.db").path)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let catalog = AgentCatalog(
            folder: folder.appending(path: "agents"), reader: AgentReader(hasVariable: { _ in true }),
            database: database, doors: doors, logger: logger)
        try await catalog.refresh()
        parts = EngineParts(
            database: database, doors: doors, catalog: catalog, connections: Connections(),
            blobs: BlobFolder(root: folder.appending(path: "blobs")),
            prices: try Self.prices(),
            settings: EngineSettings(sessionLogFolder: folder, deliveryFolder: folder), counters: Counters(),
            logger: logger, variable: { _ in "x" })
        service = ScheduleService(parts: parts, wake: WakeSignal(doors: doors))
        desk = ScheduleDesk(parts: parts)
    }

    func edit(cron: String) async throws {
        try Self.writeAgent(cron, in: folder)
        try await parts.catalog.refresh()
    }

    func add(_ slug: String, zone: String = "", website: String = "https://example.com") async throws {
        let text = """
            {"slug": "\(slug)", "name": "\(slug.capitalized)", "fields": {"website_url": "\(website)", "time_zone": "\(zone)"}}
            """
        guard let client = ClientRecord.load(Array(text.utf8), fileName: slug).client else { throw NotAClient() }
        let now = clock.now
        try await database.write { try ClientStore(db: $0).save(client, now: now) }
    }

    struct NotAClient: Error {}
    struct NoPrices: Error {}

    private static func prices() throws -> PriceTable {
        guard let table = PriceTable.shipped else { throw NoPrices() }
        return table
    }

    /// "acme 2026-11-21T08:00:00Z" for each run of a schedule, in order of due time.
    func slots(_ verdict: String = "run") async throws -> [String] {
        try await database.query(
            "SELECT client_slug, due_at FROM schedule_slot WHERE verdict = ? ORDER BY due_at, client_slug", [verdict]
        ).map {
            let date = Date(timeIntervalSince1970: Double(try $0.integer("due_at")) / 1_000)
            return "\(try $0.text("client_slug")) \(date.formatted(.iso8601))"
        }
    }

    func runCount() async throws -> Int64 {
        try await database.engine.query("SELECT count(*) AS n FROM run").first?.integer("n") ?? -1
    }

    static func schedule(_ rest: String) -> String { "{ \"enabled\": true, \(rest) }" }

    private static func writeAgent(_ cron: String, in folder: URL) throws {
        let text = """
            {
              "agent_name": "auditor", "display_name": "Auditor", "description": "Audits", "version": "1.0.0",
              "anthropic": { "agent_id_env": "AUDITOR_AGENT_ID", "environment_id_env": "AUDITOR_ENV_ID" },
              "payload_source": { "type": "manual",
                "clickup": { "required_fields": ["client_id", "website_url"] } },
              "triggers": { "cron": \(cron), "manual_cli": { "enabled": true } },
              "kickoff_template": { "prompt": "Go." },
              "limits": { "max_session_duration_minutes": 5 },
              "delivery": { "folder": { "enabled": true } },
              "alerts": { "on_failure_channel": "#alerts" }
            }
            """
        // As a file of its own each time: two edits of one length may fall into one tick of the disk's clock.
        try Data(text.utf8).write(to: folder.appending(path: "agents/auditor.json"), options: .atomic)
    }
}
