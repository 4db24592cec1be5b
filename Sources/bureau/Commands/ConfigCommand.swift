import ArgumentParser
import BureauDomain
import BureauEngine
import BureauWeb
import Foundation
import Logging

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The settings in effect.", discussion: "bureau config show",
        subcommands: [ConfigShowCommand.self])
}

struct ConfigShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Every setting in effect; of secrets only whether they are set.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            var listing = Listing([.init("SETTING"), .init("VALUE"), .init("FROM")], empty: "")
            for setting in SettingsCatalogue(settings).all {
                let value = setting.value ?? "unset"
                listing.add(
                    [
                        Listing.Cell(setting.name), Listing.Cell(value, setting.value == nil ? .faint : nil),
                        Listing.Cell(setting.source, .faint),
                    ],
                    .made([
                        ("name", .string(setting.name)), ("value", .text(setting.value)),
                        ("from", .string(setting.source)), ("secret", .bool(setting.isSecret)),
                    ]))
            }
            try output.print(listing)
        }
    }
}

/// Every variable with what is in effect for it. Values of secrets never get in here.
struct SettingsCatalogue {
    struct Setting {
        let name: String
        /// "set" for a secret; nil when nothing is in effect.
        let value: String?
        let source: String
        var isSecret = false
    }

    let settings: Settings
    init(_ settings: Settings) { self.settings = settings }

    var all: [Setting] {
        let engine = settings.engine
        return anthropic
            + [
                secret("CLICKUP_API_TOKEN"), secret("CLICKUP_WEBHOOK_SECRET"), plain("CLICKUP_WORKSPACE_ID"),
                plain("CLICKUP_BASE_URL", "https://api.clickup.com/api/v2"),
                secret("ASANA_ACCESS_TOKEN"), plain("ASANA_BASE_URL", "https://app.asana.com/api/1.0"),
                secret("SLACK_BOT_TOKEN"), secret("SLACK_SIGNING_SECRET"), secret("API_TOKEN"),
                secret("AGENCY_OS_INTERNAL_TOKEN"), plain("PUBLIC_URL"), plain("OFFICE_ADDRESSES"),
                plain("ENDPOINT_ALLOWED_ADDRESSES"), plain("MCP_WRITES", "off"), plain("AGENCY_TIME_ZONE", "UTC"),
                plain("ALERT_REMIND_HOURS", "4"), plain("ALERT_ESCALATE_TO"), plain("DAILY_DIGEST_AT"),
                plain("SLACK_COMMAND_USERS"), plain("SLACK_ALERT_CHANNEL_ID"),
                plain("SLACK_RESULTS_CHANNEL_ID"), plain("SLACK_USERS"),
                plain("SLACK_BASE_URL", "https://slack.com/api"),
                plain("GOOGLE_SERVICE_ACCOUNT_JSON_PATH"), plain("GOOGLE_DRIVE_ROOT_FOLDER_ID"),
                plain("GOOGLE_BASE_URL", "Google's own hosts"),
            ] + address + [
                plain("LOG_LEVEL", settings.logLevel.rawValue),
                effective("DATA_DIR", settings.dataFolder.path), effective("DATABASE_PATH", settings.databasePath),
                effective("SESSION_LOG_DIR", engine.sessionLogFolder.path),
                effective("AGENTS_DIR", settings.agentsFolder.path),
                effective("PRICES_FILE", pricesFile), effective("CREDENTIALS_FILE", settings.credentialsFile.path),
                effective("DELIVERY_FOLDER", engine.deliveryFolder.path),
                effective("BUILD_DIR", engine.builds.folder.path), plain("BUILD_USER"), plain("BUILD_SANDBOXED"),
                plain("CHROMIUM", "chromium"),
                effective("DEFAULT_MAX_SESSION_COST_USD", "\(engine.defaultSessionCostMax)"),
                effective("DAILY_COST_ALERT_THRESHOLD_USD", engine.dailyCostAlert.map { "\($0)" }),
                plain("AGENCY_DAILY_BUDGET_USD"), plain("AGENCY_BUDGET_WARN_PERCENT", "80"),
                plain("AGENCY_BUDGET_ON_EXHAUSTED", "pause_and_ask"),
                effective("EVENT_LOG_DAYS", "\(engine.eventLogDaysKept)"),
                effective("DISK_ALERT_PERCENT", "\(engine.diskAlertPercent)"),
                effective("SWEEP_SECONDS", "\(engine.sweepSeconds)"),
                effective("REVIEW_LOOK_SECONDS", "\(engine.reviewLookSeconds)"),
                plain("COMMENT_MODEL"),
                plain("COMMENT_MODEL_SECONDS", "\(CommentModelSettings.secondsByDefault)"),
                effective("RUNS_IN_FLIGHT_MAX", "\(engine.runsInFlightMax)"),
                effective("FAN_OUT_DEPTH_MAX", "\(engine.fanOut.depthMax)"),
                effective("FAN_OUT_RUNS_PER_HOUR_MAX", "\(engine.fanOut.runsPerHourMax)"),
                plain("API_TOKEN_USER", "api"), plain("AGENCY_OS_INTERNAL_USER", "agency-os"),
                effective("LEASE_SECONDS", "\(engine.leaseMilliseconds / 1_000)"),
                effective("QUEUED_HOURS_MAX", "\(engine.queuedHoursMax)"),
            ]
    }

    private var anthropic: [Setting] {
        let agents = AgentFolder(settings).written.compactMap(\.config.anthropic)
        let ids = Set(agents.flatMap { [$0.agentIDVariable, $0.environmentIDVariable] }).sorted()
        return [secret("ANTHROPIC_API_KEY")] + ids.map { plain($0) } + [
            plain("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
            effective("ANTHROPIC_CONSOLE_URL", settings.engine.consoleLinkPattern),
        ]
    }

    private var address: [Setting] {
        switch settings.address {
        case .unixSocket(let path): [effective("UNIX_SOCKET", path)]
        case .host(let host, let port): [effective("HOST", host), effective("PORT", "\(port)")]
        }
    }

    private var pricesFile: String {
        let path = settings.pricesFile.path
        return FileManager.default.fileExists(atPath: path) ? path : "shipped with bureau"
    }

    private func source(_ name: String) -> String {
        if settings.environment.has(name) { return "environment" }
        return settings.environment.placeholders.contains(name) ? "the example's value, not used" : "default"
    }

    private func secret(_ name: String) -> Setting {
        Setting(
            name: name, value: settings.environment.has(name) ? "set" : nil, source: source(name), isSecret: true)
    }

    private func plain(_ name: String, _ otherwise: String? = nil) -> Setting {
        Setting(
            name: name, value: (settings.environment[name] ?? otherwise).map(Self.withoutPassword), source: source(name)
        )
    }

    /// What is in effect may come from the command line as well.
    private func effective(_ name: String, _ value: String?) -> Setting {
        Setting(name: name, value: value.map(Self.withoutPassword), source: source(name))
    }

    /// An address may carry a name and a password: https://name:password@host.
    static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.range(of: "://"), let at = text[scheme.upperBound...].firstIndex(of: "@"),
            !text[scheme.upperBound..<at].contains("/")
        else { return text }
        return text[..<scheme.upperBound] + "***" + text[at...]
    }
}
