import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("What is delivered again")
struct DeliverAgainTests {
    private static let problem = RunCause(.deliveryFailed, "Slack refused the message.")

    /// A run with one stored file, moved along by `events`.
    private static func run(_ bench: Bench, _ events: [RunMachine.Event]) async throws -> RunRecord {
        let run = try await bench.run(Bench.toRunning), now = bench.clock.now
        let bytes = Data("# Audit\n".utf8), key = "runs/\(run.id)/audit.md"
        try bytes.write(to: try bench.parts().blobs.prepare(key))
        let file = NewFile(
            vendorID: "file_1", position: 0, name: "audit.md", safeName: "audit.md", mimeType: "text/markdown",
            sizeBytes: Int64(bytes.count), sha256: Hex.sha256(bytes), blobKey: key)
        try await bench.database.write { try FileStore(db: $0).put(file, run: run.id, now: now) }
        for event in events { try await bench.move(run.id, event) }
        return try await bench.find(run.id)
    }

    private static func deliver(_ bench: Bench, _ parts: EngineParts, _ run: RunRecord) async throws -> RunRecord {
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await DeliverStage(parts: parts).run(hand) == .moved)
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
        return try await bench.find(run.id)
    }

    private static let stopped: [RunMachine.Event] = [
        .stopAsked(RunCause(.overBudget, "It had cost $5.02 of at most $5.00.")), .sessionHalted,
        .filesCollected(problem: nil),
    ]

    @Test("What a person has said is there is not looked for when the rest is delivered again")
    func saidByAPerson() async throws {
        let bench = try await Bench(), now = bench.clock.now
        let run = try await Self.run(bench, [.turnEnded, .filesCollected(problem: nil)])
        let doubtful = try await bench.step(run, .googleDrive, "upload", "audit.md")
        let sure = try await bench.step(run)
        try await bench.database.write { db in
            try StepStore(db: db).markDone(sure.id, receipt: #"{"id":"1.2","link":null}"#, now: now)
            try StepStore(db: db).markFailed(doubtful.id, state: .doubtful, error: "Nobody can tell.", now: now)
        }
        try await bench.move(run.id, .channelsSettled(problem: Self.problem))
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.resolve(
            run.id, step: nil, .happened(link: "https://drive.google.com/file/d/x/view"), by: "ana")
        try await bench.database.write { try StepStore(db: $0).recheckDelivered(run: run.id, channel: nil) }
        let (said, seen) = (try await bench.step(doubtful.id), try await bench.step(sure.id))
        #expect(said.state == .done && !said.mustRecheck)
        #expect(seen.state == .done && seen.mustRecheck)
    }

    @Test("Of a run that was stopped only the channel that was asked for is touched, then any other")
    func oneChannel() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            try await bench.earlier(daysAgo: 100, score: 65)
            let run = try await Self.run(bench, Self.stopped),
                desk = RunDesk(
                    database: bench.database, doors: bench.clock.doors)
            #expect(run.state == .stopped)
            let summary = try JSONText.encode(StoredSummary(ReportSummary(score: 71, priorities: [])))
            try await bench.database.write {
                _ = try $0.execute("UPDATE run SET summary = ? WHERE id = ?", [summary, run.id])
            }
            #expect(try await desk.deliver(run.id, channel: .folder).state == .delivering)
            let after = try await Self.deliver(bench, parts, run)
            #expect(after.state == .stopped && after.deliverOnly == nil)
            let steps = try await bench.steps(run.id, .delivery)
            #expect(steps.map { "\($0.channel) \($0.state)" } == ["folder done"])
            let posts = await here.state("slack")["messages"]?.array ?? []
            #expect(posts.isEmpty, "\(posts)")

            _ = try await desk.deliver(run.id, channel: .slack)
            #expect(try await Self.deliver(bench, parts, run).state == .stopped)
            let channels = Set(try await bench.steps(run.id, .delivery).map(\.channel))
            #expect(channels == [.folder, .slack])
            let told = await here.state("slack")["messages"]?.array ?? []
            #expect("\(told)".contains("+6 since August"), "\(told)")
        }
    }

    @Test("A run that failed is not called done because one channel has its results")
    func failed() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let run = try await Self.run(
                bench, [.turnEnded, .filesCollected(problem: nil), .broke(Self.problem)])
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.deliver(run.id, channel: .folder)
            let half = try await Self.deliver(bench, parts, run)
            #expect(half.state == .doneWithProblems)
            #expect(half.cause?.sentence.contains("bureau runs deliver") == true, "\(String(describing: half.cause))")
            #expect(try await bench.steps(run.id, .delivery).map(\.channel) == [.folder])
        }
    }

    @Test("What did not reach its channel is delivered while the results are in review, and they stay there")
    func inReview() async throws {
        try await withStandIns { here in
            let agent = Agents.make(extra: #", "review": {"enabled": true}"#)
            let bench = try await Bench(agents: ["sentinel.json": agent]), parts = try bench.parts(here.connections)
            let run = try await Self.run(
                bench, [.turnEnded, .filesCollected(problem: nil)])
            try here.fault("slack", "chat.postMessage", times: 10, .status(403))
            let first = try await Self.deliver(bench, parts, run)
            #expect(first.state == .inReview && first.cause?.code == .deliveryFailed, "\(first.state)")
            let failed = try await bench.steps(run.id, .delivery).filter { $0.state == .failed }
            #expect(failed.contains { $0.channel == .slack })
            here.sandbox.faults.clear()
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            #expect(try await desk.deliver(run.id, channel: .slack).state == .delivering)
            let again = try await Self.deliver(bench, parts, run)
            #expect(again.state == .inReview)
            let slack = try await bench.steps(run.id, .delivery).filter { $0.channel == .slack }
            #expect(slack.map(\.state) == [.done], "\(slack)")
        }
    }

    @Test("A write in doubt that somebody wants made again is made while its results are in review")
    func resolvedInReview() async throws {
        let bench = try await Bench()
        let run = try await Self.run(
            bench, [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: Self.problem)])
        let step = try await bench.step(run), now = bench.clock.now
        try await bench.database.write { db in
            try StepStore(db: db).markIntended(step.id, now: now)
            try StepStore(db: db).markFailed(step.id, state: .doubtful, error: "no answer", now: now)
        }
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        #expect(try await desk.resolve(run.id, step: nil, .again, by: "ana").state == .delivering)
        #expect(try await bench.step(step.id).state == .pending)
    }

    /// A run that was stopped, its folder and its Slack message delivered and then lost sight of.
    private static func doubtfulTwice(_ bench: Bench, _ parts: EngineParts) async throws -> (RunRecord, [StepRecord]) {
        let run = try await Self.run(bench, stopped), now = bench.clock.now
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        for channel in [StepRecord.Channel.folder, .slack] {
            _ = try await desk.deliver(run.id, channel: channel)
            _ = try await Self.deliver(bench, parts, run)
        }
        let steps = try await bench.steps(run.id, .delivery)
        try await bench.database.write { db in
            for step in steps { try StepStore(db: db).markSeen(step.id, whyGone: "it is gone", now: now) }
        }
        return (run, steps)
    }

    @Test("Two channels in doubt of a run that was stopped are decided one after the other, and both are delivered")
    func twoDoubts() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let (run, steps) = try await Self.doubtfulTwice(bench, parts)
            #expect(Set(steps.map(\.channel)) == [.folder, .slack])
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            for step in steps {
                #expect(try await desk.resolve(run.id, step: step.id, .again, by: "ana").state == .delivering)
            }
            #expect(try await Self.deliver(bench, parts, run).state == .stopped)
            let after = try await bench.steps(run.id, .delivery)
            #expect(after.map(\.id) == steps.map(\.id) && after.allSatisfy { $0.state == .done }, "\(after)")
        }
    }

    @Test("A channel that is decided on while another one is being delivered is delivered before the run rests")
    func decidedMeanwhile() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let (run, steps) = try await Self.doubtfulTwice(bench, parts)
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            let slack = try #require(steps.first { $0.channel == .slack })
            let folder = try #require(steps.first { $0.channel == .folder })
            _ = try await desk.resolve(run.id, step: slack.id, .again, by: "ana")
            var connections = here.connections
            connections.slack = here.slack { request in
                guard request.operation == "chat.postMessage" else { return nil }
                _ = try? await desk.resolve(run.id, step: folder.id, .again, by: "ana")
                return nil
            }
            let hand = try #require(try await bench.claim("w", run.id))
            let stage = DeliverStage(parts: try bench.parts(connections))
            #expect(try await stage.run(hand) != .moved)
            #expect(try await stage.run(hand) == .moved)
            #expect(try await bench.find(run.id).state == .stopped)
            #expect(try await bench.steps(run.id, .delivery).allSatisfy { $0.state == .done })
        }
    }

    @Test("Two channels of one run that were set aside are tried again in one act")
    func redriven() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let run = try await Self.run(
                bench, [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: Self.problem)])
            let now = bench.clock.now
            for channel in [StepRecord.Channel.slack, .clickUp] {
                let step = try await bench.step(run, channel)
                _ = try await bench.database.write {
                    try StepStore(db: $0).markFailed(step.id, state: .failed, error: "no answer", now: now)
                }
            }
            let queue = QueueDesk(database: bench.database, doors: bench.clock.doors)
            let letters = try await queue.parked(QueueFilter()).filter { $0.kind == .delivery }
            #expect(letters.count == 2)
            let outcomes = try await queue.redrive(letters) { _ in false }
            #expect(outcomes.allSatisfy { $0.isDone }, "\(outcomes.map(\.sentence))")
            #expect(try await bench.find(run.id).state == .delivering)
            let open = try await bench.steps(run.id, .delivery).filter { $0.state == .pending }
            #expect(Set(open.map(\.channel)) == [.slack, .clickUp])
        }
    }
}
