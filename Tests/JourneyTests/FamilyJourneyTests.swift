import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Runs that start runs and commands typed in Slack, through the real binary and its deaths.
@Suite("One trigger, two agents; a command, one run")
struct FamilyJourneyTests {
    private static let task = "86demoshm1"

    private static func options() -> Installation.Options {
        var options = Installation.Options()
        let sentinel = SampleAgents.sentinel
            .replacingOccurrences(
                of: #""manual_cli": {"enabled": true}"#,
                with:
                    #""slack_command": {"enabled": true, "allowed_users": ["U0JAKE"]}, "manual_cli": {"enabled": true}"#
            )
            .replacingOccurrences(of: "\"alerts\": {", with: "\"fan_out\": {\"agents\": [\"catalyst\"]}, \"alerts\": {")
        options.agents = [("sentinel", sentinel), ("catalyst", SampleAgents.catalyst)]
        return options
    }

    @Test("Killed while the second agent works: both end once, one message each, one summary")
    func killed() async throws {
        try await Installation.open(Self.options()) { installation in
            let first = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await eventually("the second agent's session is open") {
                await installation.look().sessions.count == 2 ? true : nil
            }
            try await first.process.killNow()
            let server = try await installation.startServer()
            try await installation.waitForRest(of: 2, at: server)
            let runs = try await installation.records().runs
            #expect(runs.map(\.agent).sorted() == ["catalyst", "sentinel"] && runs.allSatisfy { $0.state == "done" })
            try await eventually("the summary is told on the task and in the thread") {
                let sight = await installation.look()
                let comments = sight.task(Self.task)?.comments.count { $0.contains("The run it started: done") } ?? 0
                let replies = sight.messages(in: "C0RESULTS").count {
                    $0.isReply && $0.text.hasPrefix("The run it started")
                }
                return comments == 1 && replies == 1 ? true : nil
            }
            let sight = await installation.look()
            #expect(sight.sessions.count == 2)
            let parents = sight.messages(in: "C0RESULTS").filter { !$0.isReply }
            #expect(parents.count == 2 && parents.allSatisfy { $0.text.hasSuffix(": Done") }, "\(parents.map(\.text))")
            server.process.signal(SIGTERM)
        }
    }

    @Test("A command from Slack makes one run, also when the server is killed right after its answer")
    func command() async throws {
        try await Installation.open(Self.options()) { installation in
            let record = try String(
                contentsOf: RepositoryRoot.url.appending(path: "fixtures/synthetic-client.json"), encoding: .utf8)
            try Data(record.utf8).write(to: installation.folder.appending(path: "client.json"))
            let load = try installation.start(["clients", "import", "client.json", "--data", installation.data.path])
            #expect(try await load.waitForEnd().status == 0, "\(load.text)")
            let first = try await installation.startServer()
            let wish: JSON = ["command": "/sentinel", "text": "audit northlake", "user": "U0JAKE"]
            let answer = try await Web.send(
                "POST", installation.sandboxURL + "/_control/slack/command", body: wish.bytes)
            #expect(answer.json["status"]?.int == 200 && answer.text.contains("on its way"), "\(answer.text)")
            try await first.process.killNow()
            let server = try await installation.startServer()
            try await installation.waitForRest(of: 2, at: server)
            let records = try await installation.records()
            #expect(records.runs.map(\.agent).sorted() == ["catalyst", "sentinel"])
            #expect(records.signals.map(\.verdict) == ["run"])
            let told = await installation.look().messages(in: "C0RESULTS")
            #expect(told.contains { $0.whole.contains("\"ephemeral_to\":\"U0JAKE\"") })
            server.process.signal(SIGTERM)
        }
    }
}

private enum RepositoryRoot {
    static let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
