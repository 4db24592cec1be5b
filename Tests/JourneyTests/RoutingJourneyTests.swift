import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Tasks that come to one agent and mean another, which works elsewhere: the real binary beside both boards.
@Suite("A task goes to the agent it asks for, and everything about it stays on the task")
struct RoutingJourneyTests {
    typealias Board = ReviewJourneyTests.Board

    @Test(
        "Given on by its field: both runs tell of each other, and the one that took it is reviewed there",
        arguments: ReviewJourneyTests.Board.allCases)
    func byField(board: Board) async throws {
        try await Installation.open(board.routing) { installation in
            try await installation.say("Content brief", on: board)
            _ = try await installation.bring(board)
            let (asked, taker) = try await installation.routed(on: board, as: "in_review")
            try await installation.says("Reply here to say what should change", on: board)
            #expect(asked.state == "ignored" && asked.task == board.task && taker.task == board.task)
            #expect(asked.sentence?.contains("Catalyst took it, see run \(taker.id)") == true, "\(asked)")
            let tool = board == .asana ? "asana" : "clickup"
            let onTool = try await installation.number("SELECT count(*) AS n FROM run WHERE task_tool = '\(tool)'")
            #expect(onTool == 2)
            #expect(try await installation.card(on: board).attachments.count == 2, "its files are on the task")
            for (one, other) in [(asked, taker), (taker, asked)] {
                let page = try await installation.command("runs", "show", one.id)
                #expect(page.status == 0 && page.text.contains(other.id), "\(page.text)")
            }
            try await installation.comment(board, "Please shorten the summary.")
            try await installation.says("revision 2 of this task", on: board)
            _ = try await installation.routed(on: board, as: "in_review")
            try await installation.comment(board, "Approved, thank you!")
            _ = try await installation.routed(on: board, as: "done")
            try await installation.isGivenOnce(on: board)
        }
    }

    @Test(
        "One that asks for work nobody does is asked about, and goes to whom the answer names",
        arguments: ReviewJourneyTests.Board.allCases)
    func byAnswer(board: Board) async throws {
        try await Installation.open(board.routing) { installation in
            try await installation.say("Ads report", on: board)
            _ = try await installation.bring(board)
            try await installation.says("which no agent here does", on: board)
            let question = try await installation.card(on: board).comments.first { $0.contains("no agent here does") }
            for choice in ["SEO report (\(board.askedName))", "Content brief (Catalyst)"] {
                #expect(question?.contains(choice) == true, "\(question ?? "")")
            }
            #expect(try await installation.records().runs.map(\.state) == ["needs_info"])
            #expect(await installation.look().sessions.isEmpty)
            try await installation.comment(board, "\(board.skillField): Content brief")
            let (asked, _) = try await installation.routed(on: board, as: "in_review")
            #expect(asked.state == "ignored")
            try await installation.isGivenOnce(on: board)
        }
    }

    struct Death: Sendable, CustomStringConvertible {
        let board: Board, operation: String
        var skip = 0
        var description: String { "\(board), \(operation)" }
    }
    /// The other agent's first look at the task, and its word that it has taken it.
    private static let deaths = [
        Death(board: .clickUp, operation: "task.get", skip: 1), Death(board: .clickUp, operation: "comment.create"),
        Death(board: .asana, operation: "comment.create"),
    ]

    @Test("A server that dies when the task was given on gives it on once", arguments: deaths)
    func killed(_ death: Death) async throws {
        let board = death.board
        try await Installation.open(board.routing) { installation in
            try await installation.say("Content brief", on: board)
            let server = try await installation.bring(board) { pid in
                FaultRule(
                    vendor: board == .asana ? "asana" : "clickup", operation: death.operation, about: board.task,
                    skip: death.skip, .killAfter, pid: pid)
            }
            try await server.process.waitForEnd()
            try await installation.startServer()
            _ = try await installation.routed(on: board, as: "in_review")
            try await installation.says("Reply here to say what should change", on: board)
            try await installation.isGivenOnce(on: board)
        }
    }
}

extension ReviewJourneyTests.Board {
    fileprivate var askedAgent: String { self == .clickUp ? "sentinel" : "jessie" }
    fileprivate var askedName: String { self == .clickUp ? "Sentinel" : "Jessie" }
    fileprivate var skillField: String { self == .clickUp ? "business_usps" : "Skill" }

