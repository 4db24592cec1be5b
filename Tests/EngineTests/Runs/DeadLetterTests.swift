import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("What is a dead letter")
struct DeadLetterTests {
    @Test(
        "A delivery of Asana whose task is yet to be looked at only waits; one that no look can settle is a dead letter"
    )
    func waitingDelivery() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        let desk = QueueDesk(database: house.parts.database, doors: house.parts.doors)
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook)
        let signal = try #require(try await house.signals().first)
        #expect(signal.verdict == "parked")
        #expect(try await desk.parked(QueueFilter()).isEmpty)
        #expect(try await desk.figures().parked == 0)
        _ = try await house.parts.database.write {
            try $0.execute("DELETE FROM asana_hint_signal WHERE signal_id = ?", [signal.id])
        }
        #expect(try await desk.parked(QueueFilter()).map(\.id) == [signal.id])
    }

    @Test("A run that ended because its configuration was gone is tried again like others that were given up")
    func configGone() async throws {
        let bench = try await Bench()
        let run = try await bench.run([.broke(RunCause(.configGone, "The agent's file is gone."))])
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let letters = try await desk.parked(QueueFilter())
        #expect(letters.map(\.cause) == ["config_gone"])
        #expect(try await desk.redrive(letters) { _ in false }.map(\.isDone) == [true])
        #expect(try await bench.find(run.id).state == .queued)
        let busy = try #require(try await desk.redrive(letters) { _ in false }.first)
        #expect(
            !busy.isDone && busy.sentence.hasSuffix("try it again when that is over"), "a new run would be a second")
        try await bench.move(run.id, .foundIneligible(RunCause(.notEligible, "It is over.")))
        let late = try #require(try await desk.redrive(letters) { _ in false }.first)
        #expect(!late.isDone && late.sentence.hasSuffix("run it again to start a new one"))
    }

    @Test("What an earlier round did not deliver is no dead letter any more")
    func earlierRound() async throws {
        let bench = try await Bench()
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let run = try await bench.run(Bench.toRunning), step = try await bench.step(run), now = bench.clock.now
        try await bench.database.write {
            _ = try StepStore(db: $0).markFailed(step.id, state: .failed, error: "Slack said no.", now: now)
        }
        #expect(try await desk.parked(QueueFilter()).map(\.id) == [step.id])
        try await bench.database.write { _ = try RunStore(db: $0).beginRound(run.id) }
        #expect(try await desk.parked(QueueFilter()).isEmpty)
    }
}
