import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The machine's clock is set wrong in the middle of a run, and right again before its end.
@Suite(
    "A clock that jumps loses nothing and repeats nothing",
    .enabled(if: WrongClock.isThere, "the clock cannot be set here"))
struct ClockJumpTests {
    static let hour = 3_600, day = 86_400

    /// Its session has an hour, which is told by a clock that nobody sets.
    @Test("An hour and a day ahead and behind, and right again", arguments: [hour, day, -hour, -day])
    func jumps(_ seconds: Int) async throws {
        try await Self.play(seconds) { installation, server in
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(seconds) s: \(complaints.joined(separator: "; "))")
        }
    }

    /// Its server must not take the run from itself and look for a comment that is still on its way.
    @Test("An hour ahead while a comment is on its way, and right again: it is made once")
    func whileWriting() async throws {
        let clock = try WrongClock()
        defer { clock.remove() }
        var options = Installation.Options()
        options.agents = [("sentinel", SampleAgents.sentinel)]
        options.environment = clock.environment
        try await Installation.open(options) { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "comment.create", .delay(milliseconds: 5_000)))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the comment is asked for") {
                installation.sandbox.log.entries.contains { $0.operation == "comment.create" } ? true : nil
            }
            try clock.set(seconds: Self.hour)
            try await eventually("the comment is there") {
                let comments = await installation.look().task(KillTests.task)?.comments
                return comments?.isEmpty == false ? true : nil
            }
            try clock.set(seconds: 0)
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }

    private static func play(
        _ seconds: Int, _ end: @Sendable (Installation, RunningServer) async throws -> Void
    ) async throws {
        let clock = try WrongClock()
        defer { clock.remove() }
        var options = Installation.Options()
        options.agents = [("sentinel", SampleAgents.sentinel)]
        options.environment = clock.environment
        try await Installation.open(options) { installation in
            try await installation.steer(["hold_at": 77])
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let session = try await eventually("the session stands at 77 events and is followed") {
                let session = await installation.look().sessions.first { $0.events >= 77 }
                return session.flatMap { installation.loggedLines(of: $0.id).count >= 76 ? $0 : nil }
            }
            try await eventually("the run is known to run") {
                try await installation.records().runs.first { $0.state == "running" }
            }
            try clock.set(seconds: seconds)
            try await leaseIsRenewed(by: seconds, installation)
            try clock.set(seconds: 0)
            try await leaseIsRenewed(by: 0, installation)
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await end(installation, server)
        }
    }

    /// The server has lived by this clock when a lease ends by it. A run that has ended has none.
    private static func leaseIsRenewed(by seconds: Int, _ installation: Installation) async throws {
        try await eventually("a lease is renewed by a clock that is wrong by \(seconds) s") {
            let hasEnded = try await installation.records().runs.allSatisfy { RunStates.final.contains($0.state) }
            let until = try await installation.number("SELECT lease_until AS n FROM run")
            let wrong = until.map { $0 / 1_000 - Int64(Date().timeIntervalSince1970) }
            return hasEnded || wrong.map { abs($0 - Int64(seconds)) < 60 } == true ? true : nil
        }
    }
}
