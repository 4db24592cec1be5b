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
        "API_TOKEN": "canary-api-e06b32",
        "ASANA_ACCESS_TOKEN": "1/1208000000000010:canary52c9demo",  // not-a-secret: a canary
    ]

    private static let task = "1208000000000500", other = "1208000000000502", jessie = "1208000000000010"
    private static let settled = ["done", "failed", "doubtful"]

    /// The default agents, and one that works, is judged and tells of its failures in Asana.
    private static var agents: [(String, String)] {
        let jessie = AsanaWriteTests.agent
            .replacingOccurrences(of: "\"board\": {", with: "\"review\": {\"enabled\": true}, \"board\": {")
            .replacingOccurrences(
                of: "\"done\": {\"place\": \"Done\"}",
                with: "\"in_review\": {\"place\": \"Review\"}, \"done\": {\"place\": \"Done\"}")
        return SampleAgents.all + [("jessie", jessie)]
    }

    @Test(
        "Neither when all is well, nor when a vendor refuses the credential, nor in what anybody is told",
        arguments: [
            true, false,
        ])
    func search(areAccepted: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "canary-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let north = try CanaryAccount(in: folder)
        #expect(north.unplanted == [], "no canary stands there")
        try await Installation.open(try Self.options(areAccepted, north)) { installation in
            try await Self.expectEverySecret(installation)
            let server = try await installation.startServer()
            let hooks = try await Self.makeHooks(installation, server)
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            try await installation.board.asana("assign", Self.task, ["assignee": Self.jessie])
            try await installation.waitForRest(of: 2, at: server)
            if areAccepted { try await Self.judge(installation) } else { try await Self.refuseAsana(installation) }
            let ends = try await installation.records().runs.map { "\($0.agent) \($0.state)" }.sorted()
            #expect(ends == (areAccepted ? ["jessie done", "sentinel done"] : ["jessie failed", "sentinel failed"]))
            var said = try await Self.provoke(server)
            // It asks every vendor with every account, north's too, and tells of what they refuse.
            _ = try await installation.command("doctor")
            // A note waits a minute for the thread it belongs to.
            try await eventually("every notice is settled") {
                return try await installation.records().steps.allSatisfy { Self.settled.contains($0.state) }
                    ? true : nil
            }
            server.process.signal(SIGTERM)
            try await server.process.waitForEnd()
            // A new endpoint's secret is shown once, to whoever made it, by that one command.
            let shown = installation.allOutput.replacing(hooks.shownOnce, with: "")
            said["process output"] = Data(shown.utf8)
            said["stand-ins"] = await Self.withoutHooks(installation.look().state).bytes
            let files = try Self.files(installation).filter { $0.value != Data(hooks.shownOnce.utf8) }
            let needles = try Self.needles(installation, hooks.secrets).merging(north.needles) { $1 }
            for (place, bytes) in said.merging(files, uniquingKeysWith: { $1 }) {
                for (name, secret) in needles where bytes.range(of: Data(secret.utf8)) != nil {
                    Issue.record("\(name) is in \(place)")
                }
            }
        }
    }

    /// The stand-ins know north's secrets as little as anybody.
    private static func options(_ areAccepted: Bool, _ north: CanaryAccount) throws -> Installation.Options {
        var options = Installation.Options()
        options.agents = agents
        options.environment = secrets.merging(north.environment) { $1 }
        options.environment["REVIEW_LOOK_SECONDS"] = "1"
        options.sandbox.clickUpWebhookSecret = "canary-hook-5b20c4"
        if areAccepted {
            options.sandbox.acceptedKeys.anthropic = "sk-ant-canary7f3a91"
            options.sandbox.acceptedKeys.slack = "xoxb-canary-19aa3e"
        }
        // Reading the tasks has to work, or no refused run would reach the other vendors.
        options.sandbox.acceptedKeys.clickUp = "pk_canary88d1e0"
        options.sandbox.acceptedKeys.asana = secrets["ASANA_ACCESS_TOKEN"] ?? ""
        options.environment["ENDPOINT_ALLOWED_ADDRESSES"] = "127.0.0.0/8"
        options.environment["COMMENT_MODEL"] = "claude-haiku-5-5"
        options.environment["LOG_LEVEL"] = "trace"
        return options
    }

    /// The product itself lists its variables, and says which of them are secrets.
    private static func expectEverySecret(_ installation: Installation) async throws {
        let process = try installation.start(["config", "show", "--json"])
        #expect(try await process.waitForEnd().status == 0, "\(process.text)")
        let listed = try JSON(parsing: Data(process.text.utf8)).array ?? []
        let names = Set(listed.filter { $0["secret"]?.bool == true }.compactMap { $0["name"]?.string })
        #expect(names.sorted() == secrets.keys.sorted(), "each needs a canary here")
    }

    /// People ask for a change in Asana and accept what comes of it; the model reads both comments.
    private static func judge(_ installation: Installation) async throws {
        func says(_ words: String) async throws {
            try await eventually("the task says \"\(words)\"") {
                let found = await tasks(installation).first { $0["gid"]?.string == Self.task }
                let texts = (found?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
                return texts.contains { $0.contains(words) } ? true : nil
            }
        }
        func comment(_ text: String, read kind: String) async throws {
            let body: JSON = ["input": ["class": .string(kind), "confidence": 95], "times": 1]
            let answer = try await Web.send(
                "POST", installation.sandboxURL + "/_control/message", headers: ["content-type": "application/json"],
                body: body.bytes)
            #expect(answer.status == 200, "\(answer.text)")
            try await installation.board.asana("comment", task, ["text": text, "user": "1208000000000012"])
        }
        func judged(_ state: String) async throws {
            try await eventually("the run in Asana is \(state)") {
                let run = try await installation.records().runs.first { $0.agent == "jessie" }
                return run?.state == state ? true : nil
            }
        }
        try await says("Reply here to say what should change")
        try await judged("in_review")
        try await comment("Please shorten the summary.", read: "revision_request")
        try await says("revision 2 of this task")
        try await judged("in_review")
        try await comment("Approved, thank you!", read: "acceptance")
        try await says("Accepted by")
        try await judged("done")
    }

    /// The failure gets a task of its own; from then on Asana refuses the token too.
    private static func refuseAsana(_ installation: Installation) async throws {
        try await eventually("the failure has a task that says why") {
            let isTold = await tasks(installation).contains {
                $0["section"]?.string == "Errors" && $0["notes"]?.string?.contains("What happened") == true
            }
            let own = try await installation.records().steps.filter { $0.channel == "asana" }
            return isTold && own.allSatisfy { Self.settled.contains($0.state) } ? true : nil
        }
        try installation.sandbox.faults.add(
            FaultRule(vendor: "asana", operation: "task.get", times: 1_000, .status(401)))
        try await installation.board.asana("assign", other, ["assignee": jessie])
        try await eventually("the refused look is told of") {
            let signals = try await installation.records().signals
            return signals.contains { $0.reason.contains("the task could not be read") } ? true : nil
        }
    }

    private static func tasks(_ installation: Installation) async -> [JSON] {
        await installation.look().state["asana"]?["tasks"]?.array ?? []
    }

    /// The secrets that are made while it runs: of the two boards' webhooks and of an endpoint outside.
    private static func makeHooks(_ installation: Installation, _ server: RunningServer) async throws -> (
        secrets: [String: String], shownOnce: String
    ) {
        let made = [
            try await installation.command(
                "webhooks", "register", "asana", "--project", "1208000000000100", "--endpoint", server.url),
            try await installation.command(
                "webhooks", "register", "clickup", "--agent", "sentinel", "--endpoint",
                server.url + "/webhook/sentinel"),
            try await installation.command("endpoints", "add", server.url + "/nobody-here", "--json"),
        ]
        for command in made { #expect(command.status == 0, "\(command.text)") }
        let added = made[2].text
        let endpoint = try JSON(parsing: Data(added[(added.firstIndex(of: "{") ?? added.startIndex)...].utf8))
        let state = await installation.look().state
        var secrets = ["outbound endpoint's secret": try #require(endpoint["secret"]?.string, "\(added)")]
        secrets["Asana's X-Hook-Secret"] = try #require(state["asana"]?["hook_secrets"]?[0]?.string)
        for (index, hook) in (state["clickup"]?["webhooks"]?.array ?? []).enumerated() {
            secrets["ClickUp webhook \(index)"] = hook["secret"]?.string
        }
        #expect(secrets.count >= 3 && secrets.values.allSatisfy { $0.count >= 16 }, "\(secrets.keys)")
        return (secrets, added)
    }

    /// The signing key's own text stands in for Google's credential.
    private static func needles(_ installation: Installation, _ hooks: [String: String]) throws -> [String: String] {
        let json = try JSON(parsing: Data(try Installation.serviceAccountJSON().utf8))
        let sealing = try Data(contentsOf: installation.data.appending(path: sealingKey))
        let others = [
            "GOOGLE private key": CanaryAccount.keyLine(json),
            "the key that seals webhooks' secrets": String(decoding: sealing, as: UTF8.self),
        ]
        return secrets.merging(hooks) { $1 }.merging(others) { $1 }
    }

    /// The board knows its webhooks' secret: that is its own copy.
    private static func withoutHooks(_ state: JSON) -> JSON {
        var state = state
        state["clickup"]?["webhooks"] = nil
        state["asana"]?["hook_secrets"] = nil
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
        let bearer = ["authorization": "Bearer " + (secrets["API_TOKEN"] ?? "")]
        let clients = try await Web.send("GET", server.url + "/api/v1/clients", headers: bearer)
        #expect(clients.status == 200, "\(clients.text)")
        said["the API"] = clients.body
        said["a refused look at the registry"] = try await Web.send("GET", server.url + "/report-artifacts").body
        said["a refused webhook"] = try await ClickUpPost(ClickUpPost.statusChange()).send(to: server).body
        said["a malformed webhook"] = try await ClickUpPost(bytes: Data("{".utf8)).send(to: server).body
        return said
    }

    private static let sealingKey = "sealing.key"

    /// Every file of the installation but the key files themselves.
    private static func files(_ installation: Installation) throws -> [String: Data] {
        guard let walk = FileManager.default.enumerator(at: installation.folder, includingPropertiesForKeys: nil)
        else { return [:] }
        var found: [String: Data] = [:]
        for case let url as URL in walk where ![sealingKey, "google.json"].contains(url.lastPathComponent) {
            found[url.path] = try? Data(contentsOf: url)
        }
        #expect(found.keys.contains { $0.hasSuffix("bureau.db") })
        return found
    }
}
