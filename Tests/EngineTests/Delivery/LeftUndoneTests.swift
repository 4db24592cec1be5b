import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("A delivery that a person has left undone")
struct LeftUndoneTests {
    private static let problem = RunCause(.deliveryFailed, "Nobody can tell whether Slack has it.")
    private static let ended: [RunMachine.Event] = [
        .turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: problem),
    ]

    private static func desk(_ bench: Bench) -> RunDesk {
        RunDesk(database: bench.database, doors: bench.clock.doors)
    }

    private static func letters(_ bench: Bench) async throws -> [DeadLetter] {
        try await QueueDesk(database: bench.database, doors: bench.clock.doors).parked(QueueFilter())
    }

    private static func redrive(_ bench: Bench, _ letters: [DeadLetter]) async throws -> [QueueDesk.Outcome] {
        try await QueueDesk(database: bench.database, doors: bench.clock.doors).redrive(letters) { _ in false }
    }

    /// A Slack post in doubt: one that may be there, or one that was delivered and is gone.
    private static func doubt(_ bench: Bench, _ run: RunRecord, isGone: Bool) async throws -> StepRecord {
        let step = try await bench.step(run), now = bench.clock.now
        try await bench.database.write { db in
            let store = StepStore(db: db)
            try store.markIntended(step.id, now: now)
            if isGone {
                try store.markDone(step.id, receipt: #"{"id":"1.2","link":null}"#, now: now)
                try store.markSeen(step.id, whyGone: "it is gone", now: now)
            } else {
                try store.markFailed(step.id, state: .doubtful, error: "no answer", now: now)
            }
        }
        return try await bench.step(step.id)
    }

    private static func fail(_ bench: Bench, _ step: StepRecord) async throws {
        let now = bench.clock.now
        _ = try await bench.database.write {
            try StepStore(db: $0).markFailed(step.id, state: .failed, error: "no answer", now: now)
        }
    }

    @Test("Is on no list, and is not tried again with what failed beside it", arguments: [false, true])
    func redriven(isGone: Bool) async throws {
        let bench = try await Bench()
        let run = try await bench.run(Bench.toRunning), step = try await Self.doubt(bench, run, isGone: isGone)
        for event in Self.ended { try await bench.move(run.id, event) }
        _ = try await Self.desk(bench).resolve(run.id, step: nil, .giveUp, by: "ana")
        #expect(try await Self.letters(bench).isEmpty)

        let other = try await bench.step(run, .slack, "post", "more")
        try await Self.fail(bench, other)
        let letters = try await Self.letters(bench)
        #expect(letters.map(\.id) == [other.id])
        #expect(try await Self.redrive(bench, letters).map(\.isDone) == [true])
        #expect(try await bench.find(run.id).state == .delivering)
        #expect(try await bench.step(step.id).state == .failed)
        #expect(try await bench.step(other.id).state == .pending)
    }

    @Test("Where it is on a list all the same, trying it again says why not and moves nothing")
    func listed() async throws {
        let bench = try await Bench()
        let run = try await bench.run(Bench.toRunning), step = try await Self.doubt(bench, run, isGone: true)
        for event in Self.ended { try await bench.move(run.id, event) }
        _ = try await Self.desk(bench).resolve(run.id, step: nil, .giveUp, by: "ana")
        _ = try await bench.database.write { try $0.execute("DELETE FROM dead_letter_drop", []) }
        let letters = try await Self.letters(bench)
        #expect(letters.map(\.id) == [step.id])
        let outcome = try #require(try await Self.redrive(bench, letters).first)
        #expect(!outcome.isDone && outcome.sentence.contains("bureau runs deliver \(run.id) --channel slack"))
        #expect(try await bench.find(run.id).state == .doneWithProblems)
    }

    @Test("Is made when its channel is named, and failing then it is like any other", arguments: [false, true])
    func named(isGone: Bool) async throws {
        let bench = try await Bench(), desk = Self.desk(bench)
        let run = try await bench.run(Bench.toRunning), step = try await Self.doubt(bench, run, isGone: isGone)
        for event in Self.ended { try await bench.move(run.id, event) }
        _ = try await desk.resolve(run.id, step: nil, .giveUp, by: "ana")
        #expect(try await desk.deliver(run.id, channel: .slack).state == .delivering)
        // What was never there is looked for; what is gone is made anew.
        let expected: StepRecord.State = isGone ? .pending : .intended
        #expect(try await bench.step(step.id).state == expected)

        bench.clock.advance(milliseconds: 1_000)
        try await Self.fail(bench, step)
        try await bench.move(run.id, .channelsSettled(problem: Self.problem))
        let letters = try await Self.letters(bench)
        #expect(letters.map(\.id) == [step.id])
        #expect(try await Self.redrive(bench, letters).map(\.isDone) == [true])
        #expect(try await bench.step(step.id).isOpen)
    }

    struct Nothing: Sendable, CustomTestStringConvertible {
        let what: String
        var events = LeftUndoneTests.ended
        var isGivenUp = true
        var channel: StepRecord.Channel?
        let state: RunState
        /// What the refusal says; nil where there may be something to deliver.
        var says: String?
        var testDescription: String { what }
    }

    private static let rows = [
        Nothing(what: "done with problems", state: .doneWithProblems, says: "--channel slack"),
        Nothing(
            what: "in review",
            events: [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: problem)], state: .inReview,
            says: "--channel slack"),
        Nothing(
            what: "a person has not decided yet", isGivenUp: false, channel: .slack, state: .doneWithProblems,
            says: "bureau runs resolve"),
        Nothing(what: "nothing was delivered yet", events: [.broke(problem)], state: .delivering),
        Nothing(
            what: "only this channel was asked for",
            events: [.broke(problem), .deliverAgain, .channelsSettled(problem: problem)], state: .delivering),
        Nothing(what: "another channel", channel: .folder, state: .delivering),
    ]

    @Test("A run with nothing else to deliver does not move, and says so", arguments: rows)
    func nothing(row: Nothing) async throws {
        let bench = try await Bench(), desk = Self.desk(bench)
        let run = try await bench.run(Bench.toRunning)
        let step = try await Self.doubt(bench, run, isGone: true)
        for event in row.events { try await bench.move(run.id, event) }
        if row.isGivenUp { _ = try await desk.resolve(run.id, step: nil, .giveUp, by: "ana") }
        let alerts = try await bench.alerts().map(\.id)
        if let says = row.says {
            let refused = await #expect(throws: RunDesk.Refused.self) {
                try await desk.deliver(run.id, channel: row.channel)
            }
            #expect(refused?.description.contains("the Slack post (ready)") == true, "\(refused?.description ?? "")")
            #expect(refused?.description.contains(says) == true, "\(refused?.description ?? "")")
            #expect(try await bench.alerts().map(\.id) == alerts)
        } else {
            _ = try await desk.deliver(run.id, channel: row.channel)
        }
        #expect(try await bench.find(run.id).state == row.state)
        let expected: StepRecord.State = row.isGivenUp ? .failed : .doubtful
        #expect(try await bench.step(step.id).state == expected)
    }

    @Test(
        "A post that Slack may have is declined: the rest is delivered again without it, and with it when it is named")
    func declined() async throws {
        try await withStandIns { here in
            let agent = Agents.sentinel.replacingOccurrences(
                of: #""google_drive": {"enabled": true"#, with: #""google_drive": {"enabled": false"#)
            let bench = try await Bench(agents: ["sentinel.json": agent])
            let parts = try bench.parts(here.connections), desk = Self.desk(bench)
            let run = try await bench.run(Bench.toRunning + [.turnEnded]), now = bench.clock.now
            let bytes = Data("# Audit\n".utf8), key = "runs/\(run.id)/audit.md"
            try bytes.write(to: try parts.blobs.prepare(key))
            let file = NewFile(
                vendorID: "file_1", position: 0, name: "audit.md", safeName: "audit.md", mimeType: "text/markdown",
                sizeBytes: Int64(bytes.count), sha256: Hex.sha256(bytes), blobKey: key)
            try await bench.database.write { try FileStore(db: $0).put(file, run: run.id, now: now) }
            try await bench.move(run.id, .filesCollected(problem: nil))
            func deliver() async throws -> RunRecord {
                let hand = try #require(try await bench.claim("w", run.id))
                #expect(try await DeliverStage(parts: parts).run(hand) == .moved)
                try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
                return try await bench.find(run.id)
            }
            func posts() async -> Int { await here.state("slack")["messages"]?.array?.count ?? 0 }

            try here.fault("slack", "chat.postMessage", .drop)
            for operation in ["conversations.history", "conversations.replies"] {
                try here.fault("slack", operation, times: 100, .status(403))
            }
            #expect(try await deliver().state == .doneWithProblems)
            here.sandbox.faults.clear()
            let slack = try #require(try await bench.steps(run.id, .delivery).first { $0.channel == .slack })
            #expect(slack.state == .doubtful, "\(slack.error ?? "")")
            _ = try await desk.resolve(run.id, step: slack.id, .giveUp, by: "ana")
            #expect(try await Self.letters(bench).filter { $0.kind == .delivery }.isEmpty)

            _ = try await desk.deliver(run.id, channel: nil)
            #expect(try await deliver().state == .doneWithProblems)
            #expect(await posts() == 0)
            _ = try await desk.deliver(run.id, channel: .slack)
            #expect(try await deliver().state == .done)
            #expect(await posts() == 1)
        }
    }
}
