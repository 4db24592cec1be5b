import BureauDomain
import BureauSandbox
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("A task that went and came back unheard")
struct ReturnedTaskTests {
    private static let task = "86demoshm1"

    @Test(
        "Its first run saw it elsewhere and was ignored; the sweep finds it standing there again and starts a new one")
    func again() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(standIns.connections)
            let board = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
            try await board.move(Self.task, to: "ready (automate)")
            try await Sweep(parts: parts, wake: {}).sweepAll()
            let first = try #require(try await Self.runs(bench).first)
            // Somebody takes it back, and no webhook tells of it.
            try await board.move(Self.task, to: "to do")
            let hand = try #require(try await bench.claim("worker", first))
            _ = try await AssessStage(parts: parts).run(hand)
            #expect(try await bench.find(first).state == .ignored)
            try await board.move(Self.task, to: "ready (automate)")
            try await Sweep(parts: parts, wake: {}).sweepAll()
            #expect(try await Self.runs(bench).count == 2)
        }
    }

    @Test("A run that a task has started is ignored when its agent's list is the example's by then")
    func exampleList() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(agents: Agents.ofExampleList)
            try await BoardVisitor(base: "http://127.0.0.1:\(standIns.port)").move(Self.task, to: "ready (automate)")
            let run = try await bench.run(task: Self.task, source: .webhook)
            let found = try await bench.assess(run.id, with: try bench.parts(standIns.connections))
            #expect(found.state == .ignored)
            #expect(found.cause?.sentence.contains("still the example's") == true, "\(String(describing: found.cause))")
        }
    }

    private static func runs(_ bench: Bench) async throws -> [String] {
        try await bench.database.engine.query("SELECT id FROM run ORDER BY id").map { try $0.text("id") }
    }
}
