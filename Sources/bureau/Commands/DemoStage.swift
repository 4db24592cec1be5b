import BureauSandbox
import Foundation

/// A sandbox with a service account of its own, and the environment that points the product at it.
struct DemoStage: Sendable {
    let sandbox: Sandbox
    private let serviceAccountJSON: String

    init(port: Int, productURL: String?, eventsPerSecond: Double, requestsPerMinute: Int? = nil) throws {
        let account = try DemoServiceAccount.make()
        var options = SandboxOptions()
        options.port = port
        options.productURL = productURL
        options.eventsPerSecond = eventsPerSecond
        // A laptop that is busy is no server that does not answer.
        options.asanaPatience = 12
        if let requestsPerMinute { options.anthropicRequestsPerMinute = requestsPerMinute }
        options.acceptedKeys.googlePublicKeyPEM = account.publicKey
        options.acceptedKeys.googleClientEmail = DemoServiceAccount.clientEmail
        serviceAccountJSON = account.json
        sandbox = Sandbox(options)
    }

    func writeServiceAccount(to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(serviceAccountJSON.utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw SetupError("\(path) cannot be written", fix: "run the command in a folder this user may write")
        }
    }

    /// Every variable the product needs. The values are the sandbox's own and open nothing else.
    func environment(port: Int, serviceAccountPath: String) -> [String: String] {
        let base = "http://127.0.0.1:\(port)"
        return [
            "ANTHROPIC_BASE_URL": base + "/anthropic", "ANTHROPIC_API_KEY": "sk-ant-demo",
            "ANTHROPIC_CONSOLE_URL": base + "/sessions/{session}",
            "SENTINEL_AGENT_ID": "agent_sentinel", "CATALYST_AGENT_ID": "agent_catalyst", "SEONAV_ENV_ID": "env_demo",
            "CLICKUP_BASE_URL": base + "/clickup/api/v2", "CLICKUP_API_TOKEN": "pk_demo",
            "CLICKUP_WEBHOOK_SECRET": SandboxOptions().clickUpWebhookSecret, "CLICKUP_WORKSPACE_ID": "9018614428",
            "ASANA_BASE_URL": base + "/asana/api/1.0", "ASANA_ACCESS_TOKEN": SandboxOptions().acceptedKeys.asana,
            "SLACK_BASE_URL": base + "/slack/api", "SLACK_BOT_TOKEN": "xoxb-demo",
            "SLACK_SIGNING_SECRET": SandboxOptions().slackSigningSecret,
            "SLACK_ALERT_CHANNEL_ID": "C0ALERTS", "SLACK_RESULTS_CHANNEL_ID": "C0RESULTS",
            "GOOGLE_BASE_URL": base + "/google", "GOOGLE_SERVICE_ACCOUNT_JSON_PATH": serviceAccountPath,
            "GOOGLE_DRIVE_ROOT_FOLDER_ID": "1DEMOROOT",
        ]
    }
}
