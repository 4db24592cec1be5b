import BureauDomain
import BureauEngine
import BureauVendors
import BureauWeb
import Foundation
import Logging

/// Everything the environment says, read once. Secrets become `Secret` here and cannot be printed afterwards.
/// Every name is told in docs/guides/settings.md.
struct Settings: Sendable {
    let environment: Environment
    let dataFolder: URL
    let agentsFolder: URL
    let pricesFile: URL
    /// Further accounts at the vendors, by name.
    let credentialsFile: URL
    let databasePath: String
    let engine: EngineSettings
    let address: BureauServer.Address
    let site: WebHouse.Site
    let logLevel: Logger.Level
    /// Where runs' files are kept.
    var blobsFolder: URL { dataFolder.appendingPathComponent("blobs") }

    /// `overrides` come from the command line and win over the environment.
    init(_ environment: Environment, overrides: SettingsOverrides = .init()) throws(SetupError) {
        self.environment = environment
        let config = overrides.configFolder ?? "."
        dataFolder = Self.folder(overrides.dataFolder ?? environment["DATA_DIR"] ?? "./data")
        agentsFolder = Self.folder(
            overrides.configFolder == nil ? environment["AGENTS_DIR"] ?? "./agents" : config + "/agents")
        pricesFile = URL(fileURLWithPath: environment["PRICES_FILE"] ?? config + "/config/prices.json")
        credentialsFile = URL(fileURLWithPath: environment["CREDENTIALS_FILE"] ?? config + "/config/credentials.json")
        databasePath = environment["DATABASE_PATH"] ?? dataFolder.appendingPathComponent("bureau.db").path
        address = try Self.address(environment, overrides)
        site = try Self.site(environment)
        logLevel = try Self.logLevel(environment)
        var engine = try Self.engine(environment, dataFolder, isDataOverridden: overrides.dataFolder != nil)
        engine.publicURL = site.publicURL
        self.engine = engine
    }

