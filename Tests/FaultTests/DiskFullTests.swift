import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The disk fills up at one moment of a run, is full until the server has said so, and has room again.
@Suite(
    "A disk that was full for a while costs nothing but time",
    .enabled(if: SmallDisk.canMount, "mounting a small disk is refused here: run as root"))
struct DiskFullTests {
    struct Moment: Sendable, CustomStringConvertible {
        let description: String
        let vendor: String, operation: String
    }

    /// The answer to this request is held back while the disk fills: what it brings cannot be written down.
    static let moments = [
        Moment(description: "the task", vendor: "clickup", operation: "task.get"),
        Moment(description: "the session, opened", vendor: "anthropic", operation: "session.create"),
        Moment(description: "a file", vendor: "anthropic", operation: "file.download"),
        Moment(description: "the receipt of a Drive folder", vendor: "google", operation: "files.create"),
        Moment(description: "the receipt of an attachment", vendor: "clickup", operation: "attachment.create"),
        Moment(description: "the receipt of a comment", vendor: "clickup", operation: "comment.create"),
        Moment(description: "the receipt of a Slack post", vendor: "slack", operation: "chat.postMessage"),
    ]
    /// Long enough to fill the disk while a request waits for its answer.
    static let answerMilliseconds = 1_500

    @Test("Full when this was to be written down", arguments: moments)
    func atRequest(_ moment: Moment) async throws {
        try await Self.play("\(moment)") { installation, disk, server in
            try installation.sandbox.faults.add(
                FaultRule(
                    vendor: moment.vendor, operation: moment.operation, .delay(milliseconds: Self.answerMilliseconds)))
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the request for \(moment) is on its way") {
                installation.sandbox.faults.entries.contains { $0.struck > 0 } ? true : nil
            }
            try await Self.fullUntilSaid(disk, server)
        }
    }

    @Test("Full when a webhook came: it is not answered 2xx, and the sender's next try starts the run")
    func signal() async throws {
        try await Self.play("the signal") { installation, disk, server in
            try disk.fill()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the webhook is answered 503") {
                let sight = await installation.look()
                #expect(sight.acceptedSignals == 0, "a webhook was taken that could not be stored")
                return sight.log.contains { $0.operation == "webhook.deliver" && $0.outcome.hasPrefix("503") }
                    ? true : nil
            }
            #expect(Self.complained(server))
            try disk.free()
        }
    }

    @Test("Full in the middle of the stream")
    func eventLog() async throws {
        try await Self.play("the event log") { installation, disk, server in
            try await installation.steer(["hold_at": 77])
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let session = try await eventually("the session stands and its events are logged") {
                let session = await installation.look().sessions.first
                guard let session, session.events >= 77 else { return nil as Sight.Session? }
                return installation.loggedLines(of: session.id).count >= 76 ? session : nil
            }
            try disk.fill()
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await eventually("the server says that the disk is full") { Self.complained(server) ? true : nil }
            try disk.free()
        }
    }

    @Test("Full while a session spends: what cannot be written down may not be spent, so the session is interrupted")
    func ledger() async throws {
        try await Installation.open { installation in
            try await SmallDisk.under(installation, [installation.data]) { disk in
                try await installation.steer(["name": "runaway", "events_per_second": 3])
                let server = try await Self.startServer(installation)
                try await installation.board.move(KillTests.task, to: "ready (automate)")
                let session = try await eventually("it spends") {
                    try await installation.records().runs.first { $0.spentMicroUSD > 0 }?.session
                }
                try disk.fill()
                try await eventually("the session is interrupted") {
                    let types = try await installation.history(of: session).compactMap { $0["type"]?.string }
                    return types.contains("user.interrupt") && types.last == "session.status_idle" ? true : nil
                }
                try disk.free()
                try await installation.waitForRest(at: server)
                let run = try #require(try await installation.records().runs.first)
                #expect(run.state == "stopped" && run.cause == "interrupted", "\(run)")
                try await eventually("people are told once, on the task and in Slack") {
                    let sight = await installation.look()
                    let task = sight.task(KillTests.task)
                    let isTold = sight.alerts.count == 1 && task?.comments.count == 1
                    return isTold && task?.status == "blocked" ? true : nil
                }
                #expect(await installation.look().sessions.count == 1)
                try await server.process.killNow()
                try await installation.checkHistories()
            }
        }
    }

    @Test("The logs' disk stays full: the session is interrupted and the run stopped, with the cause told")
    func lastingLog() async throws {
        try await Installation.open { installation in
            try await SmallDisk.under(installation, [installation.sessionLogs]) { disk in
                try await installation.steer(["name": "runaway", "events_per_second": 1])
                let server = try await Self.startServer(installation)
                try await installation.board.move(KillTests.task, to: "ready (automate)")
                let session = try await eventually("it works") {
                    await installation.look().sessions.first { $0.events > 3 }?.id
                }
                try disk.fill()
                try await StoppedUnrecorded(installation: installation, session: session).check(at: server)
                #expect(Self.complained(server))
            }
        }
    }

    private static func fullUntilSaid(_ disk: SmallDisk, _ server: RunningServer) async throws {
        try disk.fill()
        try await eventually("the server says that the disk is full") { complained(server) ? true : nil }
        try disk.free()
    }

    /// The error names the disk and not merely a failure.
    private static func complained(_ server: RunningServer) -> Bool {
        server.process.logLines.contains { line in
            line.values.contains { $0.contains("is full") || $0.contains("No space left") }
        }
    }

    /// Looks at the disks soon after it begins, and then once an hour: what it would rightly tell of comes in between.
    private static func startServer(_ installation: Installation) async throws -> RunningServer {
        let server = try await installation.startServer()
        try await eventually("the disks have been looked at") {
            let looks = "SELECT count(*) AS n FROM setting WHERE name = 'last_disk_look'"
            return try await installation.number(looks) == 1 ? true : nil
        }
        return server
    }

    private static func play(
        _ name: String, _ trouble: @Sendable (Installation, SmallDisk, RunningServer) async throws -> Void
    ) async throws {
        try await Installation.open { installation in
            try await SmallDisk.under(installation) { disk in
                let server = try await startServer(installation)
                try await trouble(installation, disk, server)
                try await installation.waitForRest(at: server)
                let complaints = try await Proof(installation).complaints()
                #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))")
                try await server.process.killNow()
                try await installation.checkHistories()
            }
        }
    }
}
