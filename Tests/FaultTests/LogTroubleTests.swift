import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Where session logs should be there is something else: nobody can write one, whoever they are.
@Suite("What cannot be written down is not spent")
struct LogTroubleTests {
    private static func takeAway(_ installation: Installation) throws {
        let logs = installation.sessionLogs
        if FileManager.default.fileExists(atPath: logs.path) {
            try FileManager.default.moveItem(at: logs, to: kept(installation))
        }
        try Data().write(to: logs)
    }

    private static func giveBack(_ installation: Installation) throws {
        try FileManager.default.removeItem(at: installation.sessionLogs)
        if FileManager.default.fileExists(atPath: kept(installation).path) {
            try FileManager.default.moveItem(at: kept(installation), to: installation.sessionLogs)
        }
    }

    private static func kept(_ installation: Installation) -> URL { installation.folder.appending(path: "logs-kept") }

    @Test("A session whose log stays away is interrupted after half a minute, and its run stopped with the cause")
    func whileItWorks() async throws {
        try await Installation.open { installation in
            try await installation.steer(["name": "runaway", "events_per_second": 1])
            let first = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let session = try await eventually("it works") {
                await installation.look().sessions.first { $0.events > 3 }?.id
            }
            try await first.process.killNow()
            try Self.takeAway(installation)
            let second = try await installation.startServer()
            try await StoppedUnrecorded(installation: installation, session: session).check(at: second)
            try Self.giveBack(installation)
        }
    }

    @Test("A session is not opened while its log could not be written, and the run goes on when it can")
    func beforeItBegins() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try Self.takeAway(installation)
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the run says what is wrong") {
                server.process.logLines.contains { line in
                    line["message"] == "run waits" && line.values.contains { $0.contains("the session log") }
                } ? true : nil
            }
            #expect(await installation.look().sessions.isEmpty)
            try Self.giveBack(installation)
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }
}

/// A run whose session was interrupted because its events could not be kept.
struct StoppedUnrecorded {
    let installation: Installation
    let session: String

    func check(at server: RunningServer) async throws {
        try await eventually("the session is interrupted") {
            let types = try await installation.history(of: session).compactMap { $0["type"]?.string }
            return types.contains("user.interrupt") && types.last == "session.status_idle" ? true : nil
        }
        try await installation.waitForRest(at: server)
        let run = try #require(try await installation.records().runs.first)
        #expect(run.state == "stopped" && run.cause == "not_recorded", "\(run)")
        #expect(run.sentence?.contains("could not be written down") == true, "\(run)")
        try await eventually("people are told once, on the task and in Slack") {
            let sight = await installation.look(), task = sight.task(KillTests.task)
            let isTold = sight.alerts.count == 1 && task?.comments.count == 1
            return isTold && task?.status == "blocked" ? true : nil
        }
        #expect(await installation.look().sessions.count == 1)
        let interrupts = try await installation.history(of: session).count { $0["type"]?.string == "user.interrupt" }
        #expect(interrupts == 1)
    }
}
