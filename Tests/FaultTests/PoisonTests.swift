import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Tasks whose content makes trouble wherever it goes: each comes to rest with its cause, and the work beside it is done.
@Suite("A poisonous task hurts nobody but itself")
struct PoisonTests {
    static let poisoned = "86demoblu1", healthy = KillTests.task

    struct Content: Sendable, CustomStringConvertible {
        let description: String
        let field: Int
        let value: String
    }
    static let contents = [
        Content(description: "a client's id that climbs", field: 1, value: "../../../../etc/cron.d"),
        Content(description: "a name of 5,000 letters", field: 2, value: String(repeating: "Long ", count: 1_000)),
        Content(
            description: "a name that calls everybody", field: 2,
            value: "<!channel> <@U0JAKE> <https://evil.example|us>"),
        Content(
            description: "a name of controls and turned letters", field: 2, value: "a\u{202E}b\u{7}c\u{2028}d\ne\u{0}f"),
        Content(
            description: "text that looks like a template", field: 10,
            value: "{payload_json} {client_id} {{x}} ${HOME} %s"),
    ]

    @Test("Content", arguments: contents)
    func content(_ content: Content) async throws {
        try await Installation.open { installation in
            try await installation.type(.string(content.value), into: content.field, of: Self.poisoned)
            let server = try await installation.startServer()
            try await installation.board.move(Self.poisoned, to: "ready (automate)")
            try await installation.board.move(Self.healthy, to: "ready (automate)")
            try await installation.waitForRest(of: 2, at: server)
            try await Self.check(content, installation)
        }
    }

    private static func check(_ content: Content, _ installation: Installation) async throws {
        let runs = try await installation.records().runs
        #expect(runs.count == 2)
        #expect(runs.first { $0.task == healthy }?.state == "done")
        let bad = try #require(runs.first { $0.task == poisoned })
        if bad.state != "done" {
            #expect(bad.cause != nil && bad.sentence?.isEmpty == false, "\(bad)")
            try await eventually("people are told of \(content)") {
                await installation.look().messages(in: "C0ALERTS").first
            }
        }
        let sight = await installation.look()
        #expect(sight.sessions.count <= 2)
        #expect((sight.task(poisoned)?.comments.count ?? 0) == 1)
        let markup = (sight.state["slack"]?["messages"]?.array ?? []).flatMap(Self.markup).joined(separator: "\n")
        for bad in ["<!channel>", "<https://evil.example", "<@U0JAKE>"] { #expect(!markup.contains(bad), "\(bad)") }
        let names = try FileManager.default.contentsOfDirectory(atPath: installation.folder.path)
        let meant: Set = ["agents", "data", "deliveries", "google.json", "logs"]
        #expect(names.filter { !meant.contains($0) && !$0.hasPrefix("output-") }.isEmpty, "\(names)")
        print("poison, \(content): \(bad.state), \(bad.sentence ?? "no cause")")
    }

    /// Every text in which Slack looks for mentions and links: the message's own and its blocks' of type mrkdwn.
    private static func markup(_ json: JSON) -> [String] {
        if let list = json.array { return list.flatMap(markup) }
        guard let members = json.object else { return [] }
        let own = ["plain_text", "button"].contains(members["type"]?.string) ? nil : members["text"]?.string
        return (own.map { [$0] } ?? []) + members.values.flatMap(markup)
    }

    /// The waits between the tries take half an hour in all: the clock is set on, and nothing is waited for.
    @Test(
        "A task that breaks its stage each time is tried again and again, then parked with its cause",
        .enabled(if: WrongClock.isThere, "the clock cannot be set here"))
    func unreadable() async throws {
        let clock = try WrongClock()
        defer { clock.remove() }
        var options = Installation.Options()
        options.environment = clock.environment
        try await Installation.open(options) { installation in
            try installation.sandbox.faults.add(
                FaultRule(
                    vendor: "clickup", operation: "task.get", about: Self.poisoned, times: 1_000_000, .status(500)))
            let server = try await installation.startServer()
            try await installation.board.move(Self.poisoned, to: "ready (automate)")
            try await installation.board.move(Self.healthy, to: "ready (automate)")
            try await eventually("the other one is done") {
                try await installation.records().runs.first { $0.task == Self.healthy && $0.state == "done" }
            }
            var minutes = 0
            for tries in 1...20 where await installation.runs(in: RunStates.final, at: server) < 2 {
                // The longest wait is ten minutes, and chance puts up to a quarter on it.
                minutes += 13
                try clock.set(seconds: minutes * 60)
                try await eventually("it is tried again, or given up") {
                    let asked = installation.sandbox.faults.entries.first?.struck ?? 0
                    let isOver = await installation.runs(in: RunStates.final, at: server) == 2
                    return asked > tries || isOver ? true : nil
                }
            }
            let runs = try await installation.records().runs
            #expect(runs.first { $0.task == Self.healthy }?.state == "done")
            let bad = try #require(runs.first { $0.task == Self.poisoned })
            #expect(bad.state == "failed" && bad.cause == "task_unreadable", "\(bad)")
            #expect(await installation.look().sessions.count == 1)
            try await eventually("people are told") {
                await installation.look().messages(in: "C0ALERTS").first { $0.whole.contains(bad.id) }
            }
            let parked = try await installation.command("queue", "list")
            #expect(parked.text.contains("task_unreadable"), "\(parked.text)")
            let asked = installation.sandbox.faults.entries.first?.struck ?? 0
            print("parked after \(asked) tries")
            #expect((2...20).contains(asked))
        }
    }
}
