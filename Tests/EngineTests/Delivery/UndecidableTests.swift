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
            let write = ClickUpWorkTool(clickUp: clickUp, zone: .utc).comment(
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
            let write = ClickUpWorkTool(clickUp: clickUp, zone: .utc).attachment(
                file, path: path, on: Self.task, since: 0
            ) { [] }
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
            let write = ClickUpWorkTool(clickUp: clickUp, zone: .utc).move(
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

    @Test("Of two sessions with a run's mark the first goes on, and the other is ended and told of")
    func sessions() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), now = Int64(Date().timeIntervalSince1970 * 1_000)
            let parts = try bench.parts(standIns.connections), run = try await bench.run([.taken])
            let mark = ["bureau_run": run.id, "bureau_attempt": "1"]
            let new = NewSession(
                agentID: "agent_sentinel", environmentID: "env_demo", title: "test", metadata: mark, kickoff: "Audit.")
            let create = SessionCreate(
                anthropic: standIns.anthropic, session: new, mark: mark, since: now, doors: bench.clock.doors,
                onStrays: { await StraySessions(parts: parts).end($0, of: run) })
            func found() async throws -> String? {
                guard case .found(let receipt) = try await create.probe() else { return nil }
                return try JSONText.decode(SessionReceipt.self, receipt).session
            }
            let first = try JSONText.decode(SessionReceipt.self, try await create.write()).session
            #expect(try await found() == first, "the one there is is it")
            let second = try JSONText.decode(SessionReceipt.self, try await create.write()).session
            let kept = try #require(try await found())
            let ended = kept == first ? second : first
            let told = try await bench.alerts().filter { $0.cause == "stray_session" }.map(\.subject)
            #expect(told == [ended])
            let events = try await standIns.anthropic.history(of: ended, types: ["user.interrupt"]).events
            let other = try await standIns.anthropic.history(of: kept, types: ["user.interrupt"]).events
            #expect(events.count == 1 && other.isEmpty)
            _ = try await found()
            #expect(try await bench.alerts().count == told.count, "told once")
        }
    }

    @Test("A session is not known to be absent while its agent's list has further pages")
    func endless() async throws {
        let bench = try await Bench()
        let list = Interposed(Seen()) { _ in .json(#"{"data":[],"next_page":"more"}"#) }
        let create = SessionCreate(
            anthropic: AnthropicClient(transport: list, key: Secret("test")),
            session: NewSession(
                agentID: "agent_sentinel", environmentID: "env_demo", title: "test", metadata: [:], kickoff: "Audit."),
            mark: ["bureau_run": "01RUN", "bureau_attempt": "1"], since: 0, doors: bench.clock.doors)
        #expect(Self.why(try await create.probe())?.contains("not among the first 200 pages") == true)
    }
}
