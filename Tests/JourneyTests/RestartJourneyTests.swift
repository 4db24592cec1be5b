import BureauSandbox
import Foundation
import ProductHarness
import Testing

@Suite("A server that is stopped politely")
struct RestartJourneyTests {
    @Test("gives its run back at once, loses no count, and the next one goes on")
    func sigterm() async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 120])
            let first = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            let session = try await eventually("the session stands at 120 events") {
                await installation.look().sessions.first { $0.events >= 120 }
            }
            try await eventually("the run is known to run") {
                try await installation.records().runs.first { $0.state == "running" }
            }
            first.process.signal(SIGTERM)
            let end = try await first.process.waitForEnd()
            #expect(end.status == 0 && !end.wasSignalled, "\(first.process.text.suffix(600))")
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "running" && run.losses == 0 && run.leaseOwner == nil, "\(run)")
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            let second = try await installation.startServer()
            try await installation.waitForRest(at: second)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints)")
            #expect(try await installation.records().runs.first?.losses == 0)
        }
    }

    @Test("is refused beside a server that already uses the folder")
    func second() async throws {
        try await Installation.open { installation in
            let first = try await installation.startServer()
            let second = try installation.start(["serve", "--port", "0", "--data", installation.data.path])
            let end = try await second.waitForEnd()
            #expect(end.status == 75, "\(second.text)")
            #expect(second.text.contains("another bureau serve already uses"))
            #expect(first.process.isRunning)
        }
    }
}
