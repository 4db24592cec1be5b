import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Synchronization
import Testing

@testable import BureauEngine

/// The addresses of single tasks that were asked for.
private final class AskedTasks: Sendable {
    private let addresses = Mutex<[String]>([])
    var all: [String] { addresses.withLock { $0 } }
    func add(_ address: String) { addresses.withLock { $0.append(address) } }
}

@Suite("The sweep at a board")
struct SweepJourneyTests {
    private static let troubles: [(String, FaultRule)] = [
        (
            "30 % of deliveries are dropped",
            FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, percent: 30, .drop)
        ),
        ("the webhook is suspended", FaultRule(vendor: "clickup", operation: "webhook.deliver", .suspend)),
    ]

    @Test("Every eligible task has its run within five minutes", arguments: troubles)
    func lost(what: String, fault: FaultRule) async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(isImpatient: false)
            let parts = try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = "9018614428" }
            try standIns.sandbox.faults.add(fault)
            let service = SweepService(
                parts: parts, wake: {}, notice: {}, key: { Secret("test-sealing-key") })
            let sweeping = Task { try await service.run() }
            try await bench.clock.untilSleeping(1)
            let board = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
            // No product listens: whatever is not dropped is not taken either, so the sweep has all the work.
            for task in ["86demoshm1", "86demoblu1", "86demoblu2"] {
                try await board.move(task, to: "ready (automate)")
            }
            for _ in 0..<2 {
                bench.clock.advance(milliseconds: 120_000)
                try await bench.clock.untilSleeping(1)
            }
            sweeping.cancel()
            _ = await sweeping.result
            let tasks = try await bench.database.engine.query("SELECT task_id FROM run ORDER BY task_id").map {
                try $0.text("task_id")
            }
            #expect(tasks == ["86demoblu1", "86demoblu2", "86demoshm1"], "\(what)")
        }
    }

    /// Of a hundred deliveries so many arrive.
    private static let arriving: [(String, Int)] = [
        ("30 % of deliveries are dropped", 70), ("the webhook is suspended", 0),
    ]

    @Test("Each of thirty tasks has a session at work within five minutes", arguments: arriving)
    func working(what: String, percent: Int) async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), tasksMax = 30
            // The board stamps its tasks with the real time.
            bench.clock.advance(milliseconds: Doors.system.now() - bench.clock.now)
            let parts = try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = "9018614428" }
            // The board itself sends none: those that arrive are handed over here.
            let fault: FaultAction = percent == 0 ? .suspend : .drop
            try standIns.fault("clickup", "webhook.deliver", times: 10_000, fault)
            let service = SweepService(parts: parts, wake: {}, notice: {}, key: { Secret("test-sealing-key") })
            // The tasks come right after a round: the next one is as far away as it can be.
            await service.round()
            let began = bench.clock.now
            let intake = WebhookIntake(
                database: bench.database, catalog: bench.catalog, secret: nil, doors: bench.clock.doors,
                logger: bench.logger, counters: bench.counters, wake: {})
            let board = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
            let clickUp = try #require(standIns.connections.clickUp)
            var chance = Chance(seed: 30), tasks: Set<String> = [], arrived = 0
            for number in 1...tasksMax {
                let task = try await Self.ask(number, clickUp, board)
                tasks.insert(task.id)
                guard Int.random(in: 1...100, using: &chance) <= percent else { continue }
                try await Self.deliver(task, number, intake)
                arrived += 1
            }
            #expect(percent == 0 || (1..<tasksMax).contains(arrived), "\(what): \(arrived) arrived")
            for _ in 0..<2 {
                try await Self.work(bench, parts)
                bench.clock.advance(milliseconds: Int64(parts.settings.sweepSeconds) * 1_000)
                await service.round()
            }
            try await Self.work(bench, parts)
            #expect(bench.clock.now - began <= 300_000, "\(what)")
            let runs = try await bench.database.engine.query("SELECT task_id, session_id, state FROM run")
            let working = try runs.filter { row in
                let session = try row.textIfAny("session_id")
                return try row.text("state") == "running" && session != nil
            }
            #expect(runs.count == tasksMax, "\(what)")
            #expect(Set(try working.map { try $0.text("task_id") }) == tasks, "\(what)")
        }
    }

    /// A new task with all that the agent needs, put into the status that starts it.
    private static func ask(_ number: Int, _ clickUp: ClickUpClient, _ board: BoardVisitor) async throws -> ClickUpTask
    {
        let made = try await clickUp.createTask(list: Agents.list, name: "Audit \(number)", text: "", status: nil)
        try await board.fillIn(made.id, field: "client_id", .string("client-\(number)"))
        try await board.fillIn(made.id, field: "client_name", .string("Client \(number)"))
        try await board.move(made.id, to: "ready (automate)")
        return try await clickUp.task(made.id)
    }

    private static func deliver(_ task: ClickUpTask, _ number: Int, _ intake: WebhookIntake) async throws {
        let date = try #require(task.dateUpdated)
        let body =
            #"{"event":"taskStatusUpdated","task_id":"\#(task.id)","webhook_id":"w","history_items":[{"id":"\#(number)","#
            + #""date":"\#(date)","field":"status","parent_id":"\#(Agents.list)","user":{"id":8001},"#
            + #""after":{"status":"ready (automate)"}}]}"#
        let request = WebhookIntake.Request(
            agent: "sentinel", signature: nil, body: Data(body.utf8), remoteAddress: "test")
        _ = try await intake.believed(request)
    }

    /// What a worker does with all that is due, until each run has its session.
    private static func work(_ bench: Bench, _ parts: EngineParts) async throws {
        let now = bench.clock.now, agent = try bench.agent
        let claimed = try await bench.database.write {
            try RunClaim(db: $0, rules: QueueRules(), owner: "w", now: now).claim(limit: 100)
        }
        for run in claimed {
            let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
            _ = try await AssessStage(parts: parts).run(RunInHand(run: run, lease: lease, agent: agent))
            let assessed = try await bench.find(run.id)
            guard assessed.state == .starting else { continue }
            _ = try await OpenStage(parts: parts).run(RunInHand(run: assessed, lease: lease, agent: agent))
        }
    }

    @Test("While the intake is paused no list is swept; the first round after it finds everything")
    func paused() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let parts = try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = "9018614428" }
            try standIns.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, .drop))
            let service = SweepService(
                parts: parts, wake: {}, notice: {}, key: { Secret("test-sealing-key") })
            let desk = IntakeDesk(database: bench.database, doors: bench.clock.doors)
            let ana = Actor(name: "ana", surface: "cli")
            try await BoardVisitor(base: "http://127.0.0.1:\(standIns.port)").move("86demoshm1", to: "ready (automate)")
            _ = try await desk.set(.paused, by: ana, reason: "")
            await service.round()
            #expect(try await desk.status().waiting == 0)
            _ = try await desk.set(.open, by: ana, reason: "")
            for _ in 0..<2 { await service.round() }
            #expect(try await desk.status().waiting == 1)
        }
    }

    @Test("A list that has to be waited for a few seconds is swept in the same round")
    func patient() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let parts = try bench.parts(standIns.connections) { $0.clickUpWorkspaceID = "9018614428" }
            try standIns.fault("clickup", "webhook.deliver", times: 1_000, .drop)
            try standIns.fault("clickup", "list.tasks", .limited(seconds: 9))
            try await BoardVisitor(base: "http://127.0.0.1:\(standIns.port)").move("86demoshm1", to: "ready (automate)")
            try await Sweep(parts: parts, wake: {}).sweepAll()
            let runs = try await bench.database.engine.query("SELECT task_id FROM run")
            #expect(try runs.map { try $0.text("task_id") } == ["86demoshm1"])
        }
    }

    @Test("A subtask that no webhook told of is found, for subtasks are asked for", arguments: [true, false])
    func subtask(isAskedFor: Bool) async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            // The board stamps its tasks with the real time.
            bench.clock.advance(milliseconds: Doors.system.now() - bench.clock.now)
            try standIns.fault("clickup", "webhook.deliver", times: 1_000, .drop)
            let part = try await Self.makePart(of: "86demoshm1", standIns)
            let transport = Interposed(standIns.transport) { [next = standIns.transport] request in
                guard !isAskedFor else { return nil }
                var plain = request
                plain.url = request.url.replacingOccurrences(of: "&subtasks=true", with: "")
                return try? await next.send(plain)
            }
            var connections = standIns.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            try await Sweep(parts: try bench.parts(connections), wake: {}).sweepAll()
            let runs = try await bench.database.engine.query("SELECT task_id FROM run")
            #expect(try runs.map { try $0.text("task_id") } == (isAskedFor ? [part] : []))
        }
    }

    /// A subtask in the status that starts the agent.
    private static func makePart(of parent: String, _ standIns: StandIns) async throws -> String {
        struct Made: Decodable { let id: String }
        let body = #"{"name":"Part","parent":"\#(parent)","status":"ready (automate)"}"#
        let request = VendorRequest(
            vendor: .clickUp, operation: "POST task", method: .post,
            url: "http://127.0.0.1:\(standIns.port)/clickup/api/v2/list/\(Agents.list)/task",
            headers: ["Content-Type": "application/json", "Authorization": "pk_demo"], body: .bytes(Array(body.utf8)))
        let answer = try await standIns.transport.send(request)
        return try JSONDecoder().decode(Made.self, from: Data(answer.body)).id
    }

    @Test("A look at everything that is asked for while one is under way comes after it", arguments: [0, 1])
    func askedMeanwhile(askedBefore: Int) async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), watch = try #require(Sweep.Watch(try bench.agent))
            func found() async throws -> SweepRecord? {
                try await bench.database.read { try SweepStore(db: $0).find(agent: "sentinel", listID: Agents.list) }
            }
            let calm = Sweep(parts: try bench.parts(standIns.connections), wake: {})
            _ = try await calm.sweep(watch)
            for _ in 0..<askedBefore {
                try await bench.database.write { try SweepStore(db: $0).askWhole(agent: "sentinel") }
            }
            // As `bureau webhooks register` does in a process of its own.
            let transport = Interposed(standIns.transport) { [database = bench.database] request in
                if request.operation == "GET list tasks" {
                    try? await database.write { try SweepStore(db: $0).askWhole(agent: "sentinel") }
                }
                return nil
            }
            var connections = standIns.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            bench.clock.advance(milliseconds: Sweep.wholeEveryMilliseconds)
            _ = try await Sweep(parts: try bench.parts(connections), wake: {}).sweep(watch)
            #expect(try await found()?.wholeAt == nil)
            _ = try await calm.sweep(watch)
            #expect(try await found()?.wholeAt == bench.clock.now)
        }
    }

    @Test("A task that was deleted is asked for once and not at every look")
    func deleted() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), watch = try #require(Sweep.Watch(try bench.agent)), asked = AskedTasks()
            let status = try #require(watch.status)
            // The sandbox knows no such task: it answers 404, as for one that was deleted.
            let run = try await bench.run(task: "86gone")
            try await bench.database.write { db in
                let stay = TaskStay(runID: run.id, origin: .event, coveredUntil: 1)
                try TaskStayStore(db: db).put(stay, agent: watch.name, taskID: "86gone", status: status)
            }
            let transport = Interposed(standIns.transport) { request in
                if request.operation == "GET task" { asked.add(request.url) }
                return nil
            }
            var connections = standIns.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(standIns.port)/clickup/api/v2",
                token: Secret("pk_demo"))
            let sweep = Sweep(parts: try bench.parts(connections), wake: {})
            for _ in 0..<2 {
                _ = try await sweep.sweep(watch)
                #expect(asked.all.count == 1 && asked.all.allSatisfy { $0.contains("/task/86gone") }, "\(asked.all)")
                bench.clock.advance(milliseconds: Sweep.wholeEveryMilliseconds)
            }
            let present = try await bench.database.read {
                try TaskStayStore(db: $0).present(agent: watch.name, after: "", limit: 5)
            }
            #expect(present.isEmpty)
        }
    }
}
