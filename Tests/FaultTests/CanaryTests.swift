import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Every credential is a value that occurs nowhere else. After good runs, failed runs and refused requests nothing the
/// product wrote or said may hold one.
@Suite("A secret never leaves its holder")
struct CanaryTests {
    private static let secrets = [
        "ANTHROPIC_API_KEY": "sk-ant-canary7f3a91", "CLICKUP_API_TOKEN": "pk_canary88d1e0",
        "CLICKUP_WEBHOOK_SECRET": "canary-hook-5b20c4", "SLACK_BOT_TOKEN": "xoxb-canary-19aa3e",
        "SLACK_SIGNING_SECRET": "canary-slack-77e2f9", "AGENCY_OS_INTERNAL_TOKEN": "canary-internal-c41d77",
        "ASANA_ACCESS_TOKEN": "1/1208000000000010:canary52c9demo",  // not-a-secret: a canary
    ]

    @Test(
        "Neither when all is well, nor when a vendor refuses the credential, nor in what anybody is told",
        arguments: [
            true, false,
        ])
    func search(areAccepted: Bool) async throws {
        var options = Installation.Options()
        options.environment = Self.secrets
        options.sandbox.clickUpWebhookSecret = "canary-hook-5b20c4"
        if areAccepted {
            options.sandbox.acceptedKeys.anthropic = "sk-ant-canary7f3a91"
            options.sandbox.acceptedKeys.slack = "xoxb-canary-19aa3e"
        }
        // Reading the task has to work, or no refused run would reach the other vendors.
        options.sandbox.acceptedKeys.clickUp = "pk_canary88d1e0"
        options.environment["LOG_LEVEL"] = "trace"
        try await Installation.open(options) { installation in
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let state = try await installation.records().runs.first?.state
            #expect(state == (areAccepted ? "done" : "failed"))
            var said = try await Self.provoke(server)
            // A note waits a minute for the thread it belongs to.
            try await eventually("every notice is settled", within: .seconds(120)) {
                let settled = ["done", "failed", "doubtful"]
                return try await installation.records().steps.allSatisfy { settled.contains($0.state) } ? true : nil
            }
            server.process.signal(SIGTERM)
            try await server.process.waitForEnd()
            said["process output"] = Data(installation.allOutput.utf8)
            said["stand-ins"] = await Self.withoutHooks(installation.look().state).bytes
            for (place, bytes) in said.merging(try Self.files(installation), uniquingKeysWith: { $1 }) {
                for (name, secret) in try Self.needles() where bytes.range(of: Data(secret.utf8)) != nil {
                    Issue.record("\(name) is in \(place)")
                }
            }
        }
    }

    /// The signing key's own text stands in for Google's credential.
    private static func needles() throws -> [String: String] {
        let json = try JSON(parsing: Data(try Installation.serviceAccountJSON().utf8))
        let lines = (json["private_key"]?.string ?? "").split(separator: "\n")
        return secrets.merging(["GOOGLE private key": String(lines[lines.count / 2])]) { $1 }
    }

    /// The board knows its webhooks' secret: that is its own copy.
    private static func withoutHooks(_ state: JSON) -> JSON {
        var state = state
        state["clickup"]?["webhooks"] = nil
        return state
    }

    private static func provoke(_ server: RunningServer) async throws -> [String: Data] {
        var said: [String: Data] = [:]
        for path in ["/metrics", "/health", "/nothing-here"] {
            said[path] = try await Web.send("GET", server.url + path).body
        }
        let token = ["x-agency-os-internal-token": secrets["AGENCY_OS_INTERNAL_TOKEN"] ?? ""]
        let listed = try await Web.send("GET", server.url + "/report-artifacts", headers: token)
        #expect(listed.status == 200, "\(listed.text)")
        said["the registry"] = listed.body
        for item in listed.json["items"]?.array ?? [] {
            let path = "/report-artifacts/" + (item["id"]?.string ?? "")
            said[path] = try await Web.send("GET", server.url + path, headers: token).body
        }
        said["a refused look at the registry"] = try await Web.send("GET", server.url + "/report-artifacts").body
        said["a refused webhook"] = try await ClickUpPost(ClickUpPost.statusChange()).send(to: server).body
        said["a malformed webhook"] = try await ClickUpPost(bytes: Data("{".utf8)).send(to: server).body
        return said
    }

    /// Every file of the installation but the key file itself.
    private static func files(_ installation: Installation) throws -> [String: Data] {
        guard let walk = FileManager.default.enumerator(at: installation.folder, includingPropertiesForKeys: nil)
        else { return [:] }
        var found: [String: Data] = [:]
        for case let url as URL in walk where url.lastPathComponent != "google.json" {
            found[url.path] = try? Data(contentsOf: url)
        }
        #expect(found.keys.contains { $0.hasSuffix("bureau.db") })
        return found
    }
}
