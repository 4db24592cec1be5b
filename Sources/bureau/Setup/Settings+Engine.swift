import BureauDomain
import BureauEngine
import Foundation

extension Settings {
    static func engine(_ environment: Environment, _ data: URL, isDataOverridden: Bool) throws(SetupError)
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
        engine.clickUpWorkspaceID = environment["CLICKUP_WORKSPACE_ID"]
        if let pattern = environment["ANTHROPIC_CONSOLE_URL"] { engine.consoleLinkPattern = pattern }
        engine.isDispatchPaused = environment["BENCH_PAUSE_DISPATCH"] == "1"
        try setSlack(&engine, environment)
        try setSpending(&engine, environment)
        try setUpkeep(&engine, environment)
        try setReview(&engine, environment)
        try setAlerts(&engine, environment)
        return engine
    }

    private static func setSlack(_ engine: inout EngineSettings, _ environment: Environment) throws(SetupError) {
        engine.alertChannel = environment["SLACK_ALERT_CHANNEL_ID"]
        engine.resultsChannel = environment["SLACK_RESULTS_CHANNEL_ID"]
        engine.slackPeople = people(environment["SLACK_USERS"] ?? "")
        engine.slackCommandUsers = try slackUsers("SLACK_COMMAND_USERS", environment)
    }

    /// How many runs one may lead to, and what they may cost.
    private static func setSpending(_ engine: inout EngineSettings, _ environment: Environment) throws(SetupError) {
        if let depth = try number("FAN_OUT_DEPTH_MAX", environment, 1...10) { engine.fanOut.depthMax = depth }
        if let runs = try number("FAN_OUT_RUNS_PER_HOUR_MAX", environment, 1...1_000) {
            engine.fanOut.runsPerHourMax = runs
        }
        if let limit = try money("DEFAULT_MAX_SESSION_COST_USD", environment) { engine.defaultSessionCostMax = limit }
        engine.dailyCostAlert = try money("DAILY_COST_ALERT_THRESHOLD_USD", environment)
        engine.agencyBudget = try agencyBudget(environment)
    }

    /// What is kept how long, and how much is in work at once.
    private static func setUpkeep(_ engine: inout EngineSettings, _ environment: Environment) throws(SetupError) {
        if let days = try number("EVENT_LOG_DAYS", environment, 1...3_650) { engine.eventLogDaysKept = days }
        if let percent = try number("DISK_ALERT_PERCENT", environment, 1...100) { engine.diskAlertPercent = percent }
        if let runs = try number("RUNS_IN_FLIGHT_MAX", environment, 1...EngineSettings.runsInFlightHighest) {
            engine.runsInFlightMax = runs
        }
        if let seconds = try number("LEASE_SECONDS", environment, 2...300) {
            engine.leaseMilliseconds = Int64(seconds) * 1_000
        }
        if let hours = try number("QUEUED_HOURS_MAX", environment, 1...8_760) { engine.queuedHoursMax = hours }
        if let seconds = try number("SWEEP_SECONDS", environment, 10...3_600) { engine.sweepSeconds = seconds }
    }

    private static func setReview(_ engine: inout EngineSettings, _ environment: Environment) throws(SetupError) {
        if let seconds = try number("REVIEW_LOOK_SECONDS", environment, 1...3_600) {
            engine.reviewLookSeconds = seconds
        }
        if let model = environment["COMMENT_MODEL"] {
            let seconds = try number("COMMENT_MODEL_SECONDS", environment, 1...120)
            engine.commentModel = CommentModelSettings(
                model: model, secondsMax: seconds ?? CommentModelSettings.secondsByDefault)
        }
    }

    /// Whose clock is meant, and when people are told.
    private static func setAlerts(_ engine: inout EngineSettings, _ environment: Environment) throws(SetupError) {
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
}
