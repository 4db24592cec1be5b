import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// `kill -9` on the real binary at every outbound request of one Sentinel run, at moments of the stream, and right
/// after the webhook's 200. Whatever the moment: nothing lost, nothing twice.
@Suite("A killed server loses nothing and repeats nothing")
struct KillTests {
    static let task = "86demoshm1"

    @Test("Killed at a request", arguments: KillPoint.all)
    func atRequest(_ point: KillPoint) async throws {
        try await Installation.open { installation in
            // The server asks who it is when it starts: the rule for that must stand before its life begins.
            let first = try await installation.startServer()
            try installation.sandbox.faults.add(point.rule(for: first.process.pid))
            if point.call.operation == "user" {
                try await KillTests.killWhileStarting(installation, point, first)
            } else {
                try await installation.board.move(KillTests.task, to: "ready (automate)")
                try await first.process.waitForEnd()
            }
            try await KillTests.goOn(installation, "\(point)")
        }
    }

    @Test("Killed after so many events of the stream", arguments: [1, 2, 20, 77, 150, 233, 300, 308])
    func inStream(_ events: Int) async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": .int(events)])
            let first = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the session stands at \(events) events and they are logged") {
                let session = await installation.look().sessions.first
                guard let session, session.events >= events else { return nil as Bool? }
                return installation.loggedLines(of: session.id).count >= min(events, session.events) - 1 ? true : nil
            }
            try await first.process.killNow()
            let session = try #require(await installation.look().sessions.first)
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await KillTests.goOn(installation, "after \(events) events")
        }
    }

    @Test(
        "Killed twice: once in the work, once in the recovery",
        arguments: [
            ("anthropic", "session.create"), ("anthropic", "file.download"), ("google", "files.create"),
            ("google", "upload.create"), ("clickup", "attachment.create"), ("clickup", "comment.create"),
            ("slack", "chat.postMessage"),
        ])
    func twice(_ vendor: String, _ operation: String) async throws {
        try await Installation.open { installation in
            let first = try await installation.startServer()
            try installation.sandbox.faults.add(
                FaultRule(vendor: vendor, operation: operation, .killAfter, pid: first.process.pid))
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await first.process.waitForEnd()
            let seen = installation.sandbox.log.entries.count
            let second = try await installation.startServer()
            try await eventually("the second server looks for what the first has done") {
                installation.sandbox.log.entries.dropFirst(seen).contains { $0.vendor == vendor } ? true : nil
            }
            try await second.process.killNow()
            try await KillTests.goOn(installation, "\(operation), twice")
        }
    }

    /// The rule came too late for the first life, so the second one meets it.
    private static func killWhileStarting(
        _ installation: Installation, _ point: KillPoint, _ first: RunningServer
    ) async throws {
        try await first.process.killNow()
        installation.sandbox.faults.clear()
        let second = try installation.start(["serve", "--port", "0", "--data", installation.data.path])
        try installation.sandbox.faults.add(point.rule(for: second.pid))
        try await second.waitForEnd()
        try await installation.board.connect(product: "http://127.0.0.1:9")
        try await installation.board.move(task, to: "ready (automate)")
    }

    /// Starts the server again, lets the run end, ends the server politely, and looks at everything.
    static func goOn(_ installation: Installation, _ name: String) async throws {
        let before = installation.sandbox.log.entries.count
        let server = try await installation.startServer()
        let progress = Task { try await firstProgress(installation, server, after: before) }
        try await installation.waitForRest(at: server)
        RecoveryTimes.shared.add(name, try? await progress.value)
        server.process.signal(SIGTERM)
        let end = try await server.process.waitForEnd()
        #expect(end.status == 0 && !end.wasSignalled, "the server did not end politely")
        let complaints = try await Proof(installation).complaints()
        #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))")
    }

    /// From the start of the process to its first request for the run.
    private static func firstProgress(
        _ installation: Installation, _ server: RunningServer, after count: Int
    ) async throws -> Duration {
        let entry = try await eventually("the restarted server does something for the run") {
            installation.sandbox.log.entries.dropFirst(count).first {
                !["user", "token", "webhook.deliver"].contains($0.operation)
                    && $0.time > server.process.startedAt
            }
        }
        return .seconds(entry.time.timeIntervalSince(server.process.startedAt))
    }
}
