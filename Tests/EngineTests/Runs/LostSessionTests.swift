import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A session that is gone or over at the service")
struct LostSessionTests {
    private static let stop = RunCause(.byPerson, "Stopped by ana.")

    /// Once it shows this status.
    private static func session(
        _ here: StandIns, _ scenario: String, _ options: String = "", until status: AnthropicSession.Status
    ) async throws -> String {
        let id = try await here.session(scenario, #","status_lag_ms":0"# + options)
        // It is idle before it has begun, too: that it has is asked first.
        try await eventually("the session has begun") {
            try await here.anthropic.history(of: id, types: ["session.status_running"]).events.isEmpty ? nil : true
        }
        try await eventually("the session is \(status)") {
            try await here.anthropic.session(id).status == status ? true : nil
        }
        return id
    }

    private static func hand(
        _ bench: Bench, _ session: String, _ events: [RunMachine.Event]
    ) async throws -> RunInHand {
        let run = try await bench.run([.taken, .sessionOpened(session: session)] + events)
        return try #require(try await bench.claim("w", run.id))
    }

    @Test("A stop finds its session deleted: nothing is left to stop, and the run keeps why it was stopped")
    func stopped() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "sentinel", until: .idle)
            let hand = try await Self.hand(bench, session, [.stopAsked(Self.stop)])
            try await here.delete(session)
            #expect(try await StopStage(parts: parts).run(hand) == .moved)
            let run = try await bench.find(hand.run.id)
            #expect(run.state == .collecting && run.stopCause == Self.stop, "\(run.state)")
            let told = try await bench.alerts().map(\.cause)
            #expect(!told.contains(RunCause.Code.stopUnconfirmed.rawValue), "\(told)")
        }
    }

    @Test("A run that waits for people and whose session was deleted fails with that cause at the next look")
    func waiting() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "requires_action", until: .idle)
            let hand = try await Self.hand(bench, session, [.gateOpened(why: "It asks.")])
            try await here.delete(session)
            #expect(try await GateStage(parts: parts).run(hand) == .moved)
            let run = try await bench.find(hand.run.id)
            #expect(run.state == .failed && run.cause?.code == .sessionLost, "\(run.state)")
        }
    }

    @Test("So does one whose answer finds nobody")
    func answered() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "requires_action", until: .idle)
            let hand = try await Self.hand(bench, session, [.approvalsAsked(count: 1)])
            let question = NewApproval(
                eventID: "sevt_1", tool: "post", input: "{}", inputHash: Hex.sha256(Array("{}".utf8)), effect: "Posts.")
            let (run, now, id) = (hand.run.id, bench.clock.now, bench.clock.doors.makeID())
            try await bench.database.write { db in
                let store = ApprovalStore(db: db)
                _ = try store.ask(question, run: run, id: id, now: now, expiresAt: now + 60_000)
                _ = try store.decide(id, .approved, by: "ana", on: "cli", reason: nil, now: now)
            }
            try await here.delete(session)
            #expect(try await GateStage(parts: parts).run(hand) == .moved)
            let found = try await bench.find(run)
            #expect(found.state == .failed && found.cause?.code == .sessionLost, "\(found.state)")
        }
    }

    @Test(
        "A session whose history lacks its end is taken at its own word: the run fails and does not wait for its time")
    func unsaidEnd() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "terminated", #","unsaid_end":true"#, until: .terminated)
            let hand = try await Self.hand(bench, session, [])
            #expect(try await FollowStage(parts: parts).run(hand) == .moved)
            let run = try await bench.find(hand.run.id)
            #expect(run.state == .failed && run.cause?.code == .sessionTerminated, "\(String(describing: run.cause))")
        }
    }

    @Test("A stop of such a session is confirmed, and nobody is told that it may still be spending")
    func stoppedUnsaid() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "terminated", #","unsaid_end":true"#, until: .terminated)
            let hand = try await Self.hand(bench, session, [.stopAsked(Self.stop)])
            #expect(try await StopStage(parts: parts).run(hand) == .moved)
            #expect(try await bench.find(hand.run.id).state == .collecting)
            #expect(try await bench.alerts().isEmpty)
        }
    }

    private static let stops: [(RunCause, Bool)] = [(RunCause(.overBudget, "It had cost $5."), true), (stop, false)]

    @Test("What sub-agents said is read once a session over its limit is stopped", arguments: stops)
    func stoppedOverLimit(cause: RunCause, areRead: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.session(here, "sub_agents", until: .idle)
            let hand = try await Self.hand(bench, session, [.stopAsked(cause)])
            #expect(try await StopStage(parts: parts).run(hand) == .moved)
            #expect(try await bench.find(hand.run.id).state == .collecting)
            #expect((here.sandbox.log.count("anthropic", "thread.history") > 0) == areRead)
        }
    }
}
