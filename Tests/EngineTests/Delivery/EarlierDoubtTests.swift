import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("A delivery in doubt when a new round begins")
struct EarlierDoubtTests {
    private static let problem = RunCause(.deliveryFailed, "Nobody can tell whether Slack has it.")
    private static let toDelivery: [RunMachine.Event] = Bench.toRunning + [.turnEnded, .filesCollected(problem: nil)]

    private static func causes(_ bench: Bench) async throws -> [String] { try await bench.alerts().map(\.cause) }

    @Test("The new round takes its place: nobody is asked any more, and its alert closes")
    func settled() async throws {
        try await withStandIns { here in
            let agent = Agents.make(extra: #", "review": {"enabled": true}"#)
            let bench = try await Bench(agents: ["sentinel.json": agent])
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            let run = try await bench.run(Self.toDelivery)
            try here.fault("slack", "chat.postMessage", .dropAfter)
            for operation in ["conversations.history", "conversations.replies"] {
                try here.fault("slack", operation, times: 100, .status(403))
            }
            let hand = try #require(try await bench.claim("w", run.id))
            #expect(try await DeliverStage(parts: try bench.parts(here.connections)).run(hand) == .moved)
            try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
            #expect(try await bench.find(run.id).state == .inReview)
            let doubt = try #require(try await desk.doubts(run.id).first)
            #expect(try await Self.causes(bench).contains("delivery_failed"))

            let moved = try await desk.revise(run.id, asking: "Shorten it.", by: "ana", of: nil)
            #expect(moved.state == .revising && moved.round == 2)
            let step = try await bench.step(doubt.id)
            #expect(step.state == .failed)
            #expect(step.error?.hasSuffix("Round 2 took its place.") == true, "\(step.error ?? "")")
            #expect(try await !Self.causes(bench).contains("delivery_failed"))
            let history = try await desk.events(run.id).map(\.detail)
            #expect(history.contains("The Slack post (ready): Round 2 took its place."), "\(history)")
            let refused = await #expect(throws: RunDesk.Refused.self) {
                try await desk.resolve(run.id, step: nil, .again, by: "ana")
            }
            #expect(refused?.description.contains("nothing of run") == true, "\(refused?.description ?? "")")
        }
    }

    private static let words: [(Resolution, StepRecord.State?)] = [
        (.again, nil), (.giveUp, .failed), (.happened(link: nil), .done),
    ]

    @Test("One that was left open since an earlier round is settled where it is, and not made again", arguments: words)
    func leftOpen(word: Resolution, state: StepRecord.State?) async throws {
        let bench = try await Bench()
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        let run = try await bench.run(Self.toDelivery), step = try await bench.step(run), now = bench.clock.now
        try await bench.database.write { db in
            try StepStore(db: db).markIntended(step.id, now: now)
            try StepStore(db: db).markFailed(step.id, state: .doubtful, error: "no answer", now: now)
        }
        try await bench.move(run.id, .reviewOpened(problem: Self.problem))
        _ = try await bench.database.write { try $0.execute("UPDATE run SET round = 2 WHERE id = ?", [run.id]) }
        guard let state else {
            let refused = await #expect(throws: RunDesk.Refused.self) {
                try await desk.resolve(run.id, step: nil, word, by: "ana")
            }
            #expect(refused?.description.contains("round 2 took its place") == true, "\(refused?.description ?? "")")
            #expect(try await bench.step(step.id).state == .doubtful)
            return
        }
        #expect(try await desk.resolve(run.id, step: nil, word, by: "ana").state == .inReview)
        #expect(try await bench.step(step.id).state == state)
        #expect(try await !Self.causes(bench).contains("delivery_failed"))
    }

    @Test("One that was never begun since an earlier round is left when the next begins")
    func neverBegun() async throws {
        let bench = try await Bench()
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        let run = try await bench.run(Self.toDelivery), step = try await bench.step(run)
        try await bench.move(run.id, .reviewOpened(problem: nil))
        #expect(try await bench.step(step.id).state == .pending)
        _ = try await desk.revise(run.id, asking: "Shorten it.", by: "ana", of: nil)
        let left = try await bench.step(step.id)
        #expect(left.state == .failed)
        #expect(left.error == "It was not begun. Round 2 took its place.")
    }
}
