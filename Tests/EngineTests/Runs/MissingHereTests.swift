import BureauDomain
import BureauStorage
import BureauVendors
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

    @Test("Set again while its service is down, it has a slot and all its tries, however long it was missing")
    func restsOtherwise() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning + [.turnEnded])
        _ = try await Self.rest(bench, run.id)
        let waits = Backoff.stage.seconds.count
        try await bench.database.write {
            _ = try $0.execute("UPDATE run SET tries = ?, due_at = 0 WHERE id = ?", [waits, run.id])
        }
        let parts = try bench.parts(
            Connections(anthropic: AnthropicClient(transport: Unreachable(), key: Secret("sk-ant-demo"))))
        let hand = try #require(try await bench.claim("w", run.id))
        await RunDriver(parts: parts).drive(hand.run, hand.lease)
        let found = try await bench.find(run.id)
        #expect(found.state == .collecting && found.tries == 1, "\(String(describing: found.cause?.sentence))")
        #expect(found.fault?.contains("ANTHROPIC_API_KEY") == false, "\(String(describing: found.fault))")
        let other = try await Self.ofAnotherClient(bench)
        #expect(try await !Self.claim(bench).contains(other.id), "it keeps its slot")
    }

    @Test("One that waits for it in the queue is not given up as too old, and has all its time once it is set")
    func isNotGivenUp() async throws {
        let bench = try await Bench(), run = try await bench.run()
        let expiry = QueueExpiry(parts: try bench.parts(Connections(), { $0.queuedHoursMax = 2 }))
        _ = try await Self.rest(bench, run.id)
        bench.clock.advance(milliseconds: 3 * 3_600_000)
        try await expiry.look()
        #expect(try await bench.find(run.id).state == .queued)

        let now = bench.clock.now, hand = try #require(try await bench.claim("w", run.id))
        try await bench.database.write { db in
            let store = RunStore(db: db)
            #expect(try store.settingFound(hand.lease, now: now))
            #expect(try !store.settingFound(hand.lease, now: now), "it lacks nothing any more")
            try store.release(hand.lease)
        }
        for (hours, state) in [(1, RunState.queued), (2, .failed)] {
            bench.clock.advance(milliseconds: Int64(hours) * 3_600_000)
            try await expiry.look()
            #expect(try await bench.find(run.id).state == state)
        }
    }

    @Test("One with a task asks there, for a key as for anything else")
    func withTask() async throws {
        let bench = try await Bench(), parts = try bench.parts(), agent = try bench.agent
        let run = try await bench.run(task: "86demoshm1")
        #expect(MissingHere.find(run, agent, parts)?.what == nil, "its task is looked at first")
    }

    private struct Unreachable: Transport {
        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse { try refuse(request) }
        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream { try refuse(request) }

        private func refuse<Value>(_ request: VendorRequest) throws(VendorError) -> Value {
            throw VendorError(vendor: request.vendor, operation: request.operation, kind: .unreachable)
        }
    }
}
