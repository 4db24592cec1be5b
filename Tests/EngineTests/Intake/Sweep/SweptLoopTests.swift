import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// No webhook tells of anything here: all work is found by looking.
@Suite("Loops that only a sweep sees")
struct SweptLoopTests {
    private static let ownUser = "77", person = "5"

    /// Who made the tasks, in turn, and how many of twenty are started.
    private static let makers: [(String, [String?], Int)] = [
        ("our own user", [ownUser], SelfLoop.ownTurnsMax), ("an automation", ["-1"], SelfLoop.ownTurnsMax),
        ("nobody who is known", [nil], SelfLoop.ownTurnsMax), ("a person", [person], 20),
        ("a person among our own", [ownUser, ownUser, ownUser, ownUser, ownUser, ownUser, ownUser, person], 20),
    ]

    /// Each task is made ten seconds after the end of the run before and found three minutes later.
    @Test("An agent that makes its own new tasks is stopped; a person's twenty of one day are not", arguments: makers)
    func newTasks(what: String, makers: [String?], started: Int) async throws {
        let bench = try await Self.bench(["sentinel"])
        var count = 0
        for number in 0..<20 {
            bench.clock.advance(milliseconds: 190_000)
            let page = [
                try Self.task(
                    "86s\(number)", "ready (automate)", makers[number % makers.count], bench.clock.now - 180_000)
            ]
            let runs = try await Self.sweep("sentinel", page, bench)
            guard !runs.isEmpty else { break }
            count += 1
            try await Self.work(runs, bench)
        }
        #expect(count == started, "\(what)")
        let alerts = try await bench.alerts().filter { $0.cause == "self_loop" }
        #expect(alerts.map(\.subject) == (started < 20 ? ["sentinel"] : []))
        let asked = try await bench.database.engine.query("SELECT DISTINCT requested_by FROM run")
        #expect(try asked.allSatisfy { Requester(try $0.text("requested_by")).kind == .unknown })
        let all = try await bench.database.read { try SweepStore(db: $0).started(agent: "sentinel", since: 0) }
        #expect(all == Int64(started), "all were started by the sweep")
    }

    @Test("Tasks of our own that were there before the first of them was begun are work, not a loop")
    func batch() async throws {
        let bench = try await Self.bench(["sentinel"])
        let page = try (0..<SelfLoop.ownTurnsMax).map {
            try Self.task("86s\($0)", "ready (automate)", Self.ownUser, bench.clock.now - 180_000)
        }
        let runs = try await Self.sweep("sentinel", page, bench)
        #expect(runs.count == SelfLoop.ownTurnsMax)
        try await Self.work(runs, bench)
        bench.clock.advance(milliseconds: 60_000)
        let next = try Self.task("86t", "ready (automate)", Self.ownUser, bench.clock.now - 50_000)
        #expect(try await Self.sweep("sentinel", [next], bench).count == 1)
    }

    @Test("Nor are those that come one after the other while the first of them is in work")
    func burst() async throws {
        let bench = try await Self.bench(["sentinel"])
        var runs: [String] = []
        for number in 0..<SelfLoop.ownTurnsMax {
            bench.clock.advance(milliseconds: 10_000)
            let task = try Self.task("86s\(number)", "ready (automate)", Self.ownUser, bench.clock.now)
            runs += try await Self.sweep("sentinel", [task], bench)
        }
        #expect(runs.count == SelfLoop.ownTurnsMax)
        try await Self.work(runs, bench)
        bench.clock.advance(milliseconds: 60_000)
        let next = try Self.task("86t", "ready (automate)", Self.ownUser, bench.clock.now)
        #expect(try await Self.sweep("sentinel", [next], bench).count == 1)
    }

    @Test("A task that was refused stays refused when a person gives the agent another one")
    func ordinaryTask() async throws {
        let bench = try await Self.bench(["sentinel"])
        let refused = try await Self.loop(bench)
        #expect(try await Self.sweep("sentinel", [refused], bench).isEmpty)
        bench.clock.advance(milliseconds: 180_000)
        let ordinary = try Self.task("86u", "ready (automate)", Self.person, bench.clock.now)
        try await Self.work(try await Self.sweep("sentinel", [refused, ordinary], bench), bench)
        #expect(try await Self.sweep("sentinel", [refused], bench).isEmpty)
        let moved = try Self.task("86t", "ready (automate)", Self.ownUser, bench.clock.now + 180_000)
        #expect(try await Self.sweep("sentinel", [moved], bench).count == 1, "it was moved again since")
    }

