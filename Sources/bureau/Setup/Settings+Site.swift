import BureauDomain
import BureauWeb

extension Settings {
    /// How the pages are reached and from where.
    static func site(_ environment: Environment) throws(SetupError) -> WebHouse.Site {
        let offices = try addressRanges("OFFICE_ADDRESSES", environment)
        var url = environment["PUBLIC_URL"]
        while url?.hasSuffix("/") ?? false { url?.removeLast() }
        if let url, !(url.hasPrefix("https://") || url.hasPrefix("http://")) {
            throw SetupError("PUBLIC_URL is \"\(url)\"", fix: "write it as https://bureau.example.com")
        }
        var site = WebHouse.Site(
            publicURL: url, offices: offices, version: Composition.version, settings: inEffect(environment))
        switch environment["MCP_WRITES"]?.lowercased() {
        case nil, "off": break
        case "on": site.agentsMayWrite = true
        case let other?:
            throw SetupError("MCP_WRITES is \"\(other.prefix(40))\"", fix: "write on or off")
        }
        return site
    }

    /// Blocks of addresses with commas between them.
    static func addressRanges(_ name: String, _ environment: Environment) throws(SetupError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for part in (environment[name] ?? "").split(separator: ",") {
            let text = part.filter { !$0.isWhitespace }
            guard let range = AddressRange(text) else {
                throw SetupError(
                    "\(name) holds \"\(text)\", which is no address or block of addresses",
                    fix: "write blocks with commas: 203.0.113.0/24,2001:db8::/32")
            }
            ranges.append(range)
        }
        return ranges
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
        "OFFICE_ADDRESSES", "ENDPOINT_ALLOWED_ADDRESSES", "MCP_WRITES", "LOG_LEVEL", "SWEEP_SECONDS",
        "RUNS_IN_FLIGHT_MAX", "LEASE_SECONDS", "QUEUED_HOURS_MAX",
        "EVENT_LOG_DAYS", "ALERT_REMIND_HOURS", "ALERT_ESCALATE_TO", "DAILY_DIGEST_AT", "SLACK_ALERT_CHANNEL_ID",
        "SLACK_RESULTS_CHANNEL_ID", "CLICKUP_WORKSPACE_ID", "GOOGLE_DRIVE_ROOT_FOLDER_ID", "API_TOKEN_USER",
    ]
    private static let secretNames = [
        "ANTHROPIC_API_KEY", "CLICKUP_API_TOKEN", "CLICKUP_WEBHOOK_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET",
        "API_TOKEN",
    ]
}
