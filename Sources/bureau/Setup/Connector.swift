import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

/// Makes a client for every vendor the environment has credentials for, and the same for every named set of them.
struct Connector {
    let settings: Settings
    let transport: HTTPTransport

    func connect() throws -> Connections {
        let environment = settings.environment
        var connections = Connections()
        if let key = environment.secret("ANTHROPIC_API_KEY") { connect(&connections, anthropic: key) }
        if let token = environment.secret("CLICKUP_API_TOKEN") { connect(&connections, clickUp: token) }
        if let token = environment.secret("ASANA_ACCESS_TOKEN") { connect(&connections, asana: token) }
        if let token = environment.secret("SLACK_BOT_TOKEN") { connect(&connections, slack: token) }
        if let path = environment["GOOGLE_SERVICE_ACCOUNT_JSON_PATH"] {
            try connect(&connections, google: path, "GOOGLE_SERVICE_ACCOUNT_JSON_PATH")
        }
        return connections
    }

    /// The sets of `config/credentials.json`; none when there is no such file.
    func credentialSets(_ own: Connections) throws -> [String: CredentialSet] {
        let file = settings.credentialsFile
        guard let bytes = FileManager.default.contents(atPath: file.path) else { return [:] }
        let environment = settings.environment
        let result = CredentialSetConfig.load(
            Array(bytes), fileName: file.path, environment: { environment.has($0) })
        guard !result.problems.contains(where: { $0.severity == .error }) else {
            throw SetupError(
                result.problems.map(\.description).joined(separator: "\n"),
                fix: "mend these lines; nothing is started with half of the credentials")
        }
        return Dictionary(uniqueKeysWithValues: try result.sets.map { ($0.name, try set($0, own)) })
    }

    private func set(_ config: CredentialSetConfig, _ own: Connections) throws -> CredentialSet {
        let engine = settings.engine, inherits = config.inherits
        var connections = inherits ? own : Connections()
        // Those are counted with the environment's own.
        connections.governors = []
        if let anthropic = config.anthropic {
            connect(&connections, anthropic: try secret(anthropic.key, config.name), anthropic.baseURL)
        }
        if let clickUp = config.clickUp {
            connect(&connections, clickUp: try secret(clickUp.token, config.name), clickUp.baseURL)
        }
        if let asana = config.asana {
            connect(&connections, asana: try secret(asana.token, config.name), asana.baseURL)
        }
        if let slack = config.slack {
            connect(&connections, slack: try secret(slack.token, config.name), slack.baseURL)
        }
        if let google = config.google {
            try connect(
                &connections, google: google.serviceAccountFile, "\(config.name).google.service_account_file",
                google.baseURL)
        }
        var set = CredentialSet(name: config.name, connections: connections, variables: config.variables)
        set.clickUpWorkspaceID =
            config.clickUp == nil && inherits ? engine.clickUpWorkspaceID : config.clickUp?.workspaceID
        set.clickUpWebhookSecret =
            config.clickUp == nil && inherits
            ? settings.environment.secret("CLICKUP_WEBHOOK_SECRET")
            : try config.clickUp?.webhookSecret.map { try secret($0, config.name) }
        set.slackSigningSecret = try config.slack?.signingSecret.map { try secret($0, config.name) }
        let isOwnSlack = config.slack == nil && inherits
        set.alertChannel = isOwnSlack ? engine.alertChannel : config.slack?.alertChannel
        set.resultsChannel = isOwnSlack ? engine.resultsChannel : config.slack?.resultsChannel
        set.driveRootFolderID =
            config.google == nil && inherits ? engine.driveRootFolderID : config.google?.rootFolderID
        return set
    }

    private func secret(_ source: CredentialSetConfig.Source, _ set: String) throws -> Secret {
        switch source {
        case .variable(let name):
            guard let secret = settings.environment.secret(name) else {
                throw SetupError("the credentials \(set) need \(name), which is not set", fix: "set \(name)")
            }
            return secret
        case .file(let path): return try SecretFile.read(path, for: set)
        }
    }

    // MARK: One vendor

    /// One governor for each credential: a vendor's limits are those of an account.
    private func governed(_ vendor: Vendor, _ connections: inout Connections) -> RateGovernor {
        let governor = RateGovernor(vendor: vendor, before: transport)
        connections.governors.append(governor)
        return governor
    }

    private func connect(_ connections: inout Connections, anthropic key: Secret, _ base: String? = nil) {
        connections.anthropic = AnthropicClient(
            transport: governed(.anthropic, &connections),
            baseURL: base ?? settings.environment["ANTHROPIC_BASE_URL"] ?? "https://api.anthropic.com", key: key)
    }

    private func connect(_ connections: inout Connections, clickUp token: Secret, _ base: String? = nil) {
        connections.clickUp = ClickUpClient(
            transport: governed(.clickUp, &connections),
            baseURL: base ?? settings.environment["CLICKUP_BASE_URL"] ?? "https://api.clickup.com/api/v2",
            token: token)
    }

    private func connect(_ connections: inout Connections, asana token: Secret, _ base: String? = nil) {
        connections.asana = AsanaClient(
            transport: governed(.asana, &connections),
            baseURL: base ?? settings.environment["ASANA_BASE_URL"] ?? "https://app.asana.com/api/1.0", token: token)
    }

    private func connect(_ connections: inout Connections, slack token: Secret, _ base: String? = nil) {
        connections.slack = SlackClient(
            transport: governed(.slack, &connections),
            baseURL: base ?? settings.environment["SLACK_BASE_URL"] ?? "https://slack.com/api", token: token)
    }

    private func connect(
        _ connections: inout Connections, google path: String, _ name: String, _ base: String? = nil
    ) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SetupError(
                "\(name) names \(path), which cannot be read",
                fix: "put the key file there, mode 0600, owned by the user that runs bureau")
        }
        let transport = governed(.google, &connections)
        let endpoints = (base ?? settings.environment["GOOGLE_BASE_URL"]).map(GoogleEndpoints.init(base:)) ?? .google
        do {
            let credential = try GoogleCredential(serviceAccountJSON: Array(bytes))
            let tokens = GoogleTokenSource(transport: transport, credential: credential, endpoints: endpoints)
            connections.drive = GoogleDriveClient(transport: transport, tokens: tokens, endpoints: endpoints)
        } catch {
            throw SetupError(
                "\(path) is not a service account's key file: \(error.detail)",
                fix: "download the key again as JSON from the Google console")
        }
    }
}
