import BureauDomain
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("An end of a turn that the stream has missed")
struct MissedIdleTests {
    private static let ends: [(String, RunState)] = [
        ("sentinel", .collecting), ("requires_action", .waitingApproval), ("refusal", .failed),
    ]

    @Test("It is read in the history at the next looks, although heartbeats keep the stream open", arguments: ends)
    func missed(scenario: String, state: RunState) async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(here.connections)
            let session = try await here.session(
                scenario, #","hold_at":3,"unstreamed_idle":true,"heartbeat_ms":20,"status_lag_ms":0"#)
            let run = try await bench.run([.taken, .sessionOpened(session: session)])
            let hand = try #require(try await bench.claim("w", run.id))
            async let outcome = FollowStage(parts: parts).run(hand)
            try await Self.until("the stream is open and the history listed") { Self.recorded(bench) >= 3 }
            try await here.steer(#"{"session_id":"\#(session)","hold_at":null}"#)
            try await Self.until("the turn has ended") {
                try await here.anthropic.session(session).status == .idle
            }
            for _ in 0..<Self.looksMax {
                try await Self.until("the sampler sleeps or is done") {
                    if bench.clock.sleeperCount > 0 { return true }
                    return try await bench.find(run.id).state != .running
                }
                guard try await bench.find(run.id).state == .running else { break }
                bench.clock.advance(milliseconds: CostSampler.lookEveryMilliseconds)
            }
            let found = try await bench.find(run.id)
            #expect(found.state == state, "\(String(describing: found.cause))")
            guard found.state != .running else { return }
            let last = try await outcome
            #expect(last == .moved)
        }
    }

    /// A minute of looks: two samples.
    private static let looksMax = 30

    private static func recorded(_ bench: Bench) -> Int64 {
        bench.counters.snapshot().first { $0.0 == .sessionEvents }?.1.first?.value ?? 0
    }

    private static func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else { throw NeverSo(what: what) }
            await Task.yield()
        }
    }

    private struct NeverSo: Error { let what: String }
}
