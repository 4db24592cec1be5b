import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Claims are fair and keep to the limits")
struct RunClaimTests {
    private static func enqueue(
        _ bench: Bench, _ client: String?, count: Int = 1, agent: String = "sentinel", priority: Int = 0
    ) async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<count {
            let new = NewRun(
                agent: agent, agentVersion: "1", configHash: try bench.agent.hash, triggerSource: .api,
                requestedBy: "test", dedupeKey: bench.clock.doors.makeID(), clientSlug: client, priority: priority)
            ids.append(try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new).id)
        }
        return ids
    }

    private static func claim(
        _ bench: Bench, _ limit: Int, _ rules: QueueRules = QueueRules(), owner: String = "w"
    ) async throws -> [RunRecord] {
        let now = bench.clock.now
        return try await bench.database.write {
            try RunClaim(db: $0, rules: rules, owner: owner, now: now).claim(limit: limit)
        }
    }

    private static func save(_ bench: Bench, _ json: String) async throws {
        let client = try #require(ClientRecord.load(Array(json.utf8), fileName: "test").client)
        try await bench.database.write { try ClientStore(db: $0).save(client, now: 1) }
    }

    @Test("One client's backlog does not delay another's one run, even when two processes claim in turn")
    func backlog() async throws {
        let bench = try await Bench()
        _ = try await Self.enqueue(bench, "big", count: 200)
        _ = try await Self.claim(bench, 4, owner: "one")
        let small = try await Self.enqueue(bench, "small")
        let first = try await Self.claim(bench, 1, owner: "two"), second = try await Self.claim(bench, 1, owner: "one")
        #expect((first + second).map(\.id).contains(small[0]))
    }

    @Test("A client of weight three gets three turns for one of another's; runs without a client are one client")
    func weights() async throws {
        let bench = try await Bench()
        try await Self.save(bench, #"{"slug": "heavy", "name": "Heavy", "queue_weight": 3}"#)
        for client in ["heavy", "light", nil] { _ = try await Self.enqueue(bench, client, count: 40) }
        let claimed = try await Self.claim(bench, 50)
        #expect(claimed.count { $0.clientSlug == "heavy" } == 30)
        #expect(claimed.count { $0.clientSlug == "light" } == 10)
    }

    @Test("Limits of agent, client and installation hold over several claims; what runs keeps its slot")
    func limits() async throws {
        let bench = try await Bench()
        try await Self.save(bench, #"{"slug": "tight", "name": "Tight", "max_concurrent_runs": 2}"#)
        _ = try await Self.enqueue(bench, "tight", count: 10)
        _ = try await Self.enqueue(bench, "wide", count: 10, agent: "other")
        let rules = QueueRules(runsInFlightMax: 6, agents: ["other": .init(runsMax: 3)])
        var claimed: [RunRecord] = []
        for _ in 0..<4 { claimed += try await Self.claim(bench, 2, rules) }
        #expect(claimed.count { $0.clientSlug == "tight" } == 2)
        #expect(claimed.count { $0.agent == "other" } == 3)
        _ = try await Self.enqueue(bench, "third", count: 5)
        #expect(try await Self.claim(bench, 10, rules).count == 1, "six in all")
        #expect(try await Self.claim(bench, 10, rules).isEmpty)
    }

    @Test("A run that waits for approval holds no slot, and comes back whatever the limit")
    func approval() async throws {
        let bench = try await Bench()
        let asking = try await bench.run(Bench.toRunning + [.approvalsAsked(count: 1)])
        let rules = QueueRules(runsInFlightMax: 1)
        let next = try await Self.enqueue(bench, "other")
        let both = try await Self.claim(bench, 5, rules)
        #expect(Set(both.map(\.id)) == Set(next + [asking.id]))
    }

    private static let nextRound: [RunMachine.Event] =
        Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil), .revisionAsked]

    @Test(
        "A run that waits for money before its next round, or for a word on a write, holds no slot",
        arguments: [true, false])
    func waitsForPeople(isMoney: Bool) async throws {
        let bench = try await Bench(), rules = QueueRules(runsInFlightMax: 1), now = bench.clock.now
        let run = try await bench.run(isMoney ? Self.nextRound : Bench.toRunning)
        let next = try await Self.enqueue(bench, "other")
        try await bench.database.write {
            _ = try $0.execute("UPDATE run SET due_at = ? WHERE id = ?", [now + 60_000, run.id])
        }
        #expect(try await Self.claim(bench, 5, rules).isEmpty, "it goes on by itself")
        if isMoney {
            try await bench.move(
                run.id, .budgetMissing(RunCause(.budgetExhausted, "Waiting for budget: none is left.")))
        } else {
            try await bench.database.write { db in
                let plan = StepPlan(
                    channel: .anthropic, kind: "custom_tool_result", subject: "call", position: 0, intent: "{}")
                let step = try StepStore(db: db).plan(
                    plan, run: run.id, purpose: .session, id: "01KARVN0000000000000000009", now: now)
                try StepStore(db: db).markFailed(step, state: .doubtful, error: "no answer", now: now)
            }
        }
        let figures = try await QueueDesk(database: bench.database, doors: bench.clock.doors).figures()
        #expect(figures.inWork == 0)
        try await bench.database.write {
            _ = try $0.execute("UPDATE run SET due_at = ? WHERE id = ?", [now + 60_000, run.id])
        }
        #expect(try await Self.claim(bench, 5, rules).map(\.id) == next)
    }

    /// Its children need the slot it would keep: a client that may have one run at a time would stand still for ever.
    @Test("A run that has delivered and waits for those it has started holds no slot", arguments: [true, false])
    func family(isClientLimit: Bool) async throws {
        let bench = try await Bench()
        try await Self.save(bench, #"{"slug": "shamrock", "name": "Shamrock", "max_concurrent_runs": 1}"#)
        let rules = isClientLimit ? QueueRules() : QueueRules(runsInFlightMax: 1)
        let parent = try await bench.run(Bench.toRunning + [.turnEnded, .filesCollected(problem: nil)])
        let child = try await bench.run()
        let now = bench.clock.now
        func waiting(_ limit: Int = 5) async throws -> [String] {
            try await Self.claim(bench, limit, rules).map(\.id).filter { $0 != parent.id }
        }
        #expect(try await waiting().isEmpty, "without a child it keeps its slot")
        try await bench.database.write { db in
            try RunStore(db: db).release(
                Lease(runID: parent.id, owner: "w", epoch: try RunStore(db: db).find(parent.id)?.leaseEpoch ?? 0),
                dueAt: now + 5_000)
            try RunChildStore(db: db).insert(child, of: parent, root: parent.id, depth: 1, now: now)
        }
        #expect(try await waiting() == [child.id])
        // The child's end makes its parent due, which then ends itself.
        try await bench.move(child.id, .foundIneligible(RunCause(.notEligible, "Nothing to do.")))
        #expect(try await Self.claim(bench, 5, rules).map(\.id) == [parent.id])
        let next = try await bench.run()
        #expect(try await waiting().isEmpty, "a parent whose children are over holds its slot until its own end")
        try await bench.move(parent.id, .channelsSettled(problem: nil))
        #expect(try await waiting() == [next.id])
    }

    static let holds: [(String, QueueRules, QueueHold)] = [
        ("tight", QueueRules(), .client("tight", inWork: 1, most: 1)),
        ("wide", QueueRules(agents: ["sentinel": .init(runsMax: 1)]), .agent("sentinel", inWork: 1, most: 1)),
        ("wide", QueueRules(runsInFlightMax: 1), .installation(inWork: 1, most: 1)), ("wide", QueueRules(), .turn),
    ]

    @Test("A waiting run says which limit holds it back, and a claim agrees", arguments: holds)
    func hold(client: String, rules: QueueRules, hold: QueueHold) async throws {
        let bench = try await Bench()
        try await Self.save(bench, #"{"slug": "tight", "name": "Tight", "max_concurrent_runs": 1}"#)
        _ = try await Self.enqueue(bench, "tight")
        #expect(try await Self.claim(bench, 1).count == 1)
        _ = try await Self.enqueue(bench, client)
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let waiting = try await desk.waiting(QueueFilter())
        #expect(try await desk.holds(waiting, rules) == [hold])
        #expect(try await Self.claim(bench, 5, rules).isEmpty == (hold != .turn))
    }

    @Test("A run that waits out a fault or for money says so before any limit")
    func holdsOfItsOwn() async throws {
        let bench = try await Bench()
        let ids = try await Self.enqueue(bench, "acme", count: 2)
        try await bench.database.write { db in
            try db.execute("UPDATE run SET fault = 'ClickUp is down.', tries = 1 WHERE id = ?", [ids[0]])
            try db.execute(
                "UPDATE run SET cause = 'budget_exhausted', cause_sentence = 'The day is spent.' WHERE id = ?", [ids[1]]
            )
        }
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let holds = try await desk.holds(try await desk.waiting(QueueFilter()), QueueRules(runsInFlightMax: 1))
        #expect(holds == [.fault("ClickUp is down."), .budget("The day is spent.")])
    }

    @Test("A run of higher priority goes before older ones of its client; the agent's priority counts too")
    func priority() async throws {
        let bench = try await Bench()
        _ = try await Self.enqueue(bench, "acme", count: 3)
        let urgent = try await Self.enqueue(bench, "acme", priority: 5)
        let agents = try await Self.enqueue(bench, "acme", agent: "vip")
        let rules = QueueRules(agents: ["vip": .init(priority: 9)])
        #expect(try await Self.claim(bench, 2, rules).map(\.id) == agents + urgent)
    }

    @Test("A run that waited too long ends failed with a cause and an alert, and can be tried again")
    func expiry() async throws {
        let bench = try await Bench(), parts = try bench.parts(Connections(), { $0.queuedHoursMax = 2 })
        let run = try await bench.run()
        bench.clock.advance(milliseconds: 2 * 3_600_000)
        try await QueueExpiry(parts: parts).look()
        #expect(try await bench.find(run.id).state == .queued)
        bench.clock.advance(milliseconds: 1)
        try await QueueExpiry(parts: parts).look()
        #expect(try await bench.find(run.id).cause?.code == .queuedTooLong)
        #expect(try await bench.alerts().map(\.cause) == ["queued_too_long"])
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let letters = try await desk.parked(QueueFilter())
        #expect(letters.map(\.id) == [run.id])
        #expect(try await desk.redrive(letters) { _ in false }.map(\.isDone) == [true])
        try await QueueExpiry(parts: parts).look()
        #expect(try await bench.find(run.id).state == .queued, "it waits anew")
        #expect(try await desk.parked(QueueFilter()).isEmpty)
    }

    @Test("A dead letter that was dismissed stays away until it is parked again")
    func dismissed() async throws {
        let bench = try await Bench()
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let run = try await bench.run([.broke(RunCause(.internalError, "It broke."))])
        #expect(try await desk.drop(try await desk.parked(QueueFilter()), by: "ana").count == 1)
        #expect(try await desk.parked(QueueFilter()).isEmpty)
        bench.clock.advance(milliseconds: 5)
        try await bench.move(run.id, .retried)
        try await bench.move(run.id, .broke(RunCause(.internalError, "It broke again.")))
        #expect(try await desk.parked(QueueFilter()).map(\.sentence) == ["It broke again."])
    }

    @Test("A waiting run that a worker has taken is not dropped")
    func dropped() async throws {
        let bench = try await Bench()
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        let ids = try await Self.enqueue(bench, "acme", count: 2)
        let waiting = try await desk.waiting(QueueFilter())
        _ = try await bench.claim("w", ids[0])
        let outcomes = try await desk.drop(waiting, by: "ana")
        #expect(outcomes.filter(\.isDone).map(\.id) == [ids[1]])
        #expect(try await bench.find(ids[1]).state == .stopped)
        #expect(try await bench.find(ids[0]).state == .queued)
    }

    @Test("A step of a run whose lease is gone is neither sent nor settled")
    func fencedStep() async throws {
        let bench = try await Bench()
        let step = try await bench.step(try await bench.run())
        let old = try await bench.runner(step)
        bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
        _ = try await bench.runner(step)
        await #expect(throws: RunMoved.self) { try await old.run(step, Impossible(why: "never reached")) }
        #expect(try await bench.step(step.id) == step)
    }
}
