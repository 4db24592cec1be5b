import Foundation

/// Whether every secret is there and kept from other users of the machine.
struct SecretChecks {
    let environment: Environment
    let envFile: String
    let fixes: Bool
    /// Where a server that deploy/install.sh set up has its settings.
    var serverFile = "/etc/bureau/bureau.env"

    /// In the order of .env.example. The last is the path of a file that is one.
    static let names = [
        "ANTHROPIC_API_KEY", "CLICKUP_API_TOKEN", "CLICKUP_WEBHOOK_SECRET", "ASANA_ACCESS_TOKEN", "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET", "GOOGLE_SERVICE_ACCOUNT_JSON_PATH",
    ]

    func findings() -> [Finding] {
        var findings: [Finding] = []
        let keyFile = environment["GOOGLE_SERVICE_ACCOUNT_JSON_PATH"]
        for path in [envFile, keyFile].compactMap({ $0 }) {
            guard let mode = Self.mode(path), mode & 0o077 != 0 else { continue }
            findings.append(
                .fail(
                    "secrets", "\(path) can be read by others on this machine (mode \(Self.octal(mode)))",
                    fix: "chmod 600 \(path), or bureau doctor --fix", isAboutSettings: true))
        }
        if let keyFile, !FileManager.default.isReadableFile(atPath: keyFile) {
            findings.append(
                .fail(
                    "secrets", "GOOGLE_SERVICE_ACCOUNT_JSON_PATH names \(keyFile), which cannot be read",
                    fix: "put the key file there, mode 0600, owned by \(NSUserName())", isAboutSettings: true))
        }
        let unset = Self.names.filter { !environment.has($0) }
        let count = "\(Self.names.count - unset.count) of \(Self.names.count) set"
        if unset.isEmpty {
            if findings.isEmpty { findings.append(.ok("secrets", "\(count)\(modes(keyFile))")) }
        } else {
            findings.append(.warn("secrets", "\(count); unset: \(unset.map(word).joined(separator: ", "))", fix: place))
        }
        return findings
    }

    /// Makes files that hold secrets private. Nothing else is touched.
    static func makePrivate(_ paths: [String]) {
        for path in paths where mode(path).map({ $0 & 0o077 != 0 }) ?? false { chmod(path, 0o600) }
    }

    private var place: String {
        if FileManager.default.fileExists(atPath: envFile) { return "set what you use in \(envFile)" }
        guard FileManager.default.fileExists(atPath: serverFile) else {
            return "cp .env.example .env, chmod 600 .env, and fill it in"
        }
        return "set what you use in \(serverFile), then: sudo systemctl restart bureau"
    }

    private func word(_ name: String) -> String {
        environment.placeholders.contains(name) ? "\(name) (still the example's)" : name
    }

    private func modes(_ keyFile: String?) -> String {
        let parts = [(envFile, envFile), ("key file", keyFile)].compactMap { name, path in
            path.flatMap(Self.mode).map { "\(name) mode \(Self.octal($0))" }
        }
        return parts.isEmpty ? "" : ", " + parts.joined(separator: ", ")
    }

    private static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }

    private static func mode(_ path: String) -> mode_t? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & 0o777 : nil
    }
}
