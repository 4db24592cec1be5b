import BureauDomain
import Testing

@testable import BureauEngine

@Suite("A run and the runs it has started")
struct FamilyTests {
    private static func bench(_ agents: [String], limits: FanOutLimits = .byDefault) async throws -> (
        Bench, EngineParts
    ) {
        let files = agents.map { name -> (String, String) in
            let next = ["sentinel": "catalyst", "catalyst": "sentinel"][name] ?? "gone"
            let text = Agents.make(name: name, extra: #", "fan_out": {"agents": ["\#(next)"], "when": "with_start"}"#)
            return ("\(name).json", text)
        }
        let bench = try await Bench(agents: Dictionary(files) { one, _ in one })
        return (bench, try bench.parts { $0.fanOut = limits })
    }

    /// What the run's own move does in its transaction.
    private static func fanOut(_ run: RunRecord, _ bench: Bench, _ parts: EngineParts) async throws -> [String] {
        let agent = try #require(parts.catalog.agent(run.agent))
        return try await bench.database.write { try FanOutStarter(parts: parts).start(.withStart, run, agent, $0) }
    }

    @Test("Starting twice starts each agent once; the child belongs to who asked for the parent")
    func once() async throws {
        let (bench, parts) = try await Self.bench(["sentinel", "catalyst"])
        let parent = try await bench.run()
        let first = try await Self.fanOut(parent, bench, parts)
        #expect(first.count == 1)
        #expect(try await Self.fanOut(parent, bench, parts).isEmpty)
        let family = try await RunDesk(database: bench.database, doors: bench.clock.doors).family(parent.id)
        #expect(family.children.map(\.agent) == ["catalyst"] && family.children.map(\.triggerSource) == ["agent"])
        #expect(family.children.map(\.requestedBy) == [parent.requestedBy])
        #expect(try await bench.database.read { try RunStore(db: $0).list(RunFilter(parent: parent.id)) }.count == 1)
    }

    @Test("An agent that comes up again is not started, and people are told once")
    func circle() async throws {
        let (bench, parts) = try await Self.bench(["sentinel", "catalyst"])
        let parent = try await bench.run()
        let child = try await bench.find(try #require(try await Self.fanOut(parent, bench, parts).first))
        #expect(try await Self.fanOut(child, bench, parts).isEmpty)
        #expect(try await bench.alerts().map(\.cause) == ["fan_out_cycle"])
    }

    @Test("A root that has led to as many runs as allowed starts no more within the hour")
    func rate() async throws {
        let (bench, parts) = try await Self.bench(
            ["sentinel", "catalyst"], limits: .init(depthMax: 3, runsPerHourMax: 1))
        let parent = try await bench.run()
        let child = try await bench.find(try #require(try await Self.fanOut(parent, bench, parts).first))
        // Another agent below the same root: only the rate stands against it.
        try await bench.database.write { db in
            _ = try db.execute("UPDATE run SET agent = 'other' WHERE id = ?", [parent.id])
        }
        #expect(try await Self.fanOut(child, bench, parts).isEmpty)
        #expect(try await bench.alerts().map(\.cause) == ["fan_out_rate"])
    }

    @Test("An agent that is not there is told of, and the run goes on")
    func missing() async throws {
        let (bench, parts) = try await Self.bench(["sentinel"])
        let run = try await bench.run()
        func told() async throws -> Int {
            try await bench.database.read { try RunEventStore(db: $0).list(run.id) }.count { $0.kind == "fan_out" }
        }
        for _ in 0..<3 { #expect(try await Self.fanOut(run, bench, parts).isEmpty) }
        #expect(try await told() == 1, "a run that waits for its other children asks every few seconds")
        #expect(try await bench.alerts().map(\.cause) == ["fan_out_agent"])
        for event in [RunMachine.Event.taken, .sessionOpened(session: "s"), .turnEnded, .filesCollected(problem: nil)] {
            try await bench.move(run.id, event)
        }
        for _ in 0..<2 { #expect(try await Self.fanOut(run, bench, parts).isEmpty) }
        #expect(try await told() == 2, "a new delivery asks anew")
    }

    @Test("A stop of the parent asks its children to stop; the summary is planned when all are over")
    func stop() async throws {
        let (bench, parts) = try await Self.bench(["sentinel", "catalyst"])
        let parent = try await bench.run(Bench.toRunning)
        let child = try #require(try await Self.fanOut(parent, bench, parts).first)
        try await bench.move(child, .taken)
        try await bench.move(child, .sessionOpened(session: "sesn_2"))
        try await bench.move(parent.id, .stopAsked(RunCause(.byPerson, "Stopped by Ana.")))
        #expect(try await bench.find(child).state == .stopping)
        for id in [parent.id, child] {
            #expect(try await !bench.steps(parent.id, .notice).contains { $0.kind == RunFamily.summaryKind })
            try await bench.move(id, .sessionHalted)
            try await bench.move(id, .filesCollected(problem: nil))
        }
        #expect(try await bench.find(child).cause?.sentence.contains(parent.id) == true)
        #expect(try await bench.steps(parent.id, .notice).count { $0.kind == RunFamily.summaryKind } == 1)
    }

    @Test("A stop of a run that delivers is refused, unless it reaches a run below it")
    func delivering() async throws {
        let (bench, parts) = try await Self.bench(["sentinel", "catalyst"])
        let parent = try await bench.run(Bench.toRunning)
        let child = try #require(try await Self.fanOut(parent, bench, parts).first)
        for event in [.turnEnded, .filesCollected(problem: nil)] as [RunMachine.Event] {
            try await bench.move(parent.id, event)
        }
        try await bench.move(child, .taken)
        try await bench.move(child, .sessionOpened(session: "sesn_2"))
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        #expect(try await desk.stop(parent.id, by: "ana", reason: nil).state == .delivering)
        #expect(try await bench.find(child).state == .stopping)
        // The child is asked already, and then over: there is nothing left that a stop could do.
        for event in [.sessionHalted, .filesCollected(problem: nil)] as [RunMachine.Event] {
            let before = try await desk.events(parent.id).count
            await #expect(throws: RunDesk.Refused.self) { try await desk.stop(parent.id, by: "ben", reason: nil) }
            #expect(try await desk.events(parent.id).count == before)
            try await bench.move(child, event)
        }
    }

    @Test("A stop of a run that delivers keeps it from starting others, and is refused from then on")
    func startsNone() async throws {
        let text = Agents.make(name: "sentinel", extra: #", "fan_out": {"agents": ["catalyst"]}"#)
        let bench = try await Bench(agents: ["sentinel.json": text]), doors = bench.clock.doors
        let run = try await bench.run(Bench.toRunning + [.turnEnded, .filesCollected(problem: nil)])
        let desk = RunDesk(database: bench.database, doors: doors)
        #expect(try await desk.stop(run.id, by: "ana", reason: nil).state == .delivering)
        #expect(try await bench.database.read { try RunFamily(db: $0, doors: doors).wasStopped(run.id) })
        await #expect(throws: RunDesk.Refused.self) { try await desk.stop(run.id, by: "ben", reason: nil) }
    }

    @Test("A stop of a run that delivers reaches one below it that delivers too, before that one starts others")
    func startsNoneBelow() async throws {
        let first = #", "fan_out": {"agents": ["catalyst"], "when": "with_start"}"#
        let bench = try await Bench(agents: [
            "sentinel.json": Agents.make(name: "sentinel", extra: first),
            "catalyst.json": Agents.make(name: "catalyst", extra: #", "fan_out": {"agents": ["herald"]}"#),
        ])
        let parent = try await bench.run(Bench.toRunning), doors = bench.clock.doors
        let child = try #require(try await Self.fanOut(parent, bench, try bench.parts()).first)
        try await bench.move(child, .taken)
        try await bench.move(child, .sessionOpened(session: "sesn_2"))
        for id in [parent.id, child] {
            try await bench.move(id, .turnEnded)
            try await bench.move(id, .filesCollected(problem: nil))
        }
        let desk = RunDesk(database: bench.database, doors: doors)
        #expect(try await desk.stop(parent.id, by: "ana", reason: nil).state == .delivering)
        #expect(try await bench.database.read { try RunFamily(db: $0, doors: doors).wasStopped(child) })
        await #expect(throws: RunDesk.Refused.self) { try await desk.stop(parent.id, by: "ben", reason: nil) }
    }

    @Test("Agents that start each other through a task are stopped with an alert")
    func pingPong() async throws {
        let (bench, parts) = try await Self.bench(["sentinel"])
        for (index, name) in ["sentinel", "catalyst", "sentinel", "catalyst"].enumerated() {
            bench.clock.advance(milliseconds: 1_000)
            let run = try await bench.run(task: "86a1", source: .webhook, key: "k\(index)")
            try await bench.database.write { db in
                _ = try db.execute("UPDATE run SET agent = ? WHERE id = ?", [name, run.id])
            }
        }
        let doors = parts.doors
        let refusals = try await bench.database.write { db in
            let guardian = PingPongGuard(db: db, doors: doors)
            return [
                try guardian.refusal("sentinel", taskID: "86a1"), try guardian.refusal("sentinel", taskID: "86a1"),
                try guardian.refusal("catalyst", taskID: "86a1"), try guardian.refusal("sentinel", taskID: "86a2"),
            ]
        }
        #expect(refusals.map { $0 == nil } == [false, false, true, true])
        #expect(try await bench.alerts().map(\.cause) == ["ping_pong"])
    }

    @Test(
        "Two agents whose runs take hours are stopped too; people who read between the turns are not",
        arguments: [60, 3_600])
    func slowPingPong(pauseSeconds: Int64) async throws {
        let (bench, parts) = try await Self.bench(["sentinel"])
        for name in ["sentinel", "catalyst", "sentinel", "catalyst"] {
            let run = try await bench.run(task: "86a1", source: .webhook)
            bench.clock.advance(milliseconds: 7_200_000)
            for event in [.taken, .broke(RunCause(.refusal, "No."))] as [RunMachine.Event] {
                try await bench.move(run.id, event)
            }
            try await bench.database.write { db in
                _ = try db.execute("UPDATE run SET agent = ? WHERE id = ?", [name, run.id])
            }
            bench.clock.advance(milliseconds: pauseSeconds * 1_000)
        }
        let doors = parts.doors
        let isRefused = try await bench.database.write { db in
            let guardian = PingPongGuard(db: db, doors: doors)
            return try guardian.refusal("sentinel", taskID: "86a1", at: doors.now()) != nil
        }
        #expect(isRefused == (pauseSeconds == 60))
    }

    /// Runs of one agent, each accepted a second after the end of the one before; returns when the last one ended.
    private static func chain(_ bench: Bench, count: Int, task: (Int) -> String, by person: String) async throws
        -> Int64
    {
        for index in 0..<count {
            bench.clock.advance(milliseconds: 1_000)
            let run = try await bench.run(task: task(index), source: .webhook)
            bench.clock.advance(milliseconds: 600_000)
            for event in [.taken, .broke(RunCause(.refusal, "No."))] as [RunMachine.Event] {
                try await bench.move(run.id, event)
            }
            try await bench.database.write { db in
                _ = try db.execute("UPDATE run SET requested_by = ? WHERE id = ?", [person, run.id])
            }
        }
        return bench.clock.now
    }

    @Test("An agent that starts itself is stopped; without the time of the change until its alert is closed")
    func selfLoop() async throws {
        let (bench, parts) = try await Self.bench(["sentinel"]), doors = parts.doors
        let end = try await Self.chain(bench, count: 4, task: { _ in "86a1" }, by: "clickup user 5")
        func refuses(at date: Int64?) async throws -> Bool {
            try await bench.database.write { db in
                try PingPongGuard(db: db, doors: doors).refusal("sentinel", taskID: "86a1", at: date) != nil
            }
        }
        #expect(try await refuses(at: end + 1_000))
        #expect(try await !refuses(at: end + 180_000), "somebody has read the result")
        bench.clock.advance(milliseconds: 180_000)
        #expect(try await refuses(at: nil), "nobody closed the alert")
        let alert = try #require(try await bench.alerts().first { $0.cause == "self_loop" })
        try await bench.database.write { db in
            _ = try AlertStore(db: db).resolve(id: alert.id, by: "Ana", now: doors.now())
        }
        #expect(try await !refuses(at: nil))
    }

    @Test("An agent that makes its own new tasks is stopped; a person with as many is not", arguments: [77, 5])
    func ownTasks(user: Int) async throws {
        let (bench, parts) = try await Self.bench(["sentinel"]), doors = parts.doors
        try await bench.database.write { try SettingStore(db: $0).put("clickup_user_id", "77", now: 1) }
        let end = try await Self.chain(bench, count: 8, task: { "86a\($0)" }, by: "clickup user \(user)")
        let refusal = try await bench.database.write { db in
            try PingPongGuard(db: db, doors: doors).refusal(
                "sentinel", taskID: "86b", at: end + 1_000, requester: "clickup user \(user)")
        }
        #expect((refusal != nil) == (user == 77))
    }

    @Test("Turns before the agent's newest thousand runs are not looked for", arguments: [0, 1])
    func oldTurns(more: Int) async throws {
        let (bench, parts) = try await Self.bench(["sentinel"]), doors = parts.doors
        try await bench.database.write { try SettingStore(db: $0).put("clickup_user_id", "77", now: 1) }
        let end = try await Self.chain(
            bench, count: SelfLoop.ownTurnsMax, task: { "86a\($0)" }, by: "clickup user 77")
        let count = PingPongGuard.ownRunsMax - SelfLoop.ownTurnsMax + more, hash = try bench.agent.hash
        let refusal = try await bench.database.write { db in
            for _ in 0..<count {
                let run = NewRun(
                    agent: "sentinel", agentVersion: "1.0.0", configHash: hash, triggerSource: .cron,
                    requestedBy: "schedule", dedupeKey: doors.makeID())
                _ = try RunStore(db: db).insert(run, id: doors.makeID(), now: end)
            }
            return try PingPongGuard(db: db, doors: doors).refusal(
                "sentinel", taskID: "86b", at: end + 1_000, requester: "clickup user 77")
        }
        #expect((refusal != nil) == (more == 0))
    }

    @Test("A task made while the run before delivers goes on with a loop, one made while it works does not")
    func ownTasksInWork() async throws {
        for isDelivering in [true, false] {
            let (bench, parts) = try await Self.bench(["sentinel"]), doors = parts.doors
            try await bench.database.write { try SettingStore(db: $0).put("clickup_user_id", "77", now: 1) }
            let delivery: [RunMachine.Event] = [.turnEnded, .filesCollected(problem: nil)]
            var last: String?
            for index in 0..<SelfLoop.ownTurnsMax {
                let before = last
                let run = try await bench.run(
                    [.taken, .sessionOpened(session: "sesn_\(index)")], task: "86\(index)", source: .webhook)
                try await bench.database.write { db in
                    _ = try db.execute("UPDATE run SET requested_by = 'clickup user 77' WHERE id = ?", [run.id])
                }
                bench.clock.advance(milliseconds: 1_000)
                if let before {
                    for event in isDelivering ? [] : delivery { try await bench.move(before, event) }
                    try await bench.move(before, .channelsSettled(problem: nil))
                }
                bench.clock.advance(milliseconds: 60_000)
                for event in isDelivering ? delivery : [] { try await bench.move(run.id, event) }
                bench.clock.advance(milliseconds: 1_000)
                last = run.id
            }
            let newest = try #require(last), time = bench.clock.now
            for event in isDelivering ? [] : delivery { try await bench.move(newest, event) }
            let refusal = try await bench.database.write { db in
                try PingPongGuard(db: db, doors: doors).refusal(
                    "sentinel", taskID: "86b", at: time, requester: "clickup user 77")
            }
            #expect((refusal != nil) == isDelivering)
        }
    }
}
