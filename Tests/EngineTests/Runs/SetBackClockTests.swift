import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("A clock that is set back")
struct SetBackClockTests {
    @Test("A run that began under a clock a day ahead is measured from the right time", arguments: [1, 24])
    func started(hoursAhead: Int64) async throws {
        let bench = try await Bench(isImpatient: false), right = bench.clock.now
        bench.clock.advance(milliseconds: hoursAhead * 3_600_000)
        let run = try await bench.run(Bench.toRunning), parts = try bench.parts()
        #expect(run.startedAt == bench.clock.now)
        bench.clock.advance(milliseconds: -hoursAhead * 3_600_000)
        let care = SetBackClock(parts: parts)
        try await care.begin()
        try await care.look()
        #expect(try await bench.find(run.id).startedAt == right)
    }

    @Test("A task's next look and a schedule's are not put off by a clock that ran ahead")
    func looks() async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts(), right = bench.clock.now
        let run = try await bench.run(task: "86a")
        try await bench.database.write { db in
            let ahead = right + 86_400_000
            try db.execute(
                "INSERT INTO task_watch (run_id, tool, task_id, since, opened_at, look_at) VALUES (?, 'clickup', '86a', ?, ?, ?)",
                [run.id, right, right, ahead])
            try db.execute(
                "INSERT INTO schedule (agent, name, timing, looked_until) VALUES ('sentinel', 'monthly', 'x', ?)",
                [ahead])
        }
        bench.clock.advance(milliseconds: 86_400_000)
        let care = SetBackClock(parts: parts)
        try await care.look()
        bench.clock.advance(milliseconds: -86_400_000)
        try await care.look()
        let looks = try await bench.database.engine.query(
            "SELECT look_at AS at FROM task_watch UNION ALL SELECT looked_until FROM schedule", []
        ).map { try $0.integer("at") }
        #expect(looks == [right, right])
    }

    @Test("Nothing moves while the clock goes on")
    func steady() async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Bench.toRunning)
        bench.clock.advance(milliseconds: 60_000)
        try await SetBackClock(parts: try bench.parts()).look()
        #expect(try await bench.find(run.id).startedAt == run.startedAt)
    }
}
