import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Synchronization
import Testing

@testable import BureauEngine

@Suite("A result is posted in the channel that was meant, or nowhere")
struct SlackPlaceTests {
    private static func deliver(_ bench: Bench, _ here: StandIns, _ run: RunRecord) async throws {
        try await deliver(bench, here.connections, run)
    }

    private static func deliver(
        _ bench: Bench, _ connections: Connections, _ run: RunRecord, limited: Backoff? = nil
    ) async throws {
        let hand = try #require(try await bench.claim("w", run.id))
        let parts = try bench.parts(connections) { $0.resultsChannel = "C0ALERTS" }
        let steps = try await bench.steps(run.id, .delivery)
        let context = DeliveryContext(
            parts: parts, hand: hand,
            runner: StepRunner(
                database: bench.database, doors: bench.clock.doors, lease: hand.lease, limitedBackoff: limited),
            report: DeliveryReport(hand, parts: parts, files: [], steps: steps, problem: nil))
        try await SlackChannel().deliver(steps, context)
        _ = try await bench.database.write { db in
            try RunStore(db: db).release(hand.lease, dueAt: 0)
        }
    }

    private static func channels(_ here: StandIns) async -> [String] {
        (await here.state("slack")["messages"]?.array ?? []).compactMap { $0["channel"]?.string }
    }

    private static func delivering(_ bench: Bench) async throws -> RunRecord {
        let run = try await bench.run(Bench.toRunning + [.turnEnded, .filesCollected(problem: nil)])
        _ = try await bench.step(run)
        return try await bench.find(run.id)
    }

