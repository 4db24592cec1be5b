import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// What a vendor refuses for good, or answers in a shape nobody knows: told in words, everything else delivered, and
/// finished by a person's "deliver again" without touching what is there.
@Suite("A step that cannot be done is told, and the rest is done")
struct RefusedWriteTests {
    @Test(
        "A refused write leaves the run done with problems and says which",
        arguments: [
            ("clickup", "comment.create", "ClickUp comment"), ("clickup", "attachment.create", "ClickUp attach"),
            ("clickup", "task.update", "ClickUp status"), ("slack", "chat.postMessage", "Slack post"),
            ("google", "upload.create", "Drive upload"), ("google", "files.create", "Drive folder"),
        ])
    func refused(_ vendor: String, _ operation: String, _ words: String) async throws {
        try await Installation.open { installation in
            // Slack's refusals come with 200; a server error that stays is the other lasting failure.
            let action: FaultAction = vendor == "slack" ? .status(500) : .status(403)
            try installation.sandbox.faults.add(
                FaultRule(
                    vendor: vendor, operation: operation,
                    // The first message is the one that tells of the run: it is tried again by itself.
                    skip: vendor == "slack" ? 1 : 0, times: vendor == "slack" ? 2 : 1, action))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "done_with_problems")
            #expect(run.sentence?.contains(words) == true, "\(run.sentence ?? "")")
            let alerts = try await eventually("people are told once") {
                let found = await installation.look().alerts
                return found.isEmpty ? nil : found
            }
            #expect(alerts.count == 1)
            #expect(alerts.first?.whole.contains(words) == true)
        }
    }

    @Test("An answer nobody can read is looked into, never repeated blindly", arguments: AnswerFaultTests.writes)
    func garbage(_ vendor: String, _ operation: String) async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(FaultRule(vendor: vendor, operation: operation, .garbage))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            let states: Set = operation == "session.create" ? ["done", "failed"] : ["done", "done_with_problems"]
            #expect(states.contains(run.state), "\(run.state)")
            #expect(run.state == "done" || run.sentence?.contains("form Bureau does not know") == true, "\(run)")
            let sight = await installation.look()
            #expect(sight.sessions.count <= 1)
            #expect((sight.task(KillTests.task)?.comments.count ?? 0) <= 1 || run.state == "failed")
            #expect(sight.messages(in: "C0RESULTS").count { !$0.isReply } <= 1)
        }
    }
}
