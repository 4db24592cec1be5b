import BureauStorage
import Foundation

/// The rows of an installation, read as a person would with a database shell. Asked while no server runs, or when a
/// run has ended: an open reader would spare a restarted server the recovery of its log.
package struct Records: Sendable {
    package struct Run: Sendable, Hashable {
        package let id: String, agent: String, state: String
        package let cause: String?, sentence: String?, session: String?, task: String?
        package let leaseOwner: String?
        package let spentMicroUSD: Int64, losses: Int64, eventsCount: Int64
    }
    package struct Signal: Sendable, Hashable {
        package let id: String, verdict: String, reason: String
        package let run: String?
    }
    package struct Step: Sendable, Hashable {
        package let purpose: String, channel: String, kind: String, subject: String, state: String
        package let error: String?
        package let attempts: Int64
    }

    package let runs: [Run]
    package let signals: [Signal]
    package let steps: [Step]

    static func read(_ path: String) async throws -> Records {
        try await Installation.database(at: path) { try await read($0) }
    }

    private static func read(_ database: SQLiteDatabase) async throws -> Records {
        let runs = try await database.query("SELECT * FROM run ORDER BY id").map { row in
            Run(
                id: try row.text("id"), agent: try row.text("agent"), state: try row.text("state"),
                cause: try row.textIfAny("cause"), sentence: try row.textIfAny("cause_sentence"),
                session: try row.textIfAny("session_id"), task: try row.textIfAny("task_id"),
                leaseOwner: try row.textIfAny("lease_owner"),
                spentMicroUSD: try row.integer("spent_micro_usd"), losses: try row.integer("losses"),
                eventsCount: try row.integer("events_count"))
        }
        let signals = try await database.query("SELECT * FROM signal ORDER BY id").map { row in
            Signal(
                id: try row.text("id"), verdict: try row.text("verdict"), reason: try row.text("reason"),
                run: try row.textIfAny("run_id"))
        }
        let steps = try await database.query("SELECT * FROM step ORDER BY id").map { row in
            Step(
                purpose: try row.text("purpose"), channel: try row.text("channel"), kind: try row.text("kind"),
                subject: try row.text("subject"), state: try row.text("state"), error: try row.textIfAny("error"),
                attempts: try row.integer("attempts"))
        }
        return Records(runs: runs, signals: signals, steps: steps)
    }
}

extension Installation {
    package func records() async throws -> Records {
        try await Records.read(data.appending(path: "bureau.db").path)
    }

    /// How many runs are in a state, as the server's own metrics tell.
    package func runs(in states: Set<String>, at server: RunningServer) async -> Int {
        guard let answer = try? await Web.send("GET", server.url + "/metrics") else { return 0 }
        return answer.text.split(separator: "\n").reduce(0) { sum, line in
            guard let state = states.first(where: { line.hasPrefix("bureau_runs{state=\"\($0)\"}") }) else {
                return sum
            }
            return sum + (Int(line.dropFirst("bureau_runs{state=\"\(state)\"} ".count)) ?? 0)
        }
    }

    /// Waits until so many runs have come to rest: ended, or waiting for a person.
    package func waitForRest(
        of count: Int = 1, at server: RunningServer, within deadline: Duration = .seconds(300)
    ) async throws {
        try await eventually("\(count) run(s) come to rest", within: deadline) {
            guard server.process.isRunning else { throw NeverHappened("the run's end: bureau is gone") }
            return await runs(in: RunStates.restful, at: server) >= count ? true : nil
        }
        // People see the end a moment after it is written down.
        try await eventually("every run's message in Slack shows its end", within: deadline) {
            let underWay = ["Queued", "Starting", "Running", "Collecting files", "Delivering", "Stopping"]
            let stale = await look().messages(in: "C0RESULTS").filter { message in
                !message.isReply && underWay.contains { message.text.hasSuffix(": \($0)") }
            }
            return stale.isEmpty ? true : nil
        }
        await waitUntilWrittenDown()
    }

    /// What people see is written down a moment later. Some tests leave what cannot be told to anybody: those go on.
    private func waitUntilWrittenDown() async {
        let moving: Set = ["pending", "intended"]
        _ = try? await eventually("what was told is written down", within: .seconds(30)) { () async throws -> Bool? in
            // A read that fails beside the server is no reason to look no more.
            guard let steps = try? await records().steps else { return nil }
            return steps.contains { moving.contains($0.state) } ? nil : true
        }
    }
}

package enum RunStates {
    package static let final: Set = ["done", "done_with_problems", "stopped", "failed", "ignored"]
    package static let restful = final.union(["needs_info", "waiting_approval", "in_review"])
}
