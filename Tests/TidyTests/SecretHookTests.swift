import Foundation
import Testing

@Suite("The pre-commit hook")
struct SecretHookTests {
    /// Files that look like the real thing. Every secret is put together here, so that our own check finds none.
    static let refused: [(path: String, text: String, place: String, secret: String?)] = {
        let hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
        let clickUp = "pk" + "_81234567_ABCDEFGHIJ0123456789KLMNOPQRSTUV"
        let bot = "xo" + "xb-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx"
        let user = "xo" + "xp-123456789012-123456789012-\(hex)"
        let anthropic = "sk" + "-ant-api03-\(hex)"
        let google = "AI" + "zaSyA1234567890abcdefghijklmnopqrstuv"
        let key = "-----BEGIN " + "PRIVATE KEY-----"
        let rsaKey = "-----BEGIN RSA " + "PRIVATE KEY-----"
        let webhook = "W7" + hex.uppercased()
        let webhookName = "CLICKUP_WEBHOOK_" + "SECRET", signingName = "SLACK_SIGNING_" + "SECRET"
        return [
            ("a.txt", "one\ntoken \(clickUp)\n", "a.txt:2: a ClickUp token", clickUp),
            ("a.swift", "let token = \"\(bot)\"\n", "a.swift:1: a Slack token", bot),
            ("a b.md", "\n\n\(user)\n", "a b.md:3: a Slack token", user),
            ("deep/er/a.json", "{\"key\": \"\(anthropic)\"}\n", "deep/er/a.json:1: an Anthropic key", anthropic),
            ("page.html", "key=\(google)&v=3\n", "page.html:1: a Google key", google),
            ("key.txt", "\(key)\n\(hex)\n", "key.txt:1: a private key", hex),
            ("key2.txt", "x\n\(rsaKey)\n\(hex)\n", "key2.txt:2: a private key", hex),
            ("run.sh", "\(webhookName)=\(webhook)\n", "run.sh:1: a value for CLICKUP_WEBHOOK_SECRET", webhook),
            ("b.json", "{\"\(signingName)\": \"\(hex)\"}\n", "b.json:1: a value for SLACK_SIGNING_SECRET", hex),
            ("sa.json", "{\n\"type\": \"service_" + "account\"\n}\n", "sa.json:2: a Google service account", nil),
            ("id.json", "{\"private_key" + "_id\": \"\(hex)\"}", "id.json:1: a Google service-account key", hex),
            ("conf/.env", "PORT=1\n", "conf/.env: a file of settings", nil),
            (".env.production", "PORT=1\n", ".env.production: a file of settings", nil),
            ("gdrive-sa.json", "{}\n", "gdrive-sa.json: by its name a Google service-account key", nil),
            ("id_ed25519", "x\n", "id_ed25519: a file that holds a private key", nil),
            ("blob.bin", "\n\(anthropic)", "blob.bin:2: an Anthropic key", anthropic),
        ]
    }()

    @Test("A secret is refused by file and line, with what to do, and is not shown", arguments: refused)
    func refuses(path: String, text: String, place: String, secret: String?) async throws {
        let outcome = try await commit([path: text])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(place), "\(outcome.output)")
        #expect(outcome.output.contains("docs/guides/rotate-keys.md"))
        if let secret { #expect(!outcome.output.contains(secret)) }
    }

    static let passing: [(path: String, text: String)] = [
        ("a.swift", "let a = \"pk_run_event\"  // primary key\n"),
        (".env.example", "ANTHROPIC_API_KEY=sk-ant-...\nSLACK_BOT_TOKEN=xoxb-...\nCLICKUP_WEBHOOK_SECRET=\n"),
        ("run.sh", "CLICKUP_WEBHOOK_SECRET=\"$SECRET_FROM_FILE\"\n"),
        ("a.md", "Set CLICKUP_WEBHOOK_SECRET=<shared secret>.\n"),
        ("b.swift", "\"CLICKUP_WEBHOOK_SECRET\": sandbox.webhookSigningSecret,\n"),
        ("c.swift", "let key = \"sk-" + "ant-canary-0123456789abcdef\"\n"),
        ("d.swift", "let key = \"sk-" + "ant-0a1b2c3d4e5f60718293\"  // not-a-secret: from a manual\n"),
    ]
    @Test("A commit without a secret passes", arguments: passing)
    func passes(path: String, text: String) async throws {
        let outcome = try await commit([path: text])
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test("All that is wrong is told at once, and removing a file is never refused")
    func several() async throws {
        let texts = Dictionary(uniqueKeysWithValues: Self.refused.map { ($0.path, $0.text) })
        let outcome = try await commit(texts)
        for row in Self.refused { #expect(outcome.output.contains(row.place)) }
        try await Shell.inTemporaryFolder { shell in
            try await prepare(shell)
            try shell.write("x\n", to: ".env")
            _ = try await shell.run("git", ["add", "-f", ".env"])
            _ = try await shell.run("git", ["commit", "-q", "--no-verify", "-m", "By mistake"])
            _ = try await shell.run("git", ["rm", "-q", ".env"])
            let removal = try await shell.run("git", ["commit", "-q", "-m", "Remove it"])
            #expect(removal.status == 0, "\(removal.output)")
        }
    }

    private func commit(_ files: [String: String]) async throws -> Shell.Outcome {
        try await Shell.inTemporaryFolder { shell in
            try await prepare(shell)
            for (path, text) in files {
                // A zero byte makes the file binary to git, as a database or an archive is.
                try shell.write(path.hasSuffix(".bin") ? "\0" + text : text, to: path)
            }
            _ = try await shell.run("git", ["add", "-A", "-f"])
            return try await shell.run("git", ["commit", "-q", "-m", "Change something"])
        }
    }

    /// A repository with our hook installed as `make hooks` does it.
    private func prepare(_ shell: Shell) async throws {
        _ = try await shell.run("git", ["init", "-q"])
        for path in [".githooks/pre-commit", "scripts/refuse-secrets"] {
            try shell.write(try SourceTree.file(path).text, to: path, isExecutable: true)
        }
        _ = try await shell.run("git", ["add", "-A"])
        _ = try await shell.run("git", ["commit", "-q", "--no-verify", "-m", "Start"])
        let hooks = try await shell.run("git", ["config", "core.hooksPath", ".githooks"])
        try #require(hooks.status == 0, "\(hooks.output)")
    }
}
