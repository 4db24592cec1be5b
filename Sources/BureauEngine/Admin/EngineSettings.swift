package import BureauDomain
package import Foundation

/// Settings the rooms read, from the environment. Names and defaults are told in docs/guides/settings.md.
package struct EngineSettings: Sendable {
    package var sessionLogFolder: URL
    package var deliveryFolder: URL
    /// Which named credentials these settings go with; nil for the environment's own.
    package var credentialSet: String?
    /// Whose the task is, which stays in the account of the list it came by.
    package var taskCredentialSet: String?
    package var driveRootFolderID: String?
    /// Where alerts go when an agent names no channel.
    package var alertChannel: String?
    /// Where results go when an agent names no channel.
    package var resultsChannel: String?
    /// Without a slash at its end; nil when nobody said where the pages are reached.
    package var publicURL: String?
    /// Names as agents' configs tag them, without the @, in lower case, to Slack user ids.
    package var slackPeople: [String: String]
    /// Slack users, by id, who may start every agent that can be started from Slack, and see and stop its runs.
    package var slackCommandUsers: Set<String>
    package var fanOut: FanOutLimits
    package var defaultSessionCostMax: MicroUSD
    package var dailyCostAlert: MicroUSD?
    /// What all runs of a day (UTC) may cost together; nil sets no limit.
    package var agencyBudget: ScopeBudget?
    /// `{session}` is replaced; for people with access to the provider's console.
    package var consoleLinkPattern: String
    package var reminders: ReminderPolicy
    /// Who is named in reminders of what stays open, as agents' configs write people.
    package var escalationTags: [String]
    /// Nil when nobody wants the daily digest.
    package var digestTime: DigestTime?
    package var eventLogDaysKept: Int
    package var diskAlertPercent: Int
    /// Accept and store, start nothing.
    package var isDispatchPaused: Bool
    package var runsInFlightMax: Int
    /// The most that may be set for it.
    package static let runsInFlightHighest = 100_000
    /// How long a worker that is not heard of keeps its run.
    package var leaseMilliseconds: Int64
    /// A run that waits longer for a slot is given up.
    package var queuedHoursMax: Int
    /// Number of the ClickUp workspace whose webhooks are looked after.
    package var clickUpWorkspaceID: String?
    package var sweepSeconds: Int
    /// How often the task of a run that waits for people is looked at while no webhook tells of it.
    package var reviewLookSeconds: Int
    /// The model that may say what comments mean; nil leaves it to the rules.
    package var commentModel: CommentModelSettings?
    /// Whose clock a schedule means that names no other.
    package var agencyZone: ZoneOffsets
    package var builds: BuildSettings
    package var endpoints: EndpointSettings
    package var pdf: PDFSettings

    package init(sessionLogFolder: URL, deliveryFolder: URL) {
        self.sessionLogFolder = sessionLogFolder
        self.deliveryFolder = deliveryFolder
        slackPeople = [:]
        slackCommandUsers = []
        fanOut = .byDefault
        defaultSessionCostMax = MicroUSD(rawValue: 5_000_000)
        consoleLinkPattern = "https://platform.claude.com/workspaces/default/sessions/{session}"
        reminders = ReminderPolicy(firstAfterHours: 4)
        escalationTags = []
        eventLogDaysKept = 90
        diskAlertPercent = 80
        isDispatchPaused = false
        runsInFlightMax = 1_000
        leaseMilliseconds = Lease.lifeMilliseconds
        queuedHoursMax = 72
        sweepSeconds = 120
        reviewLookSeconds = 60
        agencyZone = .utc
        endpoints = EndpointSettings(keyFolder: deliveryFolder.deletingLastPathComponent())
        builds = BuildSettings(folder: deliveryFolder.deletingLastPathComponent().appendingPathComponent("builds"))
        pdf = PDFSettings(folder: deliveryFolder.deletingLastPathComponent().appendingPathComponent("pdf"))
    }

    /// Where the pages show the run; nil when nobody said where they are reached.
    package func runLink(_ id: String) -> String? { publicURL.map { "\($0)/runs/\(id)/" } }

    package func consoleLink(_ session: String) -> String {
        consoleLinkPattern.replacingOccurrences(of: "{session}", with: session)
    }
}
