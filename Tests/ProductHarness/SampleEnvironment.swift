import BureauSandbox
import Foundation

/// The environment that points the product at a sandbox. The values are the sandbox's own and open nothing else.
enum SampleEnvironment {
    /// One key for the whole test run: making one takes a fraction of a second.
    static let serviceAccount = Result { try DemoServiceAccount.make() }

    static func make(port: Int, folder: URL) -> [String: String] {
        let base = "http://127.0.0.1:\(port)"
        return [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path,
            "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
            "TMPDIR": FileManager.default.temporaryDirectory.path,
            "AGENTS_DIR": folder.appending(path: "agents").path,
            "SESSION_LOG_DIR": folder.appending(path: "logs").path,
            "DELIVERY_FOLDER": folder.appending(path: "deliveries").path,
            "ANTHROPIC_BASE_URL": base + "/anthropic", "ANTHROPIC_API_KEY": SandboxKeys().anthropic,
            "ANTHROPIC_CONSOLE_URL": base + "/sessions/{session}",
            "SENTINEL_AGENT_ID": "agent_sentinel", "CATALYST_AGENT_ID": "agent_catalyst", "SEONAV_ENV_ID": "env_demo",
            "CLICKUP_BASE_URL": base + "/clickup/api/v2", "CLICKUP_API_TOKEN": SandboxKeys().clickUp,
            "CLICKUP_WEBHOOK_SECRET": SandboxOptions().clickUpWebhookSecret, "CLICKUP_WORKSPACE_ID": "9018614428",
            "ASANA_BASE_URL": base + "/asana/api/1.0",
            "SLACK_BASE_URL": base + "/slack/api", "SLACK_BOT_TOKEN": SandboxKeys().slack,
            "SLACK_SIGNING_SECRET": SandboxOptions().slackSigningSecret,
            "SLACK_ALERT_CHANNEL_ID": "C0ALERTS", "SLACK_RESULTS_CHANNEL_ID": "C0RESULTS",
            "GOOGLE_BASE_URL": base + "/google",
            "GOOGLE_SERVICE_ACCOUNT_JSON_PATH": serviceAccountPath(folder).path,
            "GOOGLE_DRIVE_ROOT_FOLDER_ID": "1DEMOROOT",
            // How full the machine of the tests is says nothing about the product.
            "DISK_ALERT_PERCENT": "100",
        ]
    }

    static func writeServiceAccount(to folder: URL) throws {
        let path = serviceAccountPath(folder).path
        let bytes = Data(try serviceAccount.get().json.utf8)
        guard
            FileManager.default.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    }

    private static func serviceAccountPath(_ folder: URL) -> URL { folder.appending(path: "google.json") }
}
