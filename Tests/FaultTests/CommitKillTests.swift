import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// `kill -9` on the real binary at commits that make no request: before them, after them, and at some that follow.
@Suite(
    "A process killed at a commit loses nothing and repeats nothing",
    .enabled(if: CommitKill.isThere, "no process can be killed at a commit here"))
struct CommitKillTests {
    struct Point: Sendable, CustomStringConvertible {
        let deed: CommitDeed
        let flush: Int
        let moment: CommitKill.Moment
        var description: String { "\(deed.rawValue), \(moment.rawValue) flush \(flush)" }
    }
    static let points: [Point] = CommitDeed.allCases.flatMap { deed in
        deed.points.map { Point(deed: deed, flush: $0.flush, moment: $0.moment) }
    }

    @Test("A server, at what it commits for somebody", arguments: points)
    func server(_ point: Point) async throws {
        let kill = CommitKill()
        defer { kill.disarm() }
        var options = Installation.Options()
        options.agents = point.deed.agents
        options.environment = kill.environment
        try await Installation.open(options) { installation in
            let first = try await point.deed.prepare(installation)
            try kill.arm(point.flush, point.moment)
            try await point.deed.act(installation)
            let end = try await first.process.waitForEnd()
            #expect(end.wasSignalled, "\(point): it ended by itself")
            let second = try await installation.startServer()
            try await point.deed.finish(installation, at: second)
            let complaints = try await Self.complaints(point.deed, installation)
            #expect(complaints.isEmpty, "\(point): \(complaints.joined(separator: "; "))")
            try await installation.stop(second)
        }
    }

    private static func complaints(_ deed: CommitDeed, _ installation: Installation) async throws -> [String] {
        if deed == .fanOut { return try await family(installation) }
        guard deed.isDecided else {
            let slots = try await installation.number("SELECT count(*) AS n FROM schedule_slot WHERE verdict = 'run'")
            let found = try await Proof(installation, task: nil).complaints()
            return found + Proof.expect(slots == 1, "\(slots ?? 0) slots have a run, not one")
        }
        let asked = try await installation.number("SELECT count(*) AS n FROM approval") ?? 0
        let approved = try await installation.number("SELECT count(*) AS n FROM approval WHERE state = 'approved'")
        let files = deed == .approval ? ["report-shamrock-detailing-columbus.md"] : Proof.files
        let session = try #require(await installation.look().sessions.first?.id)
        let type = deed == .approval ? "user.tool_confirmation" : "session.updated"
        let heard = try await installation.history(of: session).count { $0["type"]?.string == type }
        let messages = await installation.look().messages(in: "C0APPROVE")
        let hasButtons = messages.contains { $0.whole.contains("\"action_id\":\"approve\"") }
        var found = try await Proof(installation, comments: 1 + 2 * Int(asked), files: files).complaints()
        found += Proof.expect(asked > 0 && approved == asked, "\(approved ?? 0) of \(asked) questions are approved")
        found += Proof.expect(deed == .budget || asked == 1, "\(asked) questions were asked, not one")
        found += Proof.expect(heard == Int(asked), "the session heard \(heard) answers to \(asked) questions")
        found += Proof.expect(!hasButtons, "an answered question has its buttons")
        return found
    }

    /// Of each agent one run, one session, one message that says its end; one summary of both.
    private static func family(_ installation: Installation) async throws -> [String] {
        try await eventually("the summary is told on the task and in the thread") {
            let sight = await installation.look()
            let isThere = sight.task(KillTests.task)?.comments.contains { $0.contains("The run it started: done") }
            let isShown = sight.results.contains { $0.text.hasPrefix("The run it started") }
            return isThere == true && isShown ? true : nil
        }
        _ = try? await eventually("what was told is written down", within: .seconds(60)) { () async throws -> Bool? in
            guard let steps = try? await installation.records().steps else { return nil }
            return steps.contains { $0.state != "done" } ? nil : true
        }
        let sight = await installation.look(), records = try await installation.records()
        let told = sight.task(KillTests.task)?.comments.count { $0.contains("The run it started: done") } ?? 0
        let shown = sight.results.count { $0.text.hasPrefix("The run it started") }
        let attached = sight.task(KillTests.task)?.attachments ?? []
        let parents = sight.messages(in: "C0RESULTS").filter { !$0.isReply }.map(\.text)
        let agents = records.runs.map(\.agent).sorted()
        var found = Proof.expect(agents == ["catalyst", "sentinel"], "the runs are \(agents)")
        found += Proof.expect(records.runs.allSatisfy { $0.state == "done" }, "a run is not done: \(records.runs)")
        found += Proof.expect(sight.sessions.count == 2, "\(sight.sessions.count) sessions were opened, not two")
        found += Proof.expect(told == 1 && shown == 1, "\(told) and \(shown) summaries are told, not one each")
        found += Proof.expect(Set(attached).count == attached.count, "attached twice: \(attached)")
        found += Proof.expect(parents.count == 2, "\(parents.count) messages tell of two runs")
        found += Proof.expect(parents.allSatisfy { $0.hasSuffix(": Done") }, "they say \(parents)")
        found += Proof.expect(records.steps.allSatisfy { $0.state == "done" }, "a step is open: \(records.steps)")
        return found
    }

    // MARK: A restore

    private static let flushesMax = 100

    @Test("A restore, at each of its flushes, of two backups by turns: the state of before or a backup's")
    func restore() async throws {
        let kill = CommitKill()
        defer { kill.disarm() }
        var options = Installation.Options()
        options.environment = kill.environment
        try await Installation.open(options) { installation in
            let server = try await installation.startServer()
            let older = try await Self.backup(installation, "older")
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await installation.stop(server)
            let newer = try await Self.backup(installation, "newer")
            var (runs, flush, isWhole) = (1, 0, false)
            while !isWhole, flush < Self.flushesMax {
                flush += 1
                let isOlder = flush % 2 == 1, wanted = isOlder ? 0 : 1
                try kill.arm(flush, .after)
                let end = try await Self.restore(isOlder ? older : newer, installation)
                kill.disarm()
                isWhole = !end.wasSignalled
                let found = try await installation.records().runs.count
                let isEither = found == wanted || (!isWhole && found == runs)
                #expect(isEither, "flush \(flush): \(found) runs")
                #expect(end.wasSignalled || end.status == 0, "flush \(flush): \(end)")
                runs = found
            }
            #expect(isWhole && flush > 3, "\(flush) flushes")
            let end = try await Self.restore(older, installation)
            #expect(end.status == 0 && !end.wasSignalled)
            let next = try await installation.startServer()
            try await installation.waitForRest(at: next)
            try await installation.stop(next)
            // Signals that came after the backup are gone with it; everything else is as after one clean run.
            let complaints = try await Proof(installation).complaints().filter {
                !$0.contains("signals were answered 2xx")
            }
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }

    private static func restore(_ backup: URL, _ installation: Installation) async throws -> ProductProcess.End {
        let process = try installation.start(
            ["db", "restore", backup.path, "--force", "--data", installation.data.path])
        return try await process.waitForEnd()
    }

    private static func backup(_ installation: Installation, _ name: String) async throws -> URL {
        let folder = installation.folder.appending(path: name)
        let made = try await installation.command("db", "backup", folder.path, "--json")
        #expect(made.status == 0, "\(made.text)")
        let path = try #require(try JSON(parsing: Data(made.text.utf8))["path"]?.string)
        return URL(filePath: path, directoryHint: .isDirectory)
    }
}