    @Test("A task that is refused is told of once, also when its alert is closed and sweeps see the task again")
    func toldOnce() async throws {
        let bench = try await Self.bench(["sentinel"]), doors = bench.clock.doors
        let page = [try await Self.loop(bench)]
        for _ in 0..<2 {
            bench.clock.advance(milliseconds: 180_000)
            #expect(try await Self.sweep("sentinel", page, bench).isEmpty)
        }
        let alert = try #require(try await bench.alerts().first { $0.cause == "self_loop" })
        #expect(alert.occurrences == 1)
        try await bench.database.write { db in
            _ = try AlertStore(db: db).resolve(id: alert.id, by: "Ana", now: doors.now())
        }
        bench.clock.advance(milliseconds: 180_000)
        #expect(try await Self.sweep("sentinel", page, bench).isEmpty)
        #expect(try await !bench.alerts().contains { $0.cause == "self_loop" }, "only what is open is listed")
    }

    /// The board stands in for automations that take one agent's result for the other's order. A person made the task.
    @Test("Two agents that answer each other through one task are stopped, however long their runs take")
    func pingPong() async throws {
        let names = ["sentinel", "catalyst"], bench = try await Self.bench(names)
        let statuses = ["sentinel": "ready (automate)", "catalyst": "in writing"]
        var started: [String] = []
        for turn in 0...PingPong.turnsMax {
            let name = names[turn % 2]
            bench.clock.advance(milliseconds: 190_000)
            let page = [try Self.task("86a1", statuses[name] ?? "", Self.person, bench.clock.now - 180_000)]
            for other in names {
                let runs = try await Self.sweep(other, page, bench)
                try await Self.work(runs, bench, milliseconds: 7_200_000)
                started += runs.map { _ in other }
            }
        }
        #expect(started == ["sentinel", "catalyst", "sentinel", "catalyst"])
        let alert = try #require(try await bench.alerts().first { $0.cause == "ping_pong" })
        #expect(alert.subject == "sentinel/86a1")
    }

    private static let asana: [(String, isSwept: Bool, isBurst: Bool, Int)] = [
        ("10", isSwept: true, isBurst: false, SelfLoop.ownTurnsMax),
        ("10", isSwept: false, isBurst: false, SelfLoop.ownTurnsMax),
        ("10", isSwept: true, isBurst: true, 12), ("10", isSwept: false, isBurst: true, 12),
        ("12", isSwept: true, isBurst: false, 12), ("12", isSwept: false, isBurst: false, 12),
    ]

    /// Of a burst the first eight come within seconds and are in work together.
    @Test("In Asana too, and where an event names nobody; a burst is no loop", arguments: asana)
    func newTasksOfAsana(maker: String, isSwept: Bool, isBurst: Bool, started: Int) async throws {
        let (house, bench) = try await Self.asanaHouse()
        var count = 0, inWork: [String] = []
        for number in 0..<12 {
            bench.clock.advance(milliseconds: isBurst && number < SelfLoop.ownTurnsMax ? 1_000 : 60_000)
            let verdict = try await Self.take("50\(number)", by: maker, house, isSwept: isSwept)
            guard case .run(let id) = verdict else { break }
            count += 1
            inWork.append(id)
            if isBurst && count < SelfLoop.ownTurnsMax { continue }
            try await Self.work(inWork, bench)
            inWork = []
        }
        #expect(count == started)
        #expect(try await bench.alerts().contains { $0.cause == "self_loop" } == (started < 12))
    }

    @Test(
        "A task that our own user makes in Asana later than a loop is started though its alert is open",
        arguments: [true, false])
    func afterLoopOfAsana(isSwept: Bool) async throws {
        let (house, bench) = try await Self.asanaHouse()
        for number in 0..<SelfLoop.ownTurnsMax {
            bench.clock.advance(milliseconds: 60_000)
            let verdict = try await Self.take("50\(number)", madeAt: bench.clock.now, house, isSwept: isSwept)
            guard case .run(let id) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            try await Self.work([id], bench)
        }
        bench.clock.advance(milliseconds: 60_000)
        let refusedAt = bench.clock.now
        let refused = try await Self.take("60", madeAt: refusedAt, house, isSwept: isSwept)
        #expect(!Self.isRun(refused))
        bench.clock.advance(milliseconds: 600_000)
        let later = try await Self.take("61", madeAt: bench.clock.now, house, isSwept: isSwept)
        #expect(Self.isRun(later))
        let again = try await Self.take("60", madeAt: refusedAt, house, isSwept: isSwept)
        #expect(!Self.isRun(again), "its alert is open")
        let alert = try #require(try await bench.alerts().first { $0.cause == "self_loop" }), now = bench.clock.now
        try await bench.database.write { db in
            _ = try AlertStore(db: db).resolve(id: alert.id, by: "Ana", now: now)
        }
        let released = try await Self.take("60", madeAt: refusedAt, house, isSwept: isSwept)
        #expect(Self.isRun(released))
    }

