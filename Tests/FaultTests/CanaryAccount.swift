import BureauDomain
import BureauSandbox
import Foundation

/// A second account, "north", with a canary behind every name its credentials may give. It opens nothing: the server
/// and `doctor` try it at every vendor, and are refused.
struct CanaryAccount {
    let environment: [String: String]
    /// The canaries by the place in the file that leads to them.
    let needles: [String: String]
    /// Places for a secret that the code knows and this account leaves open.
    let unplanted: [String]

    private static let variables = [
        "NORTH_ANTHROPIC_KEY": "sk-ant-canarynorth2d60", "NORTH_CLICKUP_HOOKS": "canary-north-hook-83f5",
        "NORTH_ASANA_TOKEN": "canary-north-asana-c1b8", "NORTH_SLACK_TOKEN": "xoxb-canary-north-4e97",
        "NORTH_SLACK_SIGNING": "canary-north-slack-0a6d",
    ]

    /// The folder has to be another than the installation's: files of secrets hold secrets.
    init(in folder: URL) throws {
        let token = folder.appending(path: "clickup-token"), google = folder.appending(path: "google.json")
        let account = try DemoServiceAccount.make().json
        for (file, text) in [(token, "pk_canarynorth95ca\n"), (google, account)] {
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        let text = """
            {"north": {
              "anthropic": {"key_env": "NORTH_ANTHROPIC_KEY"},
              "clickup": {"token_file": "\(token.path)", "webhook_secret_env": "NORTH_CLICKUP_HOOKS",
                "workspace_id": "9018614428"},
              "asana": {"token_env": "NORTH_ASANA_TOKEN"},
              "slack": {"token_env": "NORTH_SLACK_TOKEN", "signing_secret_env": "NORTH_SLACK_SIGNING",
                "alert_channel": "C0ALERTS", "results_channel": "C0RESULTS"},
              "google": {"service_account_file": "\(google.path)"}
            }}
            """
        let file = folder.appending(path: "credentials.json")
        try Data(text.utf8).write(to: file)
        let sets = CredentialSetConfig.load(Array(text.utf8), fileName: "credentials.json", environment: nil).sets
        var needles = ["north.google": Self.keyLine(try JSON(parsing: Data(account.utf8)))], open: [String] = []
        for (place, source) in sets.flatMap({ Self.sources(in: $0, $0.name) }) {
            switch source {
            case .variable(let name)?: needles[place] = Self.variables[name]
            case .file(let path)?:
                let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                needles[place] = text.trimmingCharacters(in: .whitespacesAndNewlines)
            case nil: open.append(place)
            }
        }
        self.needles = needles
        unplanted = sets.isEmpty ? ["north"] : open
        environment = Self.variables.merging(["CREDENTIALS_FILE": file.path]) { $1 }
    }

    /// Every place for a secret in a set of credentials, as its type has them, and every vendor that it lacks.
    private static func sources(in value: Any, _ path: String) -> [(String, CredentialSetConfig.Source?)] {
        Mirror(reflecting: value).children.flatMap { child -> [(String, CredentialSetConfig.Source?)] in
            let place = child.label == "some" ? path : "\(path).\(child.label ?? "")"
            let kind = type(of: child.value)
            if kind == CredentialSetConfig.Source.self || kind == CredentialSetConfig.Source?.self {
                return [(place, child.value as? CredentialSetConfig.Source)]
            }
            let mirror = Mirror(reflecting: child.value)
            let isMissing = mirror.displayStyle == .optional && mirror.children.isEmpty
            if value is CredentialSetConfig, isMissing { return [(place, nil)] }
            return sources(in: child.value, place)
        }
    }

    /// A line of the signing key's own text.
    static func keyLine(_ account: JSON) -> String {
        let lines = (account["private_key"]?.string ?? "").split(separator: "\n")
        return String(lines[lines.count / 2])
    }
}
