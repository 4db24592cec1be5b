import BureauSandbox
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// Probes at the stand-ins, over HTTP: a mark that was taken away, two things that fit, a status a person has set.
@Suite("What a probe cannot tell")
struct UndecidableTests {
    private static let task = "86demoshm1"

    private static func why(_ probe: Probe) -> String? {
        if case .unknown(let why) = probe { why } else { nil }
    }

    @Test(
        "A comment of the run without its reference is in doubt; one of another run, or with another reference, is not")
    func comment() async throws {
        try await withStandIns { standIns in
            let clickUp = try #require(standIns.connections.clickUp)
            let write = ClickUpWorkTool(clickUp: clickUp).comment(
                [.text("Ready. Run 01RUN")], on: Self.task,
                mark: WriteMark(text: "ref 01STEP", since: 0, alike: "Run 01RUN"))
            _ = try await clickUp.comment(Self.task, parts: [.text("Ready. Run 01OTHER")])
            _ = try await clickUp.comment(
                Self.task, parts: [.text("Needs more. Run 01RUN"), .newline, .code("ref 01B")])
            guard case .absent = try await write.probe() else {
                Issue.record("nothing of it is there")
                return
            }
            _ = try await clickUp.comment(Self.task, parts: [.text("Ready. Run 01RUN")])
            #expect(Self.why(try await write.probe())?.contains("its reference was taken away") == true)
        }
    }

    @Test("Two attachments that fit are in doubt, one is adopted")
    func attachments() async throws {
        try await withStandIns { standIns in
            let clickUp = try #require(standIns.connections.clickUp)
            let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).md").path
            try Data("# Audit\n".utf8).write(to: URL(filePath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            let file = FileIntent(title: "audit.md", blobKey: "", sizeBytes: 8, sha256: "", mimeType: "text/markdown")
            let write = ClickUpWorkTool(clickUp: clickUp).attachment(
                file, path: path, on: Self.task, since: 0, known: [])
            _ = try await write.write()
            guard case .found = try await write.probe() else {
                Issue.record("the one that fits is it")
                return
            }
            _ = try await write.write()
            #expect(Self.why(try await write.probe())?.contains("2 attachments of this name and size") == true)
        }
    }

    @Test(
        "A status that is ours is found, the one before allows the write, any other is a person's",
        arguments: [("Review", "found"), ("Ready (Automate)", "absent"), ("Blocked", "unknown")])
    func status(_ now: String, _ expected: String) async throws {
        try await withStandIns { standIns in
            let clickUp = try #require(standIns.connections.clickUp)
            try await clickUp.setStatus(Self.task, now)
            let write = ClickUpWorkTool(clickUp: clickUp).move(
                Self.task, to: "Review", before: "ready (automate)")
            let seen =
                switch try await write.probe() {
                case .found: "found"
                case .absent: "absent"
                case .unknown: "unknown"
                }
            #expect(seen == expected)
        }
    }

    @Test("A Slack message with the same words and no mark is in doubt")
    func message() async throws {
        try await withStandIns { standIns in
            let slack = try #require(standIns.connections.slack)
            let mark = SlackMessage.Metadata(eventType: "bureau_step", payload: ["step": .string("01STEP")])
            let message = SlackMessage(channel: "C0RESULTS", text: "Audit ready", metadata: mark)
            let post = SlackPost(slack: slack, message: message, mark: "01STEP", since: 0)
            guard case .absent = try await post.probe() else {
                Issue.record("nothing of it is there")
                return
            }
            _ = try await slack.post(SlackMessage(channel: "C0RESULTS", text: "Audit ready"))
            #expect(Self.why(try await post.probe())?.contains("carries no mark") == true)
        }
    }

    @Test("Two sessions with a run's mark are in doubt: neither is chosen")
    func sessions() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), now = Int64(Date().timeIntervalSince1970 * 1_000)
            let mark = ["bureau_run": "01RUN", "bureau_attempt": "1"]
            let new = NewSession(
                agentID: "agent_sentinel", environmentID: "env_demo", title: "test", metadata: mark, kickoff: "Audit.")
            let create = SessionCreate(
                anthropic: standIns.anthropic, session: new, mark: mark, since: now, doors: bench.clock.doors)
            _ = try await create.write()
            guard case .found = try await create.probe() else {
                Issue.record("the one there is is it")
                return
            }
            _ = try await create.write()
            #expect(Self.why(try await create.probe())?.contains("2 sessions carry this run's mark") == true)
        }
    }
}