    /// Our own user there is the one with the number 10.
    private static func asanaHouse() async throws -> (AsanaHouse, Bench) {
        let house = try await AsanaHouse(), now = house.bench.clock.now
        try await house.bench.database.write { try SettingStore(db: $0).put("asana_user_id", "10", now: now) }
        return (house, house.bench)
    }

    private static func take(
        _ id: String, by maker: String = "10", madeAt: Int64? = nil, _ house: AsanaHouse, isSwept: Bool
    ) async throws -> Verdict {
        var made = AsanaProject.Task()
        made.creator = maker
        made.createdAt = madeAt
        let task = try JSONDecoder().decode(AsanaTask.self, from: Data(AsanaProject.json(id, made).utf8))
        let watches = AsanaWatches(house.parts), doors = house.bench.clock.doors
        return try await house.bench.database.write { db in
            try AsanaDecision(db: db, watches: watches, doors: doors).take(task, isSwept: isSwept)
        }
    }

    private static func isRun(_ verdict: Verdict) -> Bool {
        if case .run = verdict { true } else { false }
    }

    private static func bench(_ names: [String]) async throws -> Bench {
        let files = names.map { name -> (String, String) in
            let text = Agents.make(name: name)
            guard name == "catalyst" else { return ("\(name).json", text) }
            return ("\(name).json", text.replacingOccurrences(of: "Ready (Automate)", with: "In writing"))
        }
        let bench = try await Bench(isImpatient: false, agents: Dictionary(uniqueKeysWithValues: files))
        try await bench.database.write { try SettingStore(db: $0).put("clickup_user_id", ownUser, now: 1) }
        return bench
    }

    /// Eight tasks of our own, each made after the end of the run before; returns the ninth, which is still to be found.
    private static func loop(_ bench: Bench) async throws -> ClickUpTask {
        for number in 0..<SelfLoop.ownTurnsMax {
            bench.clock.advance(milliseconds: 60_000)
            let task = try Self.task("86s\(number)", "ready (automate)", Self.ownUser, bench.clock.now)
            try await Self.work(try await Self.sweep("sentinel", [task], bench), bench)
        }
        bench.clock.advance(milliseconds: 60_000)
        return try Self.task("86t", "ready (automate)", Self.ownUser, bench.clock.now)
    }

    /// Returns the ids of the runs it started.
    private static func sweep(_ agent: String, _ page: [ClickUpTask], _ bench: Bench) async throws -> [String] {
        let sweep = Sweep(parts: try bench.parts(), wake: {})
        let loaded = try #require(bench.catalog.agent(agent))
        let watch = try #require(Sweep.Watch(loaded))
        return try await sweep.take(page, watch, TaskRecordBook(.clickUp, sweep.parts))
    }

    /// Takes the runs through to their end.
    private static func work(_ runs: [String], _ bench: Bench, milliseconds: Int64 = 600_000) async throws {
        guard !runs.isEmpty else { return }
        bench.clock.advance(milliseconds: milliseconds)
        for run in runs {
            for event in [.taken, .broke(RunCause(.refusal, "No."))] as [RunMachine.Event] {
                try await bench.move(run, event)
            }
        }
    }

    private static func task(_ id: String, _ status: String, _ creator: String?, _ updated: Int64) throws -> ClickUpTask
    {
        let made = creator.map { #","creator":{"id":\#($0)}"# } ?? ""
        let json =
            #"{"id":"\#(id)","name":"t","status":{"status":"\#(status)"},"list":{"id":"\#(Agents.list)"},"#
            + #""date_updated":"\#(updated)"\#(made)}"#
        return try JSONDecoder().decode(ClickUpTask.self, from: Data(json.utf8))
    }
}