    /// The agent that tasks come to, and one of another list or project that may be given them.
    fileprivate var routing: Installation.Options {
        var options = self == .asana ? AsanaJourneyTests.options : Installation.Options()
        options.environment["REVIEW_LOOK_SECONDS"] = "1"
        let own = self == .clickUp ? "901100000001" : AsanaJourneyTests.project
        let other = self == .clickUp ? "901100000002" : "1208000000000200"
        options.agents = [
            (askedAgent, agent(askedAgent, askedName, in: own, for: "SEO report", #", "route_to": ["catalyst"]"#)),
            ("catalyst", agent("catalyst", "Catalyst", in: other, for: "Content brief", "")),
        ]
        return options
    }

    private func agent(
        _ name: String, _ display: String, in container: String, for skill: String, _ routes: String
    ) -> String {
        let asked = """
            "skill": {"field": "\(skillField)", "names": ["\(skill)"], "phrases": ["\(skill.lowercased())"]\(routes)}
            """
        let source =
            self == .clickUp
            ? #"{"type": "clickup_task", "clickup": {"required_fields": ["client_id", "client_name"]}}"#
            : #"{"type": "asana_task", "asana": {"required_fields": ["task_title"]}}"#
        let trigger =
            self == .clickUp
            ? """
            "clickup_webhook": {"enabled": true, "list_id": "\(container)", "trigger_status": "Ready (Automate)",
              \(asked)}
            """
            : """
            "asana": {"enabled": true, "projects": ["\(container)"], "assignee": "\(AsanaJourneyTests.jessie)",
              "sections": ["Intake"], \(asked)}
            """
        let delivery =
            self == .clickUp
            ? #"{"clickup": {"enabled": true, "update_task_status": "Review", "post_comment": true, "attach_output_files": true}}"#
            : #"{"asana": {"enabled": true}}"#
        return """
            {
              "agent_name": "\(name)", "display_name": "\(display)", "description": "Reports", "version": "1.0.0",
              "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID",
                "beta_headers": ["managed-agents-2026-04-01"]},
              "payload_source": \(source),
              "triggers": {\(trigger)},
              "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
              "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
              "outputs": {"expected": [], "wait_seconds": 3},
              "delivery": \(delivery),
              "review": {"enabled": true},
              "board": {"confirm": true},
              "alerts": {"on_failure_channel": "#seo-automation-alerts"}
            }
            """
    }
}

extension Installation {
    fileprivate func card(on board: ReviewJourneyTests.Board) async throws -> BoardCard {
        try #require(await cards(on: board).first { $0.id == board.task })
    }

    /// Fills in the field that tells who is meant.
    fileprivate func say(_ words: String, on board: ReviewJourneyTests.Board) async throws {
        switch board {
        case .clickUp: try await self.board.fillIn(board.task, field: board.skillField, .string(words))
        case .asana:
            try await self.board.asana("field", board.task, ["field": board.skillField, "value": words])
        }
    }

    /// The task comes to the agent that is asked, at a server that a fault may be aimed at.
    fileprivate func bring(
        _ board: ReviewJourneyTests.Board, fault: (Int32) -> FaultRule? = { _ in nil }
    ) async throws -> RunningServer {
        func give() async throws {
            switch board {
            case .clickUp: try await self.board.move(board.task, to: "ready (automate)")
            case .asana:
                try await self.board.asana("assign", board.task, ["assignee": AsanaJourneyTests.jessie])
            }
        }
        // What stands in Asana when the server begins is found at once, and later by the sweep.
        let isEarly = board == .asana && fault(0) == nil
        if isEarly { try await give() }
        let server = try await startServer()
        if let rule = fault(server.process.pid) { try sandbox.faults.add(rule) }
        if !isEarly { try await give() }
        return server
    }

    /// The run of the agent that was asked, and the one that took the task once it is in this state.
    fileprivate func routed(
        on board: ReviewJourneyTests.Board, as state: String
    ) async throws -> (asked: Records.Run, taker: Records.Run) {
        try await eventually("the other agent's run is \(state)") {
            () -> (asked: Records.Run, taker: Records.Run)? in
            let runs = try await records().runs
            guard let taker = runs.first(where: { $0.agent == "catalyst" }) else { return nil }
            if RunStates.final.contains(taker.state), taker.state != state {
                throw NeverHappened("the run ended \(taker.state): \(taker.sentence ?? "")")
            }
            guard taker.state == state, let asked = runs.first(where: { $0.agent == board.askedAgent }) else {
                return nil
            }
            return (asked, taker)
        }
    }

    /// One run each, one session, and one word about who was asked and who does it.
    fileprivate func isGivenOnce(on board: ReviewJourneyTests.Board) async throws {
        #expect(try await records().runs.map(\.agent).sorted() == ["catalyst", board.askedAgent])
        #expect(await look().sessions.count == 1)
        let comments = try await card(on: board).comments, words = "\(board.askedName) was asked."
        #expect(comments.count { $0.contains(words) && $0.contains("so Catalyst does it.") } == 1, "\(comments)")
    }
}
