import BureauDomain
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("Sessions that no run follows")
struct StraySessionsTests {
    /// The sandbox stamps its sessions with the real time.
    private static func later(_ bench: Bench, milliseconds: Int64) {
        bench.clock.advance(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - bench.clock.now + milliseconds)
    }

    private static func mark(_ run: String) -> [String: String] { ["bureau_run": run, "bureau_attempt": "1"] }

    /// One that stands in the middle of its work.
    private static func busy(_ here: StandIns, _ metadata: [String: String]) async throws -> String {
        let id = try await here.session("sentinel", #","hold_at":3"#, agent: "agent_sentinel", metadata: metadata)
        try await eventually("it works") { try await here.anthropic.session(id).status == .running ? true : nil }
        return id
    }

    private static func interrupts(_ here: StandIns, _ session: String) async throws -> Int {
        try await here.anthropic.history(of: session, types: ["user.interrupt"]).events.count
    }

    @Test("The sweep ends a run's second session and says so, tells of an unknown run's, and leaves all others alone")
    func sweep() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let run = try await bench.run([.taken])
            let own = try await Self.busy(here, Self.mark(run.id)),
                second = try await Self.busy(here, Self.mark(run.id))
            let strange = bench.clock.doors.makeID()
            let unknown = try await Self.busy(here, Self.mark(strange)), unmarked = try await Self.busy(here, [:])
            try await bench.move(run.id, .sessionOpened(session: own))
            Self.later(bench, milliseconds: 60_000)
            try await StraySessions(parts: parts).sweep()
            #expect(try await bench.alerts().isEmpty, "a minute old, it may be about to be adopted")
            Self.later(bench, milliseconds: StraySessions.ageMilliseconds + 60_000)
            func isAway() async throws -> Bool { try await here.anthropic.session(second).archivedAt != nil }
            try await eventually("it is put away") {
                try await StraySessions(parts: parts).sweep()
                return try await isAway() ? true : nil
            }
            let told = try await bench.alerts().map { "\($0.cause) \($0.subject)" }.sorted()
            #expect(told == ["stray_session \(second)", "unknown_session \(unknown)"], "each told once")
            for session in [own, unknown, unmarked] { #expect(try await Self.interrupts(here, session) == 0) }
            #expect(try await Self.interrupts(here, second) >= 1)
            #expect(try await isAway(), "put away as soon as it rests")
        }
    }

    @Test("A stop that was not confirmed is sent again until the session rests; then its alert is over")
    func chase() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let session = try await Self.busy(here, [:])
            let run = try await bench.run([.taken, .sessionOpened(session: session), .broke(RunCause(.refusal, "No."))])
            let cause = RunCause.Code.stopUnconfirmed.rawValue,
                (id, now) = (bench.clock.doors.makeID(), bench.clock.now)
            try await bench.database.write {
                _ = try AlertStore(db: $0).raise(
                    cause: cause, subject: run.id, sentence: "It may still run.", runID: run.id, id: id, now: now)
            }
            func isOpen() async throws -> Bool { try await bench.alerts().contains { $0.cause == cause } }
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.interrupts(here, session) == 1)
            #expect(try await isOpen(), "it was asked, and not seen to rest")
            try await eventually("it rests") {
                try await here.anthropic.session(session).status == .running ? nil : true
            }
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.interrupts(here, session) == 1)
            #expect(try await !isOpen())
        }
    }
}
