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

    @Test("Nothing moves while the clock goes on")
    func steady() async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Bench.toRunning)
        bench.clock.advance(milliseconds: 60_000)
        try await SetBackClock(parts: try bench.parts()).look()
        #expect(try await bench.find(run.id).startedAt == run.startedAt)
    }
}
