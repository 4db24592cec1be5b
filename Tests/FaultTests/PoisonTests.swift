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
            try await installation.waitForRest(of: 2, at: server, within: .seconds(90))
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
}
