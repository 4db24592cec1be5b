import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Every way a session can go wrong or be strange: the run's end, its cause, who is told and what the task says.
@Suite("A session that misbehaves ends as people were promised")
struct SessionFaultTests {
    struct Row: Sendable, CustomStringConvertible {
        let scenario: String, state: String
        var cause: String?
        /// What the alert, and for a failed run the task's comment, has to say.
        var words: String?
        var alerts = 0
        /// In the run's own thread, when the agent names no other place.
        var questions = 0
        var taskStatus = "review"
        var files = 0
        /// Changes to the agent's file.
        var changes: [(String, String)] = []
        var description: String { scenario }
    }

    /// Most of these scenarios leave other files than the audit's.
    private static let anyFiles = (
        #""outputs": {"expected": ["sentinel-audit-{client_id}.json", "sentinel-audit-{client_id}.md"]},"#,
        #""outputs": {"expected": [], "wait_seconds": 3},"#
    )
    private static let threeSeconds = (#""max_session_duration_minutes": 60"#, #""max_session_duration_minutes": 0.05"#)

    static let rows = [
        Row(scenario: "drops", state: "done", files: 2),
        Row(scenario: "slow_drip", state: "done", files: 2),
        Row(scenario: "huge_events", state: "done", files: 1, changes: [anyFiles]),
        Row(scenario: "rescheduled", state: "done", files: 1, changes: [anyFiles]),
        Row(scenario: "unknown_events", state: "done", files: 1, changes: [anyFiles]),
        Row(scenario: "many_files", state: "done", files: 45, changes: [anyFiles]),
        Row(scenario: "hostile_names", state: "done", files: 16, changes: [anyFiles]),
        Row(
            scenario: "custom_tool", state: "done", words: "lookup_client", alerts: 1, files: 1, changes: [anyFiles]),
        Row(
            scenario: "sub_agent_tool", state: "done", words: "lookup_client", alerts: 1, files: 1,
            changes: [anyFiles]),
        Row(
            scenario: "terminated", state: "failed", cause: "session_terminated", words: "terminated", alerts: 1,
            taskStatus: "blocked"),
        Row(
            scenario: "fails", state: "failed", cause: "session_terminated", words: "The session cannot go on",
            alerts: 1, taskStatus: "blocked"),
        Row(
            scenario: "exhausted", state: "failed", cause: "retries_exhausted", words: "gave up", alerts: 1,
            taskStatus: "blocked"),
        Row(
            scenario: "refusal", state: "failed", cause: "refusal", words: "refused the work", alerts: 1,
            taskStatus: "blocked"),
        Row(
            scenario: "runaway", state: "stopped", cause: "over_budget", words: "$5.00", alerts: 1,
            taskStatus: "blocked"),
        Row(
            scenario: "silent", state: "stopped", cause: "over_time", words: "3s", alerts: 1, taskStatus: "blocked",
            changes: [threeSeconds]),
        Row(
            scenario: "no_files", state: "done_with_problems", cause: "files_missing", words: "left no files",
            alerts: 1, changes: [anyFiles]),
        Row(scenario: "requires_action", state: "waiting_approval", questions: 1, taskStatus: "ready (automate)"),
    ]

    @Test("Scenario", arguments: rows)
    func scenario(_ row: Row) async throws {
        var options = Installation.Options()
        let agent = row.changes.reduce(SampleAgents.sentinel) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        options.agents = [("sentinel", agent)]
        try await Installation.open(options) { installation in
            try await installation.steer(["name": .string(row.scenario)])
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await Self.waitForNotices(installation, row)
            try await Self.check(row, installation)
        }
    }

    private static func waitForNotices(_ installation: Installation, _ row: Row) async throws {
        try await eventually("\(row): every notice is sent") {
            let open = try await installation.records().steps.filter { $0.state == "pending" || $0.state == "intended" }
            return open.isEmpty ? true : nil
        }
    }

    private static func check(_ row: Row, _ installation: Installation) async throws {
        let sight = await installation.look()
        let run = try #require(try await installation.records().runs.first)
        #expect(run.state == row.state, "\(run.sentence ?? "no cause")")
        if let cause = row.cause { #expect(run.cause == cause, "\(run.sentence ?? "no cause")") }
        let alerts = sight.alerts
        #expect(alerts.count == row.alerts, "\(alerts.map(\.text))")
        let questions = sight.results.count { $0.text.hasPrefix("Approval needed") }
        #expect(questions == row.questions, "\(sight.results.map(\.text))")
        let task = try #require(sight.task(KillTests.task))
        #expect(task.status == row.taskStatus)
        #expect(task.attachments.count == row.files, "\(task.attachments)")
        #expect(sight.sessions.count == 1)
        if let words = row.words {
            #expect(alerts.contains { $0.whole.contains(words) }, "\(alerts.map(\.whole))")
            let isTold = task.comments.contains { $0.contains(words) }
            #expect(isTold || row.taskStatus != "blocked", "the task does not say why: \(task.comments)")
        }
        #expect(task.comments.count == 1, "\(task.comments)")
        try await complete(log: sight.sessions[0].id, installation)
        try inside(installation)
    }

    /// Every event of the history is in the log, once.
    private static func complete(log session: String, _ installation: Installation) async throws {
        let known = Set(try await installation.history(of: session).compactMap { $0["id"]?.string })
        let logged = installation.loggedLines(of: session).compactMap { line in
            (try? JSON(parsing: Data(line.utf8)))?["id"]?.string
        }
        #expect(Set(logged).count == logged.count, "an event is logged twice")
        #expect(known.subtracting(logged).isEmpty, "\(known.subtracting(logged).count) events are not in the log")
    }

    /// Whatever a file was called, nothing was written outside the folders meant for it.
    private static func inside(_ installation: Installation) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: installation.folder.path)
        let meant: Set = ["agents", "data", "deliveries", "google.json", "logs"]
        #expect(names.filter { !meant.contains($0) && !$0.hasPrefix("output-") }.isEmpty, "\(names)")
        let clients = (try? FileManager.default.contentsOfDirectory(atPath: installation.deliveries.path)) ?? []
        #expect(clients.allSatisfy { $0 == "shamrock-detailing-columbus" }, "\(clients)")
    }
}