    private static func engine(_ environment: Environment, _ data: URL, isDataOverridden: Bool) throws(SetupError)
        -> EngineSettings
    {
        let logs =
            environment["SESSION_LOG_DIR"]
            ?? (isDataOverridden ? data.appendingPathComponent("sessions").path : "./logs/sessions")
        let delivery = environment["DELIVERY_FOLDER"].map(folder) ?? data.appendingPathComponent("deliveries")
        var engine = EngineSettings(sessionLogFolder: folder(logs), deliveryFolder: delivery)
        engine.builds = builds(environment, data)
        engine.pdf = pdf(environment, data)
        engine.endpoints = EndpointSettings(
            keyFolder: data, allowed: try addressRanges("ENDPOINT_ALLOWED_ADDRESSES", environment))
        engine.driveRootFolderID = environment["GOOGLE_DRIVE_ROOT_FOLDER_ID"]
        engine.alertChannel = environment["SLACK_ALERT_CHANNEL_ID"]
        engine.resultsChannel = environment["SLACK_RESULTS_CHANNEL_ID"]
        engine.slackPeople = people(environment["SLACK_USERS"] ?? "")
        engine.slackCommandUsers = try slackUsers("SLACK_COMMAND_USERS", environment)
        if let depth = try number("FAN_OUT_DEPTH_MAX", environment, 1...10) { engine.fanOut.depthMax = depth }
        if let runs = try number("FAN_OUT_RUNS_PER_HOUR_MAX", environment, 1...1_000) {
            engine.fanOut.runsPerHourMax = runs
        }
        if let limit = try money("DEFAULT_MAX_SESSION_COST_USD", environment) { engine.defaultSessionCostMax = limit }
        engine.dailyCostAlert = try money("DAILY_COST_ALERT_THRESHOLD_USD", environment)
        engine.agencyBudget = try agencyBudget(environment)
        if let pattern = environment["ANTHROPIC_CONSOLE_URL"] { engine.consoleLinkPattern = pattern }
        if let days = try number("EVENT_LOG_DAYS", environment, 1...3_650) { engine.eventLogDaysKept = days }
        if let percent = try number("DISK_ALERT_PERCENT", environment, 1...100) { engine.diskAlertPercent = percent }
        if let runs = try number("RUNS_IN_FLIGHT_MAX", environment, 1...100_000) { engine.runsInFlightMax = runs }
        if let seconds = try number("LEASE_SECONDS", environment, 2...300) {
            engine.leaseMilliseconds = Int64(seconds) * 1_000
        }
        if let hours = try number("QUEUED_HOURS_MAX", environment, 1...8_760) { engine.queuedHoursMax = hours }
        engine.clickUpWorkspaceID = environment["CLICKUP_WORKSPACE_ID"]
        if let seconds = try number("SWEEP_SECONDS", environment, 10...3_600) { engine.sweepSeconds = seconds }
        if let seconds = try number("REVIEW_LOOK_SECONDS", environment, 1...3_600) {
            engine.reviewLookSeconds = seconds
        }
        if let model = environment["COMMENT_MODEL"] {
            let seconds = try number("COMMENT_MODEL_SECONDS", environment, 1...120)
            engine.commentModel = CommentModelSettings(
                model: model, secondsMax: seconds ?? CommentModelSettings.secondsByDefault)
        }
        if let zone = try zone("AGENCY_TIME_ZONE", environment) { engine.agencyZone = zone }
        if let hours = try number("ALERT_REMIND_HOURS", environment, 1...168) {
            engine.reminders = ReminderPolicy(firstAfterHours: hours)
        }
        engine.escalationTags = (environment["ALERT_ESCALATE_TO"] ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        if let text = environment["DAILY_DIGEST_AT"] {
            guard let time = DigestTime(text) else {
                throw SetupError("DAILY_DIGEST_AT is \"\(text)\"", fix: "write a time of day as 08:00")
            }
            engine.digestTime = time
        }
        engine.isDispatchPaused = environment["BENCH_PAUSE_DISPATCH"] == "1"
        return engine
    }

    private static func builds(_ environment: Environment, _ data: URL) -> BuildSettings {
        var builds = BuildSettings(
            folder: environment["BUILD_DIR"].map(folder) ?? data.appendingPathComponent("builds"))
        builds.userName = environment["BUILD_USER"]
        builds.isSandboxed = environment["BUILD_SANDBOXED"] == "1"
        return builds
    }

    private static func pdf(_ environment: Environment, _ data: URL) -> PDFSettings {
        var pdf = PDFSettings(folder: data.appendingPathComponent("pdf"))
        pdf.program = environment["CHROMIUM"] ?? "chromium"
        if let path = environment["PATH"] { pdf.searchPath = path }
        return pdf
    }

    private static func address(_ environment: Environment, _ overrides: SettingsOverrides) throws(SetupError)
        -> BureauServer.Address
    {
        if overrides.port == nil, let path = environment["UNIX_SOCKET"] { return .unixSocket(path: path) }
        let configured = try number("PORT", environment, 0...65_535)
        let port = overrides.port ?? configured ?? 3_000
        return .host(overrides.host ?? environment["HOST"] ?? "127.0.0.1", port: port)
    }

    private static func logLevel(_ environment: Environment) throws(SetupError) -> Logger.Level {
        if environment["DEBUG"] == "1" { return .debug }
        guard let name = environment["LOG_LEVEL"] else { return .info }
        let known = ["warn": "warning", "fatal": "critical"][name.lowercased()] ?? name.lowercased()
        guard let level = Logger.Level(rawValue: known) else {
            throw SetupError(
                "LOG_LEVEL is \"\(name)\"",
                fix: "use one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }

    private static func money(_ name: String, _ environment: Environment) throws(SetupError) -> MicroUSD? {
        guard let text = environment[name] else { return nil }
        guard let amount = Decimal(string: text), amount > 0, text.allSatisfy({ $0.isNumber || $0 == "." }) else {
            throw SetupError("\(name) is \"\(text)\", not an amount in dollars", fix: "write it as 5.00")
        }
        return MicroUSD(usd: amount)
    }

    private static func agencyBudget(_ environment: Environment) throws(SetupError) -> ScopeBudget? {
        guard let limit = try money("AGENCY_DAILY_BUDGET_USD", environment) else { return nil }
        var budget = ScopeBudget(limit: limit)
        if let percent = try number("AGENCY_BUDGET_WARN_PERCENT", environment, 1...100) { budget.warnPercent = percent }
        guard let name = environment["AGENCY_BUDGET_ON_EXHAUSTED"] else { return budget }
        guard let action = Exhaustion(rawValue: name) else {
            throw SetupError(
                "AGENCY_BUDGET_ON_EXHAUSTED is \"\(name)\"",
                fix: "use one of \(Exhaustion.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        budget.onExhausted = action
        return budget
    }

    private static func number(_ name: String, _ environment: Environment, _ range: ClosedRange<Int>) throws(SetupError)
        -> Int?
    {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SetupError(
                "\(name) is \"\(text)\"", fix: "use a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func zone(_ name: String, _ environment: Environment) throws(SetupError) -> ZoneOffsets? {
        guard let text = environment[name] else { return nil }
        guard let zone = ZoneOffsets(identifier: text) else {
            let near = ZoneOffsets.nearest(to: text) ?? "Europe/Berlin"
            throw SetupError(
                "\(name) is \"\(text)\", not a time zone this system knows", fix: "use a name such as \(near)")
        }
        return zone
    }

    /// "trung=U0TRUNG,jake=U0JAKE"
    private static func people(_ text: String) -> [String: String] {
        let pairs = text.split(separator: ",").map {
            $0.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0].lowercased(), $0[1]) }, uniquingKeysWith: { $1 })
    }

    /// "U0TRUNG,U0JAKE"
    private static func slackUsers(_ name: String, _ environment: Environment) throws(SetupError) -> Set<String> {
        let ids = (environment[name] ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for id in ids
        where !(id.hasPrefix("U") || id.hasPrefix("W"))
            || !id.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber) })
        {
            throw SetupError(
                "\(name) holds \"\(id)\", which is no Slack user id", fix: "write ids with commas: U0123ABCD,U0456EFGH")
        }
        return Set(ids)
    }

    private static func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true) }
}