    @Test("While Slack does not say which channel a name is, nothing goes to the general one")
    func unknown() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench)
            try here.fault("slack", "conversations.list", times: 50, .status(503))
            try await Self.deliver(bench, here, run)
            #expect(await Self.channels(here).isEmpty)
            let step = try #require(try await bench.steps(run.id, .delivery).first)
            #expect(step.state == .failed && step.error?.contains("which channel") == true, "\(step.error ?? "")")
        }
    }

    @Test("A channel that Slack does not tell because it is asked too much is asked for as long as a write would be")
    func limited() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench), start = bench.clock.now
            try here.fault("slack", "conversations.list", times: 8, .limited(seconds: 20))
            try await Self.deliver(bench, here.connections, run, limited: .limitedStep)
            #expect(await Self.channels(here) == ["C0RESULTS"])
            #expect(try await bench.steps(run.id, .delivery).map(\.state) == [.done])
            #expect(bench.clock.now - start > 15 * 60_000)
        }
    }

    @Test("After an outage at its first try a message is looked for among those since it was planned, not all of them")
    func looksSincePlanned() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench)
            let step = try #require(try await bench.steps(run.id, .delivery).first)
            let looks = Mutex<[String?]>([])
            try here.fault("slack", "chat.postMessage", .status(503))
            var connections = here.connections
            connections.slack = here.slack { request in
                guard request.operation == "conversations.history", case .bytes(let form) = request.body else {
                    return nil
                }
                let fields = URLComponents(string: "?" + String(decoding: form, as: UTF8.self))?.queryItems ?? []
                looks.withLock { $0.append(fields.first { $0.name == "oldest" }?.value) }
                return nil
            }
            try await Self.deliver(bench, connections, run)
            #expect(try await bench.steps(run.id, .delivery).map(\.state) == [.done])
            let oldest = Double(step.createdAt - Marks.wrongClockMilliseconds) / 1_000
            #expect(looks.withLock { $0 } == [String(format: "%.6f", oldest)])
        }
    }

    @Test("A lost answer is looked for where it was sent, even when the name cannot be looked up any more")
    func lostAnswer() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench)
            try here.fault("slack", "chat.postMessage", times: 1, .dropAfter)
            try here.fault("slack", "conversations.history", times: 2, .status(503))
            try await Self.deliver(bench, here, run)
            bench.clock.advance(milliseconds: 2 * SlackDirectory.keptMilliseconds)
            try here.fault("slack", "conversations.list", times: 50, .status(503))
            _ = try await bench.database.write { try StepStore(db: $0).reopen(run: run.id, channel: nil, now: 1) }
            try await Self.deliver(bench, here, run)
            #expect(await Self.channels(here) == ["C0RESULTS"])
            #expect(try await bench.steps(run.id, .delivery).map(\.state) == [.done])
        }
    }

    @Test("An id that Slack does not know any more is forgotten, and the name looked up once more")
    func wrongID() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench), now = bench.clock.now
            let name = "slack_channel:seo-automation"
            try await bench.database.write { try SettingStore(db: $0).put(name, "C0NOWHERE", now: now) }
            try await Self.deliver(bench, here, run)
            #expect(await Self.channels(here) == ["C0RESULTS"])
            let step = try #require(try await bench.steps(run.id, .delivery).first)
            #expect(step.state == .done)
            #expect(try step.intent(as: SlackPlace.self).channel == "C0RESULTS", "whoever looks for it looks there")
            let kept = try await bench.database.query("SELECT value FROM setting WHERE name = ?", [name])
            #expect(try kept.map { try $0.text("value") } == ["C0RESULTS"])
        }
    }

    @Test("What was tried in a channel that is gone is looked for in the one that its name means now")
    func goneWhileTried() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench), now = bench.clock.now
            let step = try #require(try await bench.steps(run.id, .delivery).first)
            let intent = try JSONText.encode(SlackPlace(channel: "C0NOWHERE"))
            try await bench.database.write { db in
                try StepStore(db: db).replaceIntent(step.id, intent)
                try StepStore(db: db).markIntended(step.id, now: now)
            }
            try await Self.deliver(bench, here, run)
            #expect(await Self.channels(here) == ["C0RESULTS"])
            #expect(try await bench.steps(run.id, .delivery).map(\.state) == [.done])
        }
    }

    @Test("A look for another channel that Slack did not answer is made once more with the next try")
    func lookedUpAgain() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.delivering(bench), now = bench.clock.now
            try await bench.database.write {
                try SettingStore(db: $0).put("slack_channel:seo-automation", "C0NOWHERE", now: now)
            }
            try here.fault("slack", "conversations.list", times: 1, .status(503))
            try await Self.deliver(bench, here, run)
            #expect(await Self.channels(here) == ["C0RESULTS"])
            #expect(try await bench.steps(run.id, .delivery).map(\.state) == [.done])
        }
    }

    @Test("An id past its time holds on while Slack cannot be asked, and goes when Slack has no such name")
    func pastItsTime() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let directory = SlackDirectory(try bench.parts(here.connections), try #require(here.connections.slack))
            #expect(try await directory.channel("#seo-automation", otherwise: "C0ALERTS") == "C0RESULTS")
            bench.clock.advance(milliseconds: 2 * SlackDirectory.keptMilliseconds)
            for status in [503, 403] {
                try here.fault("slack", "conversations.list", .status(status))
                #expect(try await directory.channel("#seo-automation", otherwise: "C0ALERTS") == "C0RESULTS")
            }
            let now = bench.clock.now - 2 * SlackDirectory.keptMilliseconds
            try await bench.database.write { try SettingStore(db: $0).put("slack_channel:nowhere", "C0OLD1", now: now) }
            #expect(try await directory.channel("#nowhere", otherwise: "C0ALERTS") == "C0ALERTS")
            try here.fault("slack", "conversations.list", .status(503))
            await #expect(throws: VendorError.self) { try await directory.channel("#nowhere", otherwise: nil) }
        }
    }

    @Test("Only a name that Slack does not have is replaced by the installation's channel")
    func missing() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let directory = SlackDirectory(try bench.parts(here.connections), try #require(here.connections.slack))
            #expect(try await directory.channel("#seo-automation", otherwise: "C0ALERTS") == "C0RESULTS")
            #expect(try await directory.channel("#nowhere", otherwise: "C0ALERTS") == "C0ALERTS")
            // A firewall's no is not Slack's.
            for fault in [FaultAction.status(503), .html(403), .html(400)] {
                try here.fault("slack", "conversations.list", fault)
                await #expect(throws: VendorError.self) {
                    try await directory.channel("#approvals", otherwise: "C0ALERTS")
                }
            }
            let blind = here.slack { request in
                request.operation == "conversations.list" ? .json(#"{"ok":false,"error":"missing_scope"}"#) : nil
            }
            let closed = SlackDirectory(try bench.parts(here.connections), blind)
            #expect(try await closed.channel("#approvals", otherwise: "C0ALERTS") == "C0ALERTS")
        }
    }
}
