import BureauDomain
import Testing

@testable import BureauEngine

@Suite("When a run ended")
struct EndedAtTests {
    static let toDone: [RunMachine.Event] =
        Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil)]
    static let problem = RunCause(.deliveryFailed, "Slack refused the message.")

    private static let ways: [(String, [RunMachine.Event], Bool)] = [
        ("delivered again", [.deliverAgain, .channelsSettled(problem: nil)], true),
        (
            "delivered again, its worker lost on the way",
            [.deliverAgain, .leaseLost(), .channelsSettled(problem: nil)], true
        ),
        ("delivered again in vain", [.deliverAgain, .broke(problem)], false),
        (
            "delivered again twice",
            [.deliverAgain, .channelsSettled(problem: problem), .deliverAgain, .channelsSettled(problem: nil)], true
        ),
        (
            "with problems, its files collected again",
            [
                .deliverAgain, .channelsSettled(problem: problem), .retried, .filesCollected(problem: nil),
                .channelsSettled(problem: nil),
            ], true
        ),
    ]

    @Test("Bringing out again what was done does not make it last longer", arguments: ways)
    func again(what: String, events: [RunMachine.Event], isKept: Bool) async throws {
        let bench = try await Bench()
        let done = try await bench.run(Self.toDone), run = done.id
        let first = try #require(done.endedAt)
        for event in events {
            bench.clock.advance(milliseconds: 3_600_000)
            let moved = try await bench.move(run, event)
            #expect((moved.endedAt != nil) == moved.state.isFinal)
        }
        #expect((try await bench.find(run).endedAt == first) == isKept, "\(what)")
    }
}
