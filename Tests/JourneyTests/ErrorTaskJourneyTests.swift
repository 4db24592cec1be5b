import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Work that fails, and the task about it where the agency keeps its errors: the real binary beside both boards.
@Suite("A failure is one task until it is mended")
struct ErrorTaskJourneyTests {
    @Test(
        "A failed run makes a task about it, another failure is told there, a good run completes it",
        arguments: ReviewJourneyTests.Board.allCases)
    func wholeWay(board: ReviewJourneyTests.Board) async throws {
        try await Installation.open(board.complaining) { installation in
            try await installation.steer(["name": "fails", "times": 2])
            let first = try await installation.firstRun(on: board)
            let error = try await installation.errors(1, on: board)[0]
            let evidence = [
                first.sentence ?? "no cause", "The task it was for: http", board.task, board.madeFor, "Run \(first.id)",
            ]
            for words in evidence { #expect(error.notes.contains(words), "\(words): \(error.notes)") }
            try await installation.shows("failed", on: board)

            let second = try await installation.again(first.id, as: "failed", number: 2)
            try await eventually("the second failure is told on the task of the first") {
                let now = try await installation.errors(1, on: board)[0]
                return now.comments.contains { $0.contains("Run \(second.id)") } ? true : nil
            }
            let third = try await installation.again(second.id, as: "done", number: 3)
            let fixed = try await eventually("the error is told to be fixed") {
                let now = try await installation.errors(1, on: board)[0]
                return now.comments.contains { $0.contains("Fixed: run \(third.id)") } ? now : nil
            }
            #expect(fixed.isDone && fixed.comments.count == 2, "\(fixed)")
            try await installation.shows("done", on: board)

            try await installation.steer(["name": "fails", "times": 1])
            let fourth = try await installation.again(third.id, as: "failed", number: 4)
            let both = try await installation.errors(2, on: board)
            #expect(both[0] == fixed, "what was mended stays as it was")
            #expect(!both[1].isDone && both[1].notes.contains("Run \(fourth.id)"), "\(both[1])")
        }
    }
}

extension ReviewJourneyTests.Board {
    /// An agent whose failures are tasks, and whose board shows how its runs end.
    fileprivate var complaining: Installation.Options {
        switch self {
        case .clickUp:
            var options = Installation.Options()
            let board = mapping(errors: #"{"container": "901100000001", "place": "blocked"}"#)
            let agent = SampleAgents.sentinel(replacing: "\"alerts\": {", with: "\(board), \"alerts\": {")
            options.agents = [("sentinel", agent)]
            return options
        case .asana:
            var options = AsanaJourneyTests.options
            let board = mapping(errors: "{\"container\": \"\(AsanaJourneyTests.project)\", \"place\": \"Errors\"}")
            options.agents = [
                (
                    "jessie",
                    """
                    {
                      "agent_name": "jessie", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
                      "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID",
                        "beta_headers": ["managed-agents-2026-04-01"]},
                      "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title"]}},
                      "triggers": {"asana": {"enabled": true, "projects": ["\(AsanaJourneyTests.project)"],
                        "assignee": "\(AsanaJourneyTests.jessie)", "sections": ["Intake"]}},
                      "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
                      "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
                      "outputs": {"expected": [], "wait_seconds": 3},
                      "delivery": {"asana": {"enabled": true}},
                      \(board),
                      "alerts": {"on_failure_channel": "#seo-automation-alerts"}
                    }
                    """
                )
            ]
            return options
        }
    }

    private func mapping(errors: String) -> String {
        func fields(_ state: String) -> String {
            "\"fields\": [{\"name\": \"\(field)\", \"value\": \"\(value(in: state))\"}]"
        }
        return """
            "board": {"states": {"failed": {"place": "\(blocked)", \(fields("failed"))}, "done": {\(fields("done"))}},
              "errors": \(errors)}
            """
    }

    private var field: String { self == .clickUp ? "Subscription" : "Client visible" }
    private var blocked: String { self == .clickUp ? "blocked" : "Blocked" }
    fileprivate var errorPlace: String { self == .clickUp ? "blocked" : "Errors" }

    /// What the field says once a run has ended so.
    private func value(in state: String) -> String {
        switch self {
        case .clickUp: state == "failed" ? "Ads" : "SEO"
        case .asana: state == "failed" ? "No" : "Yes"
        }
    }

    /// The line of the error's notes that tells whose work it was.
    fileprivate var madeFor: String {
        switch self {
        case .clickUp: "Agent sentinel, version 1.0.0, for Shamrock Detailing (demo)."
        case .asana: "Agent jessie, version 1.0.0, for no client."
        }
    }

    fileprivate func isShown(_ state: String, by card: BoardCard) -> Bool {
        card.fields[field] == value(in: state) && (state != "failed" || card.place == blocked)
    }
}

extension Installation {
    /// The tasks about errors, oldest first, once all of them stand where errors go.
    fileprivate func errors(_ count: Int, on board: ReviewJourneyTests.Board) async throws -> [BoardCard] {
        try await eventually("\(count) task(s) about errors") {
            let found = await cards(on: board).filter { $0.name.contains("failed: ") }
            guard found.count <= count else { throw NeverHappened("\(count) task(s) about errors: \(found)") }
            let isThere = found.allSatisfy { $0.isDone || $0.place == board.errorPlace }
            return found.count == count && isThere ? found : nil
        }
    }

    fileprivate func shows(_ state: String, on board: ReviewJourneyTests.Board) async throws {
        try await eventually("the task shows that its run is \(state)") {
            await cards(on: board).contains { $0.id == board.task && board.isShown(state, by: $0) } ? true : nil
        }
    }

    fileprivate func firstRun(on board: ReviewJourneyTests.Board) async throws -> Records.Run {
        switch board {
        case .clickUp:
            try await startServer()
            try await self.board.move(board.task, to: "ready (automate)")
        case .asana:
            try await self.board.asana("assign", board.task, ["assignee": AsanaJourneyTests.jessie])
            try await startServer()
        }
        return try await ended(1, as: "failed")
    }

    fileprivate func again(_ run: String, as state: String, number: Int) async throws -> Records.Run {
        let answer = try await command("runs", "again", run)
        #expect(answer.status == 0, "\(answer.text)")
        return try await ended(number, as: state)
    }

    private func ended(_ number: Int, as state: String) async throws -> Records.Run {
        let run = try await eventually("run \(number) ends") { () -> Records.Run? in
            let runs = try await records().runs
            guard runs.count == number, let last = runs.last, RunStates.final.contains(last.state) else { return nil }
            return last
        }
        #expect(run.state == state, "\(run.sentence ?? "")")
        return run
    }
}
