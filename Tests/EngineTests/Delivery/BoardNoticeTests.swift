import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("A run shows on its board")
struct BoardNoticeTests {
    private static let board = """
        {"states": {
           "queued": {"place": "Ready"}, "running": {"place": "In progress"},
           "waiting_approval": {"place": "Blocked"},
           "failed": {"place": "Blocked", "fields": [{"name": "State", "value": "Failed"}]}},
         "errors": {"container": "100", "place": "Errors"}}
        """

    private func started(_ house: AsanaHouse, number: Int) async throws -> RunRecord {
        let (doors, now) = (house.bench.clock.doors, house.bench.clock.now)
        let agent = try #require(house.parts.catalog.agent("jessie"))
        let id = doors.makeID()
        try await house.parts.database.write { db in
            let new = NewRun(
                agent: "jessie", agentVersion: "1.0.0", configHash: agent.hash, triggerSource: .webhook,
                requestedBy: "asana", dedupeKey: "jessie/asana/500/\(number)", taskID: "500", taskTool: .asana)
            _ = try RunStore(db: db).insert(new, id: id, now: now)
            let run = try #require(try RunStore(db: db).find(id))
            let board = BoardNotice(db: db, doors: doors)
            for _ in 0..<2 {
                try board.open(run, agent.config.board)
                try board.showFirst(run)
            }
        }
        return try await house.bench.find(id)
    }

    private func planned(_ house: AsanaHouse, _ run: RunRecord) async throws -> [StepRecord] {
        try await house.bench.steps(run.id, .notice).filter { $0.kind == BoardNotice.kind }
    }

    @Test("Each state that has a look is planned once, in order, each time it comes")
    func order() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        let run = try await started(house, number: 1)
        for event: RunMachine.Event in [
            .taken, .sessionOpened(session: "sesn_1"), .approvalsAsked(count: 1), .gateClosed,
            .broke(RunCause(.refusal, "It broke.")),
        ] {
            try await house.bench.move(run.id, event)
        }
        let intents = try await planned(house, run).map { try $0.intent(as: BoardIntent.self) }
        #expect(intents.compactMap(\.place) == ["Ready", "In progress", "Blocked", "In progress", "Blocked"])
        #expect(intents.compactMap(\.field) == [.init(name: "State", value: "Failed")])
    }

    @Test("What a newer move has overtaken is not made any more; a field and a place do not overtake each other")
    func overtaken() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        var run = try await started(house, number: 1)
        for event: RunMachine.Event in [
            .taken, .sessionOpened(session: "sesn_1"), .broke(RunCause(.refusal, "It broke.")),
        ] {
            run = try await house.bench.move(run.id, event)
        }
        var made: [String] = []
        for step in try await planned(house, run) {
            let write = try #require(try await BoardNotice.write(step, run, house.parts))
            if !(write is AlreadyShown) { made.append(step.subject) }
        }
        #expect(made == ["3 place", "4 field State"])
    }

    @Test("A failed run makes an error task, a second one adds to it, one that ends well completes it")
    func errors() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        let agent = try #require(house.parts.catalog.agent("jessie"))
        func end(_ number: Int, _ events: [RunMachine.Event], _ kind: String) async throws -> (any OutboundWrite)? {
            var run = try await started(house, number: number)
            for event in events { run = try await house.bench.move(run.id, event) }
            let steps = try await house.bench.steps(run.id, .notice).filter { $0.kind == kind }
            guard let step = steps.first else { return nil }
            let write = try await ErrorTasks.write(step, run, agent, house.parts)
            let (now, receipt) = (house.bench.clock.now, try JSONText.encode(DeliveryReceipt(id: "900", link: nil)))
            _ = try await house.parts.database.write { try StepStore(db: $0).markIntended(step.id, now: now) }
            try await house.parts.database.write { try StepStore(db: $0).markDone(step.id, receipt: receipt, now: now) }
            house.bench.clock.advance(milliseconds: 1_000)
            return write
        }
        let fails: [RunMachine.Event] = [.taken, .broke(RunCause(.internalError, "It broke."))]
        let works: [RunMachine.Event] =
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil)]
        #expect(try await end(1, fails, ErrorTasks.failedKind) is AsanaTaskCreate)
        #expect((try await end(2, fails, ErrorTasks.failedKind) as? ErrorRepeated)?.task == "900")
        #expect((try await end(3, works.renamed("sesn_3"), ErrorTasks.resolvedKind) as? ErrorResolved)?.task == "900")
        #expect(try await end(4, works.renamed("sesn_4"), ErrorTasks.resolvedKind) == nil, "nothing is left to resolve")
        #expect(try await end(5, fails, ErrorTasks.failedKind) is AsanaTaskCreate)
    }

    @Test("A run without a mapping plans nothing")
    func none() async throws {
        let house = try await AsanaHouse()
        let run = try await started(house, number: 1)
        try await house.bench.move(run.id, .taken)
        #expect(try await planned(house, run).isEmpty)
    }
}

extension [RunMachine.Event] {
    /// A session belongs to one run.
    fileprivate func renamed(_ session: String) -> [RunMachine.Event] {
        map { if case .sessionOpened = $0 { .sessionOpened(session: session) } else { $0 } }
    }
}
