import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Vendors that are down, slow, silent or overrun for a while. Whatever happens, the run comes to rest, people know, and
/// at the latest one "deliver again" makes everything as after a clean run.
@Suite("A vendor in trouble costs nothing but time")
struct VendorTroubleTests {
    struct Outage: Sendable, CustomStringConvertible {
        let vendor: String
        /// Down until the run has come to rest; else until it was asked some times in vain.
        var isLong = false
        var description: String { isLong ? "\(vendor), until the run has ended" : vendor }
    }
    static let timesInVain = 3

    @Test(
        "Down for a while",
        arguments: ["anthropic", "clickup", "slack", "google"].map { Outage(vendor: $0) }
            + ["slack", "google"].map { Outage(vendor: $0, isLong: true) })
    func down(_ outage: Outage) async throws {
        try await Installation.open { installation in
            try Self.trouble(installation, outage.vendor, .drop)
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            if outage.isLong {
                try await eventually("the run ends") {
                    await installation.runs(in: RunStates.final, at: server) == 1 ? true : nil
                }
            } else {
                try await eventually("it was asked in vain") {
                    installation.sandbox.faults.entries.reduce(0) { $0 + $1.struck } >= Self.timesInVain ? true : nil
                }
            }
            installation.sandbox.faults.clear()
            try await Self.settle(installation, server, "\(outage)")
        }
    }

    @Test("Every answer of every vendor comes late")
    func slow() async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "*", times: 1_000_000, .delay(milliseconds: 400)))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }

    /// The connection is accepted, the request taken, and nothing ever comes back: the product's own limit ends the wait,
    /// after 30 s at ClickUp and Slack, 60 s at Anthropic and Drive, 120 s for a stream.
    @Test("A connection that never answers, at two vendors at once")
    func halfOpen() async throws {
        try await Self.silent([("clickup", "task.get"), ("slack", "chat.postMessage")])
    }

    @Test(
        "A connection that never answers, where it takes a minute or two",
        .enabled(if: SoakTests.Plan.wished != nil, "make soak"),
        arguments: [
            [("anthropic", "session.create"), ("google", "files.create")],
            [("anthropic", "session.stream"), ("google", "token")],
            [("anthropic", "session.history"), ("clickup", "comment.create")],
        ])
    func halfOpenLong(_ operations: [(String, String)]) async throws { try await Self.silent(operations) }

    @Test("Too many requests, by chance, from every vendor", arguments: [UInt64(1), 2])
    func storm(_ seed: UInt64) async throws {
        print("storm of 429: seed \(seed)")
        var options = Installation.Options()
        options.sandbox.seed = seed
        try await Installation.open(options) { installation in
            try installation.sandbox.faults.add(
                // What a run needs to begin waits longer and longer: the storm comes after that.
                FaultRule(vendor: "*", skip: 14, times: 25, percent: 40, .limited(seconds: 1)))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await Self.settle(installation, server, "seed \(seed)")
        }
    }

    @Test("A storm at one vendor slows only what needs that vendor")
    func stormAtOne() async throws {
        try await Installation.open { installation in
            try Self.trouble(installation, "slack", .limited(seconds: 2))
            try await installation.steer(["hold_at": 77])
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let session = try await eventually("the storm is met while the session works") {
                let isMet = installation.sandbox.faults.entries.contains { $0.struck > 0 }
                return isMet ? await installation.look().sessions.first { $0.events >= 77 } : nil
            }
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await eventually("the result is on the task") {
                await installation.look().task(KillTests.task)?.comments.first
            }
            #expect(await installation.look().messages(in: "C0RESULTS").isEmpty)
            installation.sandbox.faults.clear()
            try await Self.settle(installation, server, "slack alone")
        }
    }

    private static func silent(_ operations: [(String, String)]) async throws {
        try await Installation.open { installation in
            for (vendor, operation) in operations {
                try installation.sandbox.faults.add(
                    FaultRule(vendor: vendor, operation: operation, .silence))
            }
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            #expect(installation.sandbox.faults.entries.allSatisfy { $0.struck == 1 }, "a silence was not met")
            try await settle(installation, server, "\(operations)")
        }
    }

    /// Everything of one vendor but the webhooks it sends.
    private static func trouble(_ installation: Installation, _ vendor: String, _ action: FaultAction) throws {
        for entry in OutboundCall.counts where entry.vendor == vendor && entry.operation != "webhook.deliver" {
            try installation.sandbox.faults.add(
                FaultRule(vendor: vendor, operation: entry.operation, times: 1_000_000, action))
        }
    }

    /// A run that ended with problems has said so where people look; delivering again finishes it.
    static func settle(_ installation: Installation, _ server: RunningServer, _ name: String) async throws {
        try await installation.waitForRest(at: server)
        var run = try #require(try await installation.records().runs.first)
        var expected: (String) -> Bool = { _ in true }
        if run.state == "done_with_problems" {
            installation.sandbox.faults.clear()
            try await eventually("\(name): people are told") {
                await installation.look().messages(in: "C0ALERTS").first
            }
            let again = try await installation.command("runs", "deliver", run.id)
            #expect(again.status == 0, "\(name): \(again.text)")
            try await eventually("\(name): it is delivered") {
                run = try #require(try await installation.records().runs.first)
                return run.state == "done" ? true : nil
            }
            try await eventually("\(name): the run's message says so") {
                let own = await installation.look().messages(in: "C0RESULTS").filter { !$0.isReply }
                return own.contains { $0.text.hasSuffix(": Done") } ? true : nil
            }
            // The alert is told in its channel and in the thread; a result that found no thread stands beside it.
            let results = await installation.look().messages(in: "C0RESULTS").filter {
                $0.text.contains("audit ready")
            }
            #expect(results.count == 1, "\(name): \(results.map(\.text))")
            let other = ["there are alerts", "the step slack alert", "the step slack thread"]
            expected = { complaint in
                !other.contains { complaint.hasPrefix($0) } && !complaint.contains("results were posted in its thread")
                    && !complaint.contains("messages tell of the run") && !complaint.hasPrefix("the run's message says")
            }
        }
        if name == "slack", run.state == "done" {
            // The result was waited for until Slack was back, and may stand beside the run's message, which comes later.
            try await eventually("slack: the run's message comes all the same") {
                let own = await installation.look().messages(in: "C0RESULTS").filter { !$0.isReply }
                return own.contains { $0.text.hasSuffix(": Done") } ? true : nil
            }
            expected = { complaint in
                !complaint.contains("results were posted in its thread")
                    && !complaint.contains("messages tell of the run") && !complaint.hasPrefix("the run's message says")
            }
        }
        let complaints = try await Proof(installation).complaints().filter(expected)
        #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))")
    }
}
