import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// A worker that is stopped (SIGSTOP) for longer than its lease and goes on later: another process has finished its
/// run by then. Everything a person can see is there once, and the paused worker changes nothing more.
@Suite("A worker that was paused past its lease changes nothing")
struct PausedWorkerTests {
    private static func options() -> Installation.Options {
        var options = Installation.Options()
        options.environment = ["LEASE_SECONDS": "2"]
        return options
    }

    @Test("Paused in the middle of the stream", arguments: [3, 150])
    func inStream(_ events: Int) async throws {
        try await Installation.open(Self.options()) { installation in
            try await installation.steer(["hold_at": .int(events)])
            let paused = try await Self.startWorker(installation)
            let session = try await eventually("the session stands at \(events) events") {
                await installation.look().sessions.first { $0.events >= events }
            }
            try await Self.pause(paused, installation)
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await Self.takeOver(installation, paused)
        }
    }

    /// The request is under way when the worker is stopped; its answer lies unread until it goes on.
    @Test(
        "Paused in a request",
        arguments: [
            ("anthropic", "session.create"), ("anthropic", "file.download"), ("google", "upload.create"),
            ("clickup", "comment.create"),
        ])
    func inRequest(_ vendor: String, _ operation: String) async throws {
        try await Installation.open(Self.options()) { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: vendor, operation: operation, .delay(milliseconds: 1_000)))
            let paused = try await Self.startWorker(installation)
            // The stand-in tells of a request when it has its head; one that is stopped before its body is sent
            // sends it when it goes on.
            try await eventually("\(operation) is asked for, with its body") { () async throws -> Bool? in
                let asked = installation.sandbox.log.entries.first { $0.operation == operation }?.time
                guard let asked, Date().timeIntervalSince(asked) > Self.bodySeconds else { return nil }
                return true
            }
            try await Self.pause(paused, installation)
            try await Self.takeOver(installation, paused)
        }
    }

    private static let bodySeconds = 0.3

    /// Without a server the command works its run itself.
    private static func startWorker(_ installation: Installation) async throws -> ProductProcess {
        try installation.start([
            "run", "sentinel", "--clickup-task", KillTests.task, "--data", installation.data.path,
        ])
    }

    /// Stops it between two commits: one that is stopped inside of one keeps the database locked, and a server that
    /// starts meanwhile says so and ends.
    private static func pause(_ worker: ProductProcess, _ installation: Installation) async throws {
        for _ in 0..<40 {
            worker.signal(SIGSTOP)
            if try DatabaseLock.isFree(installation.data.appending(path: "bureau.db").path) { return }
            worker.signal(SIGCONT)
            // An exchange with the sandbox takes longer than a commit.
            _ = await installation.look()
        }
        throw NeverHappened("the worker is stopped between two commits")
    }

    /// All but the lease, which whoever ended the run gives back a moment later.
    private static func lasting(_ run: Records.Run) -> [String] {
        [run.id, run.state, run.cause ?? "", run.session ?? "", "\(run.spentMicroUSD)", "\(run.losses)"]
            + ["\(run.eventsCount)"]
    }

    private static func takeOver(_ installation: Installation, _ paused: ProductProcess) async throws {
        let server = try await installation.startServer()
        try await installation.waitForRest(at: server)
        let (before, sent) = (try await installation.records(), installation.sandbox.log.entries.count)
        paused.signal(SIGCONT)
        try await paused.waitForEnd()
        let complaints = try await Proof(installation, statusChanges: 1).complaints()
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        #expect(try await installation.records().runs.map(Self.lasting) == before.runs.map(Self.lasting), "ended once")
        let writes = installation.sandbox.log.entries.dropFirst(sent).filter {
            // What the board itself sends is no write of ours.
            $0.method != "GET" && !["token", "webhook.deliver"].contains($0.operation)
        }
        #expect(writes.isEmpty, "\(writes)")
        server.process.signal(SIGTERM)
        try await server.process.waitForEnd()
    }
}
