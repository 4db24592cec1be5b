import BureauDomain
import BureauSandbox
import Foundation
import Testing

@testable import BureauEngine

@Suite("The end of a run whose message may not be edited any more")
struct RunThreadEndTests {
    private static func ends(_ here: StandIns) async -> Int {
        let messages = await here.state("slack")["messages"]?.array ?? []
        return messages.count { $0["text"]?.string?.hasSuffix(": Failed") == true }
    }

    /// `looks` at a message whose run has ended, while Slack takes the end or not and answers nothing.
    private static func unanswered(
        _ here: StandIns, _ bench: Bench, isTaken: Bool, looks: Int
    ) async throws -> (RunThreadWorker, RunRecord) {
        var connections = here.connections
        connections.slack = here.slackWithoutEdits
        let worker = RunThreadWorker(
            parts: try bench.parts(connections), lock: try OwnerLock(folder: bench.ownersFolder, owner: "one"))
        let new = NewRun(
            agent: "sentinel", agentVersion: "1.0.0", configHash: try bench.agent.hash, triggerSource: .slack,
            requestedBy: "slack U0JAKE", dedupeKey: UUID().uuidString, clientSlug: "shamrock", clientName: "Shamrock",
            hasThread: true)
        let run = try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
        _ = try await worker.lookOnce()
        try await bench.move(run.id, .broke(RunCause(.refusal, "The model refused the work.")))
        if isTaken { try here.fault("slack", "chat.postMessage", .dropAfter) }
        for operation in ["chat.postMessage", "conversations.history", "conversations.replies"] {
            try here.fault("slack", operation, times: 10_000, .status(503))
        }
        for _ in 0..<looks {
            bench.clock.advance(milliseconds: 20 * 60_000)
            _ = try await worker.lookOnce()
        }
        here.sandbox.faults.clear()
        bench.clock.advance(milliseconds: 20 * 60_000)
        return (worker, run)
    }

    @Test(
        "While nobody can tell whether it stands there it is looked for, and posted only where it is absent",
        arguments: [true, false])
    func lookedFor(isTaken: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let (worker, _) = try await Self.unanswered(here, bench, isTaken: isTaken, looks: 1)
            #expect(await Self.ends(here) == (isTaken ? 1 : 0))
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.ends(here) == 1)
            bench.clock.advance(milliseconds: 20 * 60_000)
            #expect(try await worker.lookOnce() == 0, "it is told")
            #expect(try await !bench.alerts().contains { $0.cause == Doubt.code })
        }
    }

    @Test("One that a person has given up meanwhile is not posted")
    func givenUp() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let (worker, run) = try await Self.unanswered(here, bench, isTaken: false, looks: 1)
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.resolve(run.id, step: nil, .giveUp, by: "ana")
            #expect(try await worker.lookOnce() == 0)
            #expect(await Self.ends(here) == 0)
        }
    }

    @Test("At last a person is asked, and has it posted")
    func asked() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let (worker, run) = try await Self.unanswered(
                here, bench, isTaken: false, looks: RunThreadWorker.triesMax + 1)
            let alert = try #require(try await bench.alerts().first { $0.cause == Doubt.code })
            #expect(alert.sentence.contains("The Slack message of the run's end may or may not"), "\(alert.sentence)")
            #expect(try await worker.lookOnce() == 0)
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.resolve(run.id, step: nil, .again, by: "ana")
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.ends(here) == 1)
        }
    }

    @Test(
        "A message that Slack refuses to replace for a while shows the run's end; when it is given up people are told",
        arguments: [1, RunThreadWorker.triesMax + 1])
    func refused(looks: Int) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = RunThreadWorker(
                parts: try bench.parts(here.connections), lock: try OwnerLock(folder: bench.ownersFolder, owner: "one"))
            let new = NewRun(
                agent: "sentinel", agentVersion: "1.0.0", configHash: try bench.agent.hash, triggerSource: .slack,
                requestedBy: "slack U0JAKE", dedupeKey: UUID().uuidString, clientSlug: "shamrock",
                clientName: "Shamrock", hasThread: true)
            let run = try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
            _ = try await worker.lookOnce()
            for event in Bench.toRunning { try await bench.move(run.id, event) }
            try here.fault("slack", "chat.update", times: 10_000, .status(403))
            for _ in 0..<looks {
                bench.clock.advance(milliseconds: 20 * 60_000)
                #expect(try await worker.lookOnce() == 1)
            }
            func untold() async throws -> [AlertRecord] {
                try await bench.alerts().filter { $0.cause == NoticeAlarm.untold }
            }
            let isGivenUp = looks > RunThreadWorker.triesMax
            #expect(try await untold().map(\.subject) == (isGivenUp ? [run.id] : []))
            here.sandbox.faults.clear()
            bench.clock.advance(milliseconds: 20 * 60_000)
            #expect(try await worker.lookOnce() == (isGivenUp ? 0 : 1))
            try await bench.move(run.id, .broke(RunCause(.refusal, "The model refused the work.")))
            bench.clock.advance(milliseconds: 20 * 60_000)
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.ends(here) == 1)
            #expect(try await untold().isEmpty)
        }
    }
}
