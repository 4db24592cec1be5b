import BureauDomain
import BureauSandbox
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

/// Wherever the runs of the agent "jessie" show.
private protocol Place: Sendable {
    var kind: WorkToolKind { get }
    var bench: Bench { get }
    var parts: EngineParts { get }
}
extension AsanaHouse: Place { fileprivate var kind: WorkToolKind { .asana } }
extension TaskDesk: Place {}

@Suite("A run shows on its board")
struct BoardNoticeTests {
    private static let board = """
        {"states": {
           "queued": {"place": "Ready"}, "running": {"place": "In progress"},
           "waiting_approval": {"place": "Blocked"},
           "failed": {"place": "Blocked", "fields": [{"name": "State", "value": "Failed"}]}},
         "errors": {"container": "100", "place": "Errors"}}
        """

    private func started(
        _ house: some Place, number: Int, task: String? = "500", client: String? = nil
    ) async throws -> RunRecord {
        let (doors, now) = (house.bench.clock.doors, house.bench.clock.now)
        let agent = try #require(house.parts.catalog.agent("jessie"))
        let id = doors.makeID()
        try await house.parts.database.write { db in
            let new = NewRun(
                agent: "jessie", agentVersion: "1.0.0", configHash: agent.hash,
                triggerSource: task == nil ? .cron : .webhook, requestedBy: "asana",
                dedupeKey: "jessie/asana/500/\(number)", clientSlug: client, taskID: task,
                taskTool: task == nil ? .clickUp : house.kind)
            _ = try RunStore(db: db).insert(new, id: id, now: now)
            let run = try #require(try RunStore(db: db).find(id))
            let board = BoardNotice(db: db, doors: doors)
            for _ in 0..<2 {
                try board.open(run, agent.config)
                try board.showFirst(run)
            }
        }
        return try await house.bench.find(id)
    }

    private func planned(_ house: AsanaHouse, _ run: RunRecord) async throws -> [StepRecord] {
        try await house.bench.steps(run.id, .notice).filter { $0.kind == BoardNotice.kind }
    }

    private func question(_ house: AsanaHouse, _ run: RunRecord) async throws {
        let now = house.bench.clock.now
        _ = try await house.parts.database.write { db in
            let new = NewApproval(
                eventID: "e1", tool: "publish", input: "{}", inputHash: "x", effect: "It publishes.")
            return try ApprovalStore(db: db).ask(
                new, run: run.id, id: StepMark.approval(run: run.id, eventID: "e1"), now: now, expiresAt: now + 1_000)
        }
    }

