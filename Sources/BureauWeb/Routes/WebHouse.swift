package import BureauDomain
package import BureauEngine
import Logging

/// What pages and interfaces are made of: the desks behind the command line, and a few facts of this server.
package struct WebHouse: Sendable {
    let runs: RunDesk
    let approvals: ApprovalDesk
    let costs: CostDesk
    let prices: PriceTable
    let budgets: BudgetDesk
    let alerts: AlertDesk
    let queue: QueueDesk
    let intake: IntakeDesk
    let system: SystemDesk
    let schedules: ScheduleDesk
    let signals: SignalDesk
    let people: PeopleDesk
    let signIn: SignIn
    let audit: AuditDesk
    let clients: ClientDesk
    let reports: ArtifactDesk
    let pdfs: ReportPrint
    let catalog: AgentCatalog
    let settings: EngineSettings
    let doors: Doors
    let logger: Logger
    let status: ServerStatus
    let frontDesk: SlackFrontDesk
    let asana: AsanaIntake
    /// Nil where nothing is started.
    let commands: SlackCommandDoor?
    /// Nil when there is no API_TOKEN.
    let apiDoor: ApprovalDoor?
    /// Nil when there is no internal token.
    let artifacts: ReportArtifactDoor?
    let requestKeys: RequestKeys
    let taskNames: TaskNames
    let taskRecords: TaskRecordDesk
    let endpoints: EndpointDesk
    let views: SavedViewDesk
    let changes: ChangeWatch
    let pulse = SystemPulse()
    let site: Site
    /// Nil where nobody can look at the connections.
    let checkup: Checkup?
    /// A stored signal once more, whichever tool sent it. Nil when it was not kept whole.
    let replay: @Sendable (String) async throws -> WebhookAnswer?
    /// Wakes the workers after something was started.
    let wake: @Sendable () -> Void
    /// In the zone of whoever reads.
    var clock: PageClock { PageClock(zone: Reader.zone ?? settings.agencyZone, now: doors.now) }

    /// How this server is reached, and what it may say of itself.
    package struct Site: Sendable {
        /// Without a slash at its end: "https://bureau.example.com". Nil when nobody said.
        package var publicURL: String?
        /// Only from these may people sign in and use it; empty for everywhere.
        package var offices: [AddressRange]
        package var version: String
        /// What is in effect, with where it came from; secrets as "set".
        package var settings: [Setting]
        /// Whether agents that ask over MCP have the tools that change something.
        package var agentsMayWrite = false

        package struct Setting: Sendable {
            package let name: String, value: String, origin: String
            package init(name: String, value: String, origin: String) {
                (self.name, self.value, self.origin) = (name, value, origin)
            }
        }

        package init(
            publicURL: String? = nil, offices: [AddressRange] = [], version: String, settings: [Setting] = []
        ) {
            self.publicURL = publicURL
            self.offices = offices
            self.version = version
            self.settings = settings
        }

        var isSecure: Bool { publicURL?.hasPrefix("https://") ?? false }
    }

    package init(
        parts: EngineParts, approvals: ApprovalDesk, status: ServerStatus, frontDesk: SlackFrontDesk,
        asana: AsanaIntake, commands: SlackCommandDoor?, apiDoor: ApprovalDoor?, artifacts: ReportArtifactDoor?,
        site: Site, checkup: Checkup? = nil, passwords: PasswordHash = .standard,
        replay: @escaping @Sendable (String) async throws -> WebhookAnswer?, wake: @escaping @Sendable () -> Void
    ) {
        let (database, doors) = (parts.database, parts.doors)
        runs = RunDesk(database: database, doors: doors)
        self.approvals = approvals
        costs = CostDesk(database: database)
        prices = parts.prices
        budgets = BudgetDesk(
            database: database, doors: doors, catalog: parts.catalog, agencyBudget: parts.settings.agencyBudget)
        alerts = AlertDesk(database: database, doors: doors)
        queue = QueueDesk(database: database, doors: doors)
        intake = IntakeDesk(database: database, doors: doors)
        (system, schedules) = (SystemDesk(parts: parts), ScheduleDesk(parts: parts))
        signals = SignalDesk(database: database)
        people = PeopleDesk(database: database, doors: doors, passwords: passwords)
        signIn = SignIn(database: database, doors: doors, passwords: passwords)
        audit = AuditDesk(database: database, doors: doors)
        clients = ClientDesk(database: database, doors: doors)
        reports = ArtifactDesk(
            database: database, doors: doors, blobs: parts.blobs, zone: parts.settings.agencyZone)
        pdfs = ReportPrint(reports: reports, press: PDFPress(settings: parts.settings.pdf, doors: doors))
        catalog = parts.catalog
        settings = parts.settings
        (self.doors, logger) = (doors, parts.logger)
        self.status = status
        self.frontDesk = frontDesk
        self.asana = asana
        self.commands = commands
        self.apiDoor = apiDoor
        self.artifacts = artifacts
        requestKeys = RequestKeys(database: database, doors: doors)
        taskNames = TaskNames(parts: parts)
        taskRecords = TaskRecordDesk(database: database)
        endpoints = EndpointDesk(database: database, doors: doors, settings: parts.settings.endpoints)
        views = SavedViewDesk(database: database, doors: doors)
        changes = ChangeWatch(runs: runs, now: doors.now)
        self.site = site
        self.checkup = checkup
        self.replay = replay
        self.wake = wake
    }
}
