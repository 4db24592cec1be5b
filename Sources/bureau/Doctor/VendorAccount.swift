import BureauEngine
import BureauVendors

/// One account at the vendors and what belongs to it: the environment's own, or a named set of credentials.
struct VendorAccount: Sendable {
    /// Nil for the environment's own.
    var name: String?
    var connections: Connections
    /// Names an agent's file uses, to the variables that hold this account's ids.
    var variables: [String: String] = [:]
    var clickUpWorkspaceID: String?
    var clickUpWebhookSecret: Secret?
    /// Where it posts what belongs to no agent.
    var channels: [String] = []
    var driveRootFolderID: String?

    init(own connections: Connections, _ settings: Settings) {
        self.connections = connections
        clickUpWorkspaceID = settings.engine.clickUpWorkspaceID
        clickUpWebhookSecret = settings.environment.secret("CLICKUP_WEBHOOK_SECRET")
        channels = [settings.engine.alertChannel, settings.engine.resultsChannel].compactMap(\.self)
        driveRootFolderID = settings.engine.driveRootFolderID
    }

    init(_ set: CredentialSet) {
        (name, connections, variables) = (set.name, set.connections, set.variables)
        (clickUpWorkspaceID, clickUpWebhookSecret) = (set.clickUpWorkspaceID, set.clickUpWebhookSecret)
        channels = [set.alertChannel, set.resultsChannel].compactMap(\.self)
        driveRootFolderID = set.driveRootFolderID
    }

    /// The environment's own first, then every named set.
    static func all(_ settings: Settings, _ own: Connections, _ sets: [String: CredentialSet]) -> [VendorAccount] {
        [VendorAccount(own: own, settings)] + sets.values.sorted { $0.name < $1.name }.map { VendorAccount($0) }
    }

    static func all(_ settings: Settings, _ connector: Connector) throws -> [VendorAccount] {
        let own = try connector.connect()
        return all(settings, own, try connector.credentialSets(own))
    }

    /// The variable that holds what an agent's file calls `variable`.
    func variable(_ variable: String) -> String { variables[variable] ?? variable }

    /// How a setting is called where this account has it: a variable, or a key of config/credentials.json.
    func place(_ variable: String) -> String {
        guard let name else { return variable }
        return Self.keys[variable].map { "\(name).\($0)" } ?? variable
    }

    private static let keys = [
        "ANTHROPIC_API_KEY": "anthropic.key_env",  // not-a-secret, but where it is set
        "ASANA_ACCESS_TOKEN": "asana.token_env",  // not-a-secret, but where it is set
        "CLICKUP_API_TOKEN": "clickup.token_env",  // not-a-secret, but where it is set
        "CLICKUP_WEBHOOK_SECRET": "clickup.webhook_secret_env",  // not-a-secret, but where it is set
        "CLICKUP_WORKSPACE_ID": "clickup.workspace_id",
        "GOOGLE_DRIVE_ROOT_FOLDER_ID": "google.root_folder_id",
        "GOOGLE_SERVICE_ACCOUNT_JSON_PATH": "google.service_account_file",
        "SLACK_BOT_TOKEN": "slack.token_env",  // not-a-secret, but where it is set
    ]
}
