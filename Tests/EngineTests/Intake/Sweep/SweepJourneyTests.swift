import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

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
}
