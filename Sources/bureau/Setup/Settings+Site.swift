import BureauDomain
import BureauWeb

extension Settings {
    /// How the pages are reached and from where.
    static func site(_ environment: Environment) throws(SetupError) -> WebHouse.Site {
        var offices: [AddressRange] = []
        for part in (environment["OFFICE_ADDRESSES"] ?? "").split(separator: ",") {
            let text = part.filter { !$0.isWhitespace }
            guard let range = AddressRange(text) else {
                throw SetupError(
                    "OFFICE_ADDRESSES holds \"\(text)\", which is no address or block of addresses",
                    fix: "write blocks with commas: 203.0.113.0/24,2001:db8::/32")
            }
            offices.append(range)
        }
        var url = environment["PUBLIC_URL"]
        while url?.hasSuffix("/") ?? false { url?.removeLast() }
        if let url, !(url.hasPrefix("https://") || url.hasPrefix("http://")) {
            throw SetupError("PUBLIC_URL is \"\(url)\"", fix: "write it as https://bureau.example.com")
        }
        return WebHouse.Site(
            publicURL: url, offices: offices, version: Composition.version, settings: inEffect(environment))
    }

    /// What the settings page shows. A name that is in neither list is not shown at all.
    private static func inEffect(_ environment: Environment) -> [WebHouse.Site.Setting] {
        let shown = plainNames.compactMap { name in
            environment[name].map { WebHouse.Site.Setting(name: name, value: $0, origin: "environment or .env") }
        }
        let secret = secretNames.map { name in
            WebHouse.Site.Setting(
                name: name, value: environment.has(name) ? "set" : "not set", origin: "secret, never shown")
        }
        return shown + secret
    }

    private static let plainNames = [
        "AGENCY_TIME_ZONE", "AGENCY_DAILY_BUDGET_USD", "AGENTS_DIR", "DATA_DIR", "HOST", "PORT", "PUBLIC_URL",
        "OFFICE_ADDRESSES", "LOG_LEVEL", "SWEEP_SECONDS", "RUNS_IN_FLIGHT_MAX", "LEASE_SECONDS", "QUEUED_HOURS_MAX",
        "EVENT_LOG_DAYS", "ALERT_REMIND_HOURS", "ALERT_ESCALATE_TO", "DAILY_DIGEST_AT", "SLACK_ALERT_CHANNEL_ID",
        "SLACK_RESULTS_CHANNEL_ID", "CLICKUP_WORKSPACE_ID", "GOOGLE_DRIVE_ROOT_FOLDER_ID", "API_TOKEN_USER",
    ]
    private static let secretNames = [
        "ANTHROPIC_API_KEY", "CLICKUP_API_TOKEN", "CLICKUP_WEBHOOK_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET",
        "API_TOKEN",
    ]
}
