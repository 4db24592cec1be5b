import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Webhooks that never come, come in the wrong order, or come again the next day.
@Suite("A webhook is a hint: work is found without it, and an old one starts nothing")
struct LostWebhookTests {
    private static func sweeping() -> Installation.Options {
        var options = Installation.Options()
        options.environment = ["SWEEP_SECONDS": "10"]
        return options
    }

    @Test(
        "Dropped for good, or the whole subscription ended: the sweep starts the run",
        arguments: [
            FaultAction.drop, .suspend,
        ])
    func dropped(_ action: FaultAction) async throws {
        try await Installation.open(Self.sweeping()) { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, action))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            // Whether the first look at the webhook comes before or after it is suspended is chance: then people are told.
            let told = "there are alerts: [\"Bureau: ClickUp had suspended the webhook of sentinel"
            let complaints = try await Proof(installation, statusChanges: nil).complaints().filter {
                !(action == .suspend && $0.hasPrefix(told))
            }
            #expect(complaints.isEmpty, "\(action.text): \(complaints.joined(separator: "; "))")
            #expect(await installation.look().acceptedSignals == 0)
        }
    }

    @Test("Coming and going told the wrong way round starts nothing")
    func reordered() async throws {
        try await Installation.open { installation in
            // Before there is a server: its first sweep would see the card where it only passed.
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.board.move(KillTests.task, to: "in progress")
            let server = try await installation.startServer()
            for (id, status) in [("2", "in progress"), ("1", "ready (automate)")] {
                let answer = try await ClickUpPost(ClickUpPost.statusChange(to: status, id: id)).send(to: server)
                #expect(answer.status == 200, "\(answer.text)")
            }
            try await eventually("whatever was started has been ended") {
                try await installation.records().runs.allSatisfy { $0.state == "ignored" } ? true : nil
            }
            let sight = await installation.look()
            #expect(sight.sessions.isEmpty)
            #expect(sight.messages(in: "C0RESULTS").isEmpty && sight.messages(in: "C0ALERTS").isEmpty)
            #expect(try await installation.records().signals.count == 2)
        }
    }

    @Test(
        "Replayed a day later, byte for byte, before and after a restart: a duplicate that names its run",
        .enabled(if: WrongClock.isThere, "the clock cannot be set here"))
    func nextDay() async throws {
        let clock = try WrongClock()
        defer { clock.remove() }
        var options = Installation.Options()
        options.environment = clock.environment
        try await Installation.open(options) { installation in
            let first = try await installation.startServer()
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 2, .drop))
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let letters = ["taskStatusUpdated", "taskUpdated"].map {
                ClickUpPost(ClickUpPost.statusChange(event: $0))
            }
            for letter in letters { #expect(try await letter.send(to: first).status == 200) }
            try await installation.waitForRest(at: first)
            try clock.set(seconds: 25 * 3_600)
            try await Self.replay(letters, to: first, installation)
            try await first.process.killNow()
            try await Self.replay(letters, to: try await installation.startServer(), installation)
            let complaints = try await Proof(installation, statusChanges: nil).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }

    private static func replay(
        _ letters: [ClickUpPost], to server: RunningServer, _ installation: Installation
    ) async throws {
        let run = try #require(try await installation.records().runs.first)
        for letter in letters {
            let answer = try await letter.send(to: server)
            #expect(answer.status == 200 && answer.json["verdict"]?.string == "duplicate", "\(answer.text)")
            #expect(answer.json["run"]?.string == run.id, "\(answer.text)")
        }
    }
}
