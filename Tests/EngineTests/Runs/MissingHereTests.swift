import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Runs that wait for something that is not set here")
struct MissingHereTests {
    private static let payload = #"{"client_id": "shamrock", "client_name": "Shamrock & Sons"}"#
    private static let laterMilliseconds: Int64 = 60_000

    /// Drives the run where nothing is connected, and leaves it to be looked at again in a minute.
    private static func rest(_ bench: Bench, _ id: String) async throws -> RunRecord {
        let hand = try #require(try await bench.claim("w", id))
        await RunDriver(parts: try bench.parts()).drive(hand.run, hand.lease)
        let due = bench.clock.now + laterMilliseconds
        try await bench.database.write { _ = try $0.execute("UPDATE run SET due_at = ? WHERE id = ?", [due, id]) }
        return try await bench.find(id)
    }

    private static func claim(_ bench: Bench) async throws -> [String] {
        let now = bench.clock.now
        return try await bench.database.write {
            try RunClaim(db: $0, rules: QueueRules(runsInFlightMax: 1), owner: "w", now: now).claim(limit: 5)
        }.map(\.id)
    }

    private static func ofAnotherClient(_ bench: Bench) async throws -> RunRecord {
        let new = NewRun(
            agent: "sentinel", agentVersion: "1.0.0", configHash: try bench.agent.hash, triggerSource: .api,
            requestedBy: "test", dedupeKey: bench.clock.doors.makeID(), clientSlug: "other")
        return try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
    }

    @Test(
        "It holds no slot, another client's run starts, and it goes on when a server starts with it",
        arguments: [false, true])
    func goesOn(isBegun: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await bench.run(isBegun ? [.taken] : [], payload: Self.payload)
            let waiting = try await Self.rest(bench, run.id)
            #expect(waiting.state == (isBegun ? .starting : .queued), "one that has not begun stays in the queue")
            #expect(waiting.leaseOwner == nil && waiting.tries == 1)
            #expect(waiting.fault?.contains("ANTHROPIC_API_KEY") == true, "\(String(describing: waiting.fault))")
            let figures = try await QueueDesk(database: bench.database, doors: bench.clock.doors).figures()
            #expect(figures.inWork == 0)
            let other = try await Self.ofAnotherClient(bench)
            #expect(try await Self.claim(bench) == [other.id])
            try await bench.move(other.id, .broke(RunCause(.refusal, "No.")))

            let parts = try bench.parts(here.connections)
            #expect(try await !bench.isAnyDue(run.id))
            try await bench.database.write { try ServerFacts(db: $0).remember(parts) }
            if !isBegun { #expect(try await bench.assess(run.id, with: parts).state == .starting) }
            let hand = try #require(try await bench.claim("w", run.id))
            #expect(MissingHere.find(hand.run, hand.agent, parts)?.what == nil)
            _ = try await Self.ofAnotherClient(bench)
            #expect(try await Self.claim(bench).isEmpty, "it has a slot again")
            #expect(try await OpenStage(parts: parts).run(hand) == .moved)
            let found = try await bench.find(run.id)
            #expect(found.state == .running && found.fault == nil, "\(found.state)")
            #expect(try await Self.claim(bench).isEmpty, "and keeps it")
        }
    }

    @Test("What it lacked is forgotten when it rests for something else, and it keeps its slot")
    func restsOtherwise() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning)
        _ = try await Self.rest(bench, run.id)
        bench.clock.advance(milliseconds: Self.laterMilliseconds)
        let lease = try #require(try await bench.claim("w", run.id)).lease, due = bench.clock.now + 5_000
        try await bench.database.write { try RunStore(db: $0).release(lease, dueAt: due) }
        #expect(try await bench.find(run.id).fault == nil)
        _ = try await Self.ofAnotherClient(bench)
        #expect(try await Self.claim(bench).isEmpty)
    }

    @Test("One that waits for it in the queue is not given up as too old")
    func isNotGivenUp() async throws {
        let bench = try await Bench(), parts = try bench.parts(Connections(), { $0.queuedHoursMax = 2 })
        let run = try await bench.run()
        _ = try await Self.rest(bench, run.id)
        bench.clock.advance(milliseconds: 3 * 3_600_000)
        try await QueueExpiry(parts: parts).look()
        #expect(try await bench.find(run.id).state == .queued)
    }

    @Test("One with a task asks there, for a key as for anything else")
    func withTask() async throws {
        let bench = try await Bench(), parts = try bench.parts(), agent = try bench.agent
        let run = try await bench.run(task: "86demoshm1")
        #expect(MissingHere.find(run, agent, parts)?.what == nil, "its task is looked at first")
    }
}
