import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Writes of which nobody can tell whether they happened, and deliveries that somebody took away: a person is asked, and
/// what the person says is done.
@Suite("What nobody can tell is asked")
struct DoubtTests {
    struct Answer: Sendable, CustomStringConvertible {
        let description: String
        let arguments: [String]
        let state: String, messages: Int
    }
    static let answers = [
        Answer(description: "it is there", arguments: ["--happened"], state: "done", messages: 1),
        Answer(description: "it is to be repeated", arguments: ["--repeat"], state: "done", messages: 2),
        Answer(description: "it is given up", arguments: ["--give-up"], state: "done_with_problems", messages: 1),
    ]

    @Test("A Slack post whose channel cannot be read is doubtful until a person says", arguments: answers)
    func post(_ answer: Answer) async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", skip: 1, .dropAfter))
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "conversations.history", times: 100, .status(403)))
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "conversations.replies", times: 100, .status(403)))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "done_with_problems")
            #expect(run.sentence?.contains("may or may not have happened") == true, "\(run.sentence ?? "")")
            #expect(run.sentence?.contains("bureau runs resolve \(run.id)") == true, "\(run.sentence ?? "")")
            try await eventually("people are told what to look at") {
                await installation.look().messages(in: "C0ALERTS").first { $0.whole.contains("runs resolve") }
            }
            try await installation.stop(server)
            installation.sandbox.faults.clear()
            let process = try installation.start(
                ["runs", "resolve", run.id, "--data", installation.data.path] + answer.arguments)
            let end = try await process.waitForEnd()
            #expect(end.status == 0 || answer.state != "done", "\(process.text)")
            #expect(try await installation.records().runs.first?.state == answer.state, "\(process.text)")
            let results = await installation.look().results.filter { $0.text.contains("audit ready") }
            #expect(results.count == answer.messages, "\(results)")
            let events = try await installation.command("runs", "events", run.id)
            #expect(events.text.contains("resolved") && events.text.contains("says cli"), "\(events.text)")
            let verified = try await installation.command("runs", "verify", run.id)
            #expect(verified.status == 0, "\(verified.text)")
        }
    }

    @Test("A session that may have been opened is not opened again: the run waits, and goes on with the one it is told")
    func session() async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "anthropic", operation: "session.create", .dropAfter))
            try installation.sandbox.faults.add(
                FaultRule(vendor: "anthropic", operation: "session.list", times: 1_000, .status(403)))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("people are asked") {
                await installation.look().messages(in: "C0ALERTS").first { $0.whole.contains("session's creation") }
            }
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "starting")
            let shown = try await installation.command("runs", "show", run.id)
            #expect(shown.text.contains("doubtful"), "\(shown.text)")
            let unnamed = try await installation.command("runs", "resolve", run.id, "--happened")
            #expect(unnamed.status == 1 && unnamed.text.contains("--at sesn_"), "\(unnamed.text)")
            let session = try #require(await installation.look().sessions.first?.id)
            let resolved = try await installation.command("runs", "resolve", run.id, "--happened", "--at", session)
            #expect(resolved.status == 0, "\(resolved.text)")
            try await eventually("the run ends") {
                try await installation.records().runs.first?.state == "done" ? true : nil
            }
            #expect(await installation.look().sessions.count == 1)
            let again = try await installation.command("runs", "resolve", run.id, "--repeat")
            #expect(again.status == 1 && again.text.contains("nothing of run"), "\(again.text)")
            try await installation.stop(server)
        }
    }

    @Test("What a person took away is not posted again; it is asked, and posted when the person says so")
    func takenAway() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await installation.stop(server)
            let run = try #require(try await installation.records().runs.first)
            let message = try #require(
                await installation.look().state["slack"]?["messages"]?.array?.first {
                    $0["channel"]?.string == "C0RESULTS" && $0["text"]?.string?.contains("audit ready") == true
                })
            let wish: JSON = ["channel": message["channel"] ?? .null, "ts": message["ts"] ?? .null]
            let deleted = try await Web.send(
                "POST", installation.sandboxURL + "/slack/api/chat.delete",
                headers: ["authorization": "Bearer \(SandboxKeys().slack)", "content-type": "application/json"],
                body: wish.bytes)
            #expect(deleted.json["ok"]?.bool == true, "\(deleted.text)")
            try FileManager.default.removeItem(
                at: installation.deliveries.appending(path: "shamrock-detailing-columbus/audits/\(Self.copied)"))
            _ = try await installation.command("runs", "deliver", run.id)
            let asked = try #require(try await installation.records().runs.first)
            #expect(asked.state == "done_with_problems")
            #expect(asked.sentence?.contains("was taken away") == true, "\(asked.sentence ?? "")")
            _ = try await installation.command("runs", "deliver", run.id)
            let results = await installation.look().results.filter { $0.text.contains("audit ready") }
            #expect(results.isEmpty, "\(results)")
            let unclear = try await installation.command("runs", "resolve", run.id, "--repeat")
            #expect(unclear.status == 1 && unclear.text.contains("say which step"), "\(unclear.text)")
            for channel in ["slack", "folder"] {
                let step = try await doubtful(channel, of: run.id, installation)
                _ = try await installation.command("runs", "resolve", run.id, String(step.suffix(8)), "--repeat")
            }
            #expect(await installation.look().results.count { $0.text.contains("audit ready") } == 1)
            let complaints = try await Proof(installation).complaints().filter {
                // People were told in the thread what was missing.
                !$0.contains("there are alerts") && !$0.contains("results were posted in its thread")
            }
            #expect(complaints.isEmpty, "\(complaints)")
            let sight = await installation.look()
            #expect(sight.task(KillTests.task)?.comments.count == 1)
            #expect(sight.driveItems.count { !$0.isFolder && $0.path.contains("/Audits/") } == 2)
            #expect(try await installation.records().runs.first?.state == "done")
        }
    }

    private static let copied = "sentinel-audit-shamrock-detailing-columbus.md"

    private func doubtful(_ channel: String, of run: String, _ installation: Installation) async throws -> String {
        let process = try installation.start(["runs", "show", run, "--json", "--data", installation.data.path])
        try await process.waitForEnd()
        let steps = try JSON(parsing: Data(process.text.utf8))["steps"]?.array ?? []
        let found = steps.first { $0["channel"]?.string == channel && $0["status"]?.string == "doubtful" }
        return try #require(found?["id"]?.string, "\(steps)")
    }
}
