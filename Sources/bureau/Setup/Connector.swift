import BureauEngine
import BureauVendors
import Foundation

/// Makes a client for every vendor the environment has credentials for.
struct Connector {
    let settings: Settings
    let transport: HTTPTransport

    func connect() throws -> Connections {
        let environment = settings.environment
        var connections = Connections()
        // One for each vendor, as there is one credential for each.
        func governed(_ vendor: Vendor) -> RateGovernor {
            let governor = RateGovernor(vendor: vendor, before: transport)
            connections.governors.append(governor)
            return governor
        }
        if let key = environment.secret("ANTHROPIC_API_KEY") {
            connections.anthropic = AnthropicClient(
                transport: governed(.anthropic),
                baseURL: environment["ANTHROPIC_BASE_URL"] ?? "https://api.anthropic.com",
                key: key)
        }
        if let token = environment.secret("CLICKUP_API_TOKEN") {
            connections.clickUp = ClickUpClient(
                transport: governed(.clickUp),
                baseURL: environment["CLICKUP_BASE_URL"] ?? "https://api.clickup.com/api/v2",
                token: token)
        }
        if let token = environment.secret("SLACK_BOT_TOKEN") {
            connections.slack = SlackClient(
                transport: governed(.slack), baseURL: environment["SLACK_BASE_URL"] ?? "https://slack.com/api",
                token: token)
        }
        if let path = environment["GOOGLE_SERVICE_ACCOUNT_JSON_PATH"] {
            connections.drive = try drive(path, governed(.google))
        }
        return connections
    }

    private func drive(_ path: String, _ transport: any Transport) throws -> GoogleDriveClient {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SetupError(
                "GOOGLE_SERVICE_ACCOUNT_JSON_PATH names \(path), which cannot be read",
                fix: "put the key file there, mode 0600, owned by the user that runs bureau")
        }
        let endpoints = settings.environment["GOOGLE_BASE_URL"].map(GoogleEndpoints.init(base:)) ?? .google
        do {
            let credential = try GoogleCredential(serviceAccountJSON: Array(bytes))
            let tokens = GoogleTokenSource(transport: transport, credential: credential, endpoints: endpoints)
            return GoogleDriveClient(transport: transport, tokens: tokens, endpoints: endpoints)
        } catch {
            throw SetupError(
                "\(path) is not a service account's key file: \(error.detail)",
                fix: "download the key again as JSON from the Google console")
        }
    }
}