struct SettingsOverrides: Sendable {
    var dataFolder: String?
    var configFolder: String?
    var host: String?
    var port: Int?
}

/// The process's environment over the `.env` file. An empty value counts as not set, and so does one that was left as
/// the example has it (`sk-ant-...`).
struct Environment: Sendable {
    private let values: [String: String]
    /// Names that still have the example's value.
    let placeholders: Set<String>

    init(_ values: [String: String]) {
        self.values = values.filter { !$0.value.isEmpty && !Self.isPlaceholder($0.value) }
        placeholders = Set(values.filter { Self.isPlaceholder($0.value) }.keys)
    }

    private static func isPlaceholder(_ value: String) -> Bool {
        value.hasSuffix("...") || (value.hasPrefix("<") && value.hasSuffix(">"))
    }

    /// The file that is read beside the process's own environment.
    static var filePath: String { ProcessInfo.processInfo.environment["BUREAU_ENV_FILE"] ?? ".env" }

    /// What this process was started with, and `.env` beside it (or the file named by BUREAU_ENV_FILE).
    static func ofProcess() throws(SetupError) -> Environment {
        let own = ProcessInfo.processInfo.environment
        let file = try DotEnv.read(filePath)
        return Environment(file.merging(own.filter { !$0.value.isEmpty }) { $1 })
    }

    subscript(name: String) -> String? { values[name] }
    func secret(_ name: String) -> Secret? { values[name].map { Secret($0).masked() } }
    func has(_ name: String) -> Bool { values[name] != nil }
}