    @Test("Each state that has a look is planned once, in order, each time it comes")
    func order() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        let run = try await started(house, number: 1)
        for event: RunMachine.Event in [.taken, .sessionOpened(session: "sesn_1")] {
            try await house.bench.move(run.id, event)
        }
        try await question(house, run)
        for event: RunMachine.Event in [
            .approvalsAsked(count: 1), .gateClosed, .broke(RunCause(.refusal, "It broke.")),
        ] {
            try await house.bench.move(run.id, event)
        }
        let intents = try await planned(house, run).map { try $0.intent(as: BoardIntent.self) }
        #expect(intents.compactMap(\.place) == ["Ready", "In progress", "Blocked", "In progress", "Blocked"])
        #expect(intents.compactMap(\.field) == [.init(name: "State", value: "Failed")])
    }

    @Test("A run that waits for nobody stays where it is, and moves once people are asked")
    func asksNobody() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        let run = try await started(house, number: 1)
        func places() async throws -> [String] {
            try await planned(house, run).compactMap { try $0.intent(as: BoardIntent.self).place }
        }
        let asked = RunMachine.Event.approvalsAsked(count: 1)
        for event: RunMachine.Event in [.taken, .sessionOpened(session: "sesn_1"), asked, .gateClosed, asked] {
            try await house.bench.move(run.id, event)
        }
        #expect(try await places() == ["Ready", "In progress"])
        try await question(house, run)
        for event in [asked, asked, .gateClosed] { try await house.bench.move(run.id, event) }
        #expect(try await places() == ["Ready", "In progress", "Blocked", "In progress"])
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

    private static let fails: [RunMachine.Event] = [.taken, .broke(RunCause(.internalError, "It broke."))]
    private static let works: [RunMachine.Event] =
        Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil)]

    /// A run that ends like this, and what is written about errors then; that write is done as task `receipt`.
    private func end(
        _ run: RunRecord, _ events: [RunMachine.Event], _ kind: String, _ house: some Place, receipt: String = "900"
    ) async throws -> (any OutboundWrite)? {
        guard let step = try await planned(run, events, kind, house) else { return nil }
        let write = try await written(step, house)
        try await settle(step, house, receipt: receipt)
        return write
    }

    /// The step about errors of a run that ends like this.
    private func planned(
        _ run: RunRecord, _ events: [RunMachine.Event], _ kind: String, _ house: some Place
    ) async throws -> StepRecord? {
        for event in events.renamed("sesn_\(run.id)") { try await house.bench.move(run.id, event) }
        let step = try await house.bench.steps(run.id, .notice).first { $0.kind == kind }
        #expect(step.map { $0.channel == house.kind.channel } ?? true)
        return step
    }

    private func written(_ step: StepRecord, _ house: some Place) async throws -> (any OutboundWrite)? {
        let run = try await house.bench.find(try #require(step.runID))
        return try await ErrorTasks.write(step, run, house.parts.catalog.agent("jessie"), house.parts)
    }

    private func settle(_ step: StepRecord, _ house: some Place, receipt: String = "900") async throws {
        let (now, receipt) = (house.bench.clock.now, try JSONText.encode(DeliveryReceipt(id: receipt, link: nil)))
        _ = try await house.parts.database.write { try StepStore(db: $0).markIntended(step.id, now: now) }
        try await house.parts.database.write { try StepStore(db: $0).markDone(step.id, receipt: receipt, now: now) }
        house.bench.clock.advance(milliseconds: 1_000)
    }

    @Test(
        "A failed run makes an error task, a second one adds to it, a good one completes it, with a task and without",
        arguments: WorkToolKind.allCases, ["500", nil])
    func errors(kind: WorkToolKind, task: String?) async throws {
        try await withStandIns { standIns in
            let desk = try await TaskDesk(kind, standIns, board: Self.board)
            func end(_ number: Int, _ events: [RunMachine.Event], _ kind: String) async throws -> (any OutboundWrite)? {
                try await self.end(try await started(desk, number: number, task: task), events, kind, desk)
            }
            func isNew(_ write: (any OutboundWrite)?) -> Bool {
                switch desk.kind {
                case .clickUp: write is ClickUpTaskCreate
                case .asana: write is AsanaTaskCreate
                }
            }
            let first = try await end(1, Self.fails, ErrorTasks.failedKind)
            #expect(isNew(first))
            #expect((try await end(2, Self.fails, ErrorTasks.failedKind) as? ErrorRepeated)?.task == "900")
            #expect((try await end(3, Self.works, ErrorTasks.resolvedKind) as? ErrorResolved)?.task == "900")
            #expect(try await end(4, Self.works, ErrorTasks.resolvedKind) == nil, "nothing is left to resolve")
            let last = try await end(5, Self.fails, ErrorTasks.failedKind)
            #expect(isNew(last))
        }
    }

    @Test("An error's task that somebody deleted is made anew by the next failure", arguments: WorkToolKind.allCases)
    func deleted(kind: WorkToolKind) async throws {
        let isAsana = kind == .asana, gone = isAsana ? "1208000000009999" : "86gone"
        let errors = isAsana ? #""1208000000000100", "place": "Errors""# : #""901100000001""#
        try await withStandIns { standIns in
            let desk = try await TaskDesk(kind, standIns, board: "{\"errors\": {\"container\": \(errors)}}")
            let first = try await started(desk, number: 1)
            _ = try await end(first, Self.fails, ErrorTasks.failedKind, desk, receipt: gone)
            let second = try await started(desk, number: 2)
            let step = try #require(try await planned(second, Self.fails, ErrorTasks.failedKind, desk))
            let write = try #require(try await written(step, desk))
            guard write is ErrorRepeated, case .absent = try await write.probe() else {
                Issue.record("found before it was made: \(write)")
                return
            }
            let made = try JSONText.decode(DeliveryReceipt.self, try await write.write()).id
            guard case .found(let receipt) = try await write.probe() else {
                Issue.record("not found again")
                return
            }
            #expect(try JSONText.decode(DeliveryReceipt.self, receipt).id == made && made != gone)
            let tasks = await standIns.state(kind == .asana ? "asana" : "clickup")["tasks"]?.array ?? []
            #expect(tasks.count { $0["name"]?.string?.contains("failed: ") == true } == 1)
        }
    }

    @Test("While the task about an error is yet to be made, what comes after it waits for it")
    func waiting() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        var steps: [StepRecord] = []
        for (number, events) in [(1, Self.fails), (2, Self.fails), (3, Self.works)] {
            let run = try await started(house, number: number)
            let kind = number == 3 ? ErrorTasks.resolvedKind : ErrorTasks.failedKind
            steps.append(try #require(try await planned(run, events, kind, house)))
            house.bench.clock.advance(milliseconds: 1_000)
        }
        for later in steps.dropFirst() {
            await #expect(throws: NoticePlace.NotYet.self) { try await written(later, house) }
        }
        #expect(try await written(steps[0], house) is AsanaTaskCreate)
        try await settle(steps[0], house)
        #expect((try await written(steps[1], house) as? ErrorRepeated)?.task == "900", "not a second task")
        try await settle(steps[1], house)
        #expect((try await written(steps[2], house) as? ErrorResolved)?.task == "900", "not left open")
    }

    @Test("Failures without a task are told apart by their client, and show on no board")
    func byClient() async throws {
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: Self.board)])
        let (here, there) = ("plunkett", "other")
        func end(_ number: Int, _ client: String, _ events: [RunMachine.Event], _ kind: String) async throws
            -> (any OutboundWrite)?
        {
            let run = try await started(house, number: number, task: nil, client: client)
            let write = try await self.end(run, events, kind, house, receipt: client)
            #expect(try await planned(house, run).isEmpty)
            return write
        }
        #expect(try await end(1, here, Self.fails, ErrorTasks.failedKind) is AsanaTaskCreate)
        #expect(try await end(2, there, Self.fails, ErrorTasks.failedKind) is AsanaTaskCreate)
        #expect((try await end(3, there, Self.works, ErrorTasks.resolvedKind) as? ErrorResolved)?.task == there)
        #expect((try await end(4, here, Self.fails, ErrorTasks.failedKind) as? ErrorRepeated)?.task == here)
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
