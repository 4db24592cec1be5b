import BureauDomain
import Testing

@testable import BureauEngine

@Suite("A task that one agent gives to another is one turn")
struct RoutedTurnsTests {
    private static let task = "86a1"

    /// A finished run of `agent`, started by the task; `asked` is who gave the task away before, `by` who moved it.
    private static func turn(
        _ agent: String, asked: String? = nil, by requester: String = "clickup user 8001", _ bench: Bench
    ) async throws {
        let given = try await asked == nil ? nil : bench.run(task: task, source: .webhook)
        let run = try await bench.run(task: task, source: .webhook), now = bench.clock.now
        try await bench.database.write { db in
            _ = try db.execute("UPDATE run SET agent = ?, requested_by = ? WHERE id = ?", [agent, requester, run.id])
            guard let given, let asked else { return }
            _ = try db.execute("UPDATE run SET agent = ? WHERE id = ?", [asked, given.id])
            var route = RunRoute(runID: given.id, field: "Skill", said: "Brief", onTask: "Brief", asked: asked)
            (route.takenBy, route.takenRun) = (agent, run.id)
            try RunRouteStore(db: db).put(route, now: now)
        }
        if let given { try await bench.move(given.id, .foundIneligible(RunCause(.notEligible, "It was given away."))) }
        try await bench.move(run.id, .taken)
        try await bench.move(run.id, .broke(RunCause(.refusal, "No.")))
    }

    private static func refusal(_ agent: String, _ bench: Bench) async throws -> String? {
        let doors = bench.clock.doors
        return try await bench.database.write { db in
            try PingPongGuard(db: db, doors: doors).refusal(agent, taskID: task, at: doors.now())
        }
    }

    @Test("A person who brings one task five times in a quarter of an hour is not refused")
    func brought() async throws {
        let bench = try await Bench()
        for _ in 0..<5 {
            try await Self.turn("catalyst", asked: "jessie", bench)
            bench.clock.advance(milliseconds: 180_000)
            #expect(try await Self.refusal("jessie", bench) == nil)
        }
        #expect(try await !bench.alerts().contains { ["ping_pong", "self_loop"].contains($0.cause) })
    }

    @Test("One whose results bring the task back to whoever gives it to it is stopped, and named")
    func loop() async throws {
        let bench = try await Bench()
        for _ in 0..<SelfLoop.turnsMax {
            #expect(try await Self.refusal("jessie", bench) == nil)
            try await Self.turn("catalyst", asked: "jessie", bench)
            bench.clock.advance(milliseconds: 1_000)
        }
        let refusal = try #require(try await Self.refusal("jessie", bench))
        #expect(refusal.contains("catalyst keeps starting itself"), "\(refusal)")
    }

    private static let slow = [("clickup user -1", true), ("clickup user 8001", false)]

    @Test("A slow loop through whoever gives the task on is stopped where no person brings it back", arguments: slow)
    func slowLoop(requester: String, isLoop: Bool) async throws {
        let bench = try await Bench()
        for _ in 0..<SelfLoop.turnsMax {
            #expect(try await Self.refusal("jessie", bench) == nil)
            try await Self.turn("catalyst", asked: "jessie", by: requester, bench)
            bench.clock.advance(milliseconds: 300_000)
        }
        let refusal = try await Self.refusal("jessie", bench)
        #expect((refusal != nil) == isLoop, "\(refusal ?? "")")
        #expect(refusal?.contains("each within 10 minutes") ?? !isLoop)
    }

    @Test("Two that answer each other are stopped though a third one is asked in between")
    func game() async throws {
        let bench = try await Bench()
        for _ in 0..<PingPong.turnsMax / 2 {
            try await Self.turn("catalyst", asked: "jessie", bench)
            bench.clock.advance(milliseconds: 300_000)
            try await Self.turn("sentinel", bench)
            bench.clock.advance(milliseconds: 300_000)
        }
        let refusal = try #require(try await Self.refusal("jessie", bench))
        #expect(refusal.contains("catalyst and sentinel keep starting each other"), "\(refusal)")
    }
}
