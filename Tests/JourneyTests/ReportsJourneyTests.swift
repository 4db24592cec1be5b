import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// What one run made reaches the next one of the same client, through the real binary, and nobody else.
@Suite("Reports that other work builds on")
struct ReportsJourneyTests {
    typealias Board = ReviewJourneyTests.Board

    private static let shamrock = "shamrock-detailing-columbus"
    private static let clients = [
        shamrock: "Shamrock Detailing (demo)", "bluebird-dental": "Bluebird Dental (demo)",
    ]

    private static func options(_ board: Board) -> Installation.Options {
        guard board == .asana else {
            var options = Installation.Options()
            options.agents = [
                ("sentinel", asking(SampleAgents.sentinel, of: #""sentinel""#)),
                ("catalyst", asking(SampleAgents.catalyst, of: #""sentinel""#)),
            ]
            return options
        }
        var options = AsanaJourneyTests.options
        let agent = naming(AsanaJourneyTests.agent)
            .replacingOccurrences(of: #""review": {"enabled": true},"#, with: "")
        options.agents = [("jessie", asking(agent, of: #""jessie""#))]
        return options
    }

    /// The same agent, which is told of earlier work after its payload and may read parts of it.
    private static func asking(_ agent: String, of kinds: String, inRevisions: Bool = false) -> String {
        let wish = #""kinds": [\#(kinds)], "section_reads": 5, "in_revisions": \#(inRevisions)"#
        return
            agent
            .replacingOccurrences(of: "{payload_json}\"", with: "{payload_json}\\n\\nEARLIER WORK:\\n{capsules}\"")
            .replacingOccurrences(
                of: "\"alerts\": {", with: "\"context\": {\"capsules\": {\(wish)}}, \"alerts\": {")
    }

    /// The same agent of the Asana board, which reads the client from a field and tells its session of it.
    private static func naming(_ agent: String) -> String {
        agent.replacingOccurrences(of: #"["task_title", "website_url"]"#, with: #"["task_title"]"#)
            .replacingOccurrences(
                of: #""required_fields": ["task_title"]"#,
                with: #""required_fields": ["task_title"], "optional_fields": ["client_id", "client_name"]"#
            )
            .replacingOccurrences(
                of: #""sections": ["Intake"]"#, with: #""sections": ["Intake"], "client_field": "Client""#)
    }

    private static func reports(_ installation: Installation, _ arguments: String...) async throws -> JSON {
        let process = try installation.start(["reports"] + arguments + ["--json", "--data", installation.data.path])
        let end = try await process.waitForEnd()
        #expect(end.status == 0, "\(process.text)")
        return try JSON(parsing: Data(process.text.utf8))
    }

    /// What the sessions were told to begin with, the newest last.
    private static func kickoffs(_ installation: Installation) async throws -> [String] {
        var texts: [String] = []
        for session in await installation.look().sessions {
            texts.append(try await told(session.id, installation).first ?? "")
        }
        return texts
    }

    /// The messages of one session.
    private static func told(_ session: String, _ installation: Installation) async throws -> [String] {
        try await installation.history(of: session).filter { $0["type"]?.string == "user.message" }
            .map { ($0["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined() }
    }

    private static func access(_ run: String, _ installation: Installation) async throws -> [JSON] {
        let shown = try await installation.command("runs", "show", run, "--json")
        return try JSON(parsing: Data(shown.text.utf8))["data_access"]?.array ?? []
    }

    /// Two tasks of one client, one of another client, and one more of the first.
    private enum Work { case first, second, other, again }

    private static func give(_ work: Work, _ board: Board, _ installation: Installation) async throws {
        let visitor = installation.board
        func assign(_ task: String) async throws {
            try await visitor.asana("assign", task, ["assignee": AsanaJourneyTests.jessie])
        }
        switch (board, work) {
        case (.clickUp, .first): try await visitor.move("86demoshm1", to: "Ready (Automate)")
        case (.clickUp, .second): try await visitor.move("86demoshm2", to: "ready (automate)")
        case (.clickUp, .other): try await visitor.move("86demoblu1", to: "ready (automate)")
        case (.clickUp, .again):
            try await visitor.move("86demoshm2", to: "to do")
            try await visitor.move("86demoshm2", to: "ready (automate)")
        case (.asana, .first): try await assign("1208000000000500")
        case (.asana, .second): try await assign("1208000000000502")
        case (.asana, .other): try await assign("1208000000000501")
        case (.asana, .again):
            let task = try await visitor.asana("create", "", ["name": "One more report (demo)"])
            try await visitor.asana("field", task, ["field": "Client", "value": shamrock])
            try await assign(task)
        }
    }

    private static func start(_ board: Board, _ installation: Installation) async throws -> RunningServer {
        let server = try await installation.startServer()
        if board == .asana { try await installation.hearAsana(AsanaJourneyTests.project, at: server) }
        return server
    }

    /// The first report as the registry shows it. Returns its id.
    private static func registered(_ board: Board, _ installation: Installation) async throws -> String {
        let listed = try await reports(installation, "list")
        let report = try #require(listed.array?.first), id = try #require(report["id"]?.string)
        #expect(report["client"]?.string == shamrock)
        #expect(report["status"]?.string == "accepted" && report["reusable"]?.bool == true, "\(report.text)")
        let page = try await reports(installation, "show", id)
        #expect(page["client"]?.string == shamrock)
        #expect(page["capsule"]?["key_figures"]?.array?.first?["value"]?.string == "71 of 100")
        #expect(page["files"]?.array?.count == 2)
        let places = Set((page["deliveries"]?.array ?? []).compactMap { $0["channel"]?.string })
        #expect(places == (board == .asana ? ["asana"] : ["google_drive", "clickup", "slack", "folder"]))
        return id
    }

    @Test(
        "A run registers its report; the next one is told its capsule and reads a part, another client's is not; dismissed, it is told no more",
        arguments: Board.allCases)
    func capsule(board: Board) async throws {
        try await Installation.open(Self.options(board)) { installation in
            if board == .asana { try await installation.keepClients(Self.clients) }
            let server = try await Self.start(board, installation)
            try await Self.give(.first, board, installation)
            try await installation.waitForRest(of: 1, at: server)
            let id = try await Self.registered(board, installation)

            try await installation.steer(["name": "reads_artifact", "times": 1])
            try await Self.give(.second, board, installation)
            try await installation.waitForRest(of: 2, at: server)
            let second = try #require(try await Self.kickoffs(installation).last)
            #expect(second.contains("<capsule artifact=\"\(id)\"") && second.contains("71 of 100"), "\(second)")
            let run = try #require(try await installation.records().runs.last)
            let access = try await Self.access(run.id, installation)
            try #require(access.map { $0["way"]?.string ?? "" } == ["kickoff", "tool", "tool"], "\(access)")
            #expect(access[1]["part"]?.string?.hasSuffix("overall_score") == true && access[1]["bytes"]?.int == 2)
            #expect(access[2]["refused"]?.string?.contains("no such artifact") == true)

            try await Self.give(.other, board, installation)
            try await installation.waitForRest(of: 3, at: server)
            let other = try #require(try await Self.kickoffs(installation).last)
            #expect(!other.contains("<capsule") && !other.contains(id) && !other.contains("71 of 100"), "\(other)")

            try await Self.dismissAll(id, board, installation)
            try await Self.give(.again, board, installation)
            try await installation.waitForRest(of: 4, at: server)
            let last = try #require(try await Self.kickoffs(installation).last)
            #expect(!last.contains("<capsule") && last.contains("There is no accepted earlier work"), "\(last)")
        }
    }

    private static func dismissAll(_ id: String, _ board: Board, _ installation: Installation) async throws {
        if board == .asana {
            // The second run is the same agent's: its report took the first one's place, which counts again without it.
            let counting = try await reports(installation, "list", "--client", shamrock)
            let newer = try #require(counting.array?.first?["id"]?.string)
            #expect(newer != id && counting.array?.contains { $0["id"]?.string == id } == false)
            _ = try await reports(installation, "dismiss", newer, "--reason", "Wrong location")
            #expect(try await reports(installation, "show", id)["reusable"]?.bool == true)
        }
        let gone = try await reports(installation, "dismiss", id, "--reason", "Wrong location")
        #expect(gone["status"]?.string == "dismissed")
        let judged = try await reports(installation, "list", "--client", shamrock, "--reusable")
        #expect(judged.array?.first { $0["id"]?.string == id }?["not_reusable"]?["code"]?.string == "dismissed")
    }

    @Test(
        "A round is told of what was accepted since its run began, where the agent's file says so",
        arguments: [(Board.clickUp, true), (Board.asana, true), (Board.asana, false)])
    func revision(board: Board, isTold: Bool) async throws {
        var options = board.options("")
        let kinds = board == .asana ? #""jessie", "catalyst""# : #""sentinel", "catalyst""#
        options.agents = options.agents.map { name, agent in
            let own = board == .asana ? Self.naming(agent) : agent
            return (name, Self.asking(own, of: kinds, inRevisions: isTold))
        }
        options.agents.append(("catalyst", SampleAgents.catalyst))
        try await Installation.open(options) { installation in
            try await installation.keepClients(Self.clients)
            _ = try await Self.start(board, installation)
            try await installation.beginReview(board)
            let judged = try #require(try await installation.records().runs.first)
            let began = try await installation.command("run", "catalyst", "--client", Self.shamrock)
            #expect(began.status == 0, "\(began.text)")
            try await eventually("the second agent's run is done") { () -> Bool? in
                let run = try await installation.records().runs.first { $0.agent == "catalyst" }
                guard let run, RunStates.final.contains(run.state) else { return nil }
                guard run.state == "done" else { throw NeverHappened("done: \(run.state), \(run.sentence ?? "")") }
                return true
            }
            let made = try await Self.reports(installation, "list", "--agent", "catalyst")
            let id = try #require(made.array?.first?["id"]?.string)
            #expect(made.array?.first?["status"]?.string == "accepted", "\(made.text)")

            try await installation.comment(board, "Please shorten the summary, it is too long.")
            try await installation.says("revision 2 of this task", on: board)
            let messages = try await Self.told(try #require(judged.session), installation)
            #expect(messages.count == 2 && messages[0].contains("There is no accepted earlier work"), "\(messages)")
            #expect(messages.last?.contains("shorten the summary") == true)
            #expect(messages.last?.contains("<capsule artifact=\"\(id)\"") == isTold, "\(messages)")
            let access = try await Self.access(judged.id, installation)
            #expect(access.map { $0["way"]?.string ?? "" } == (isTold ? ["revision"] : []), "\(access)")
            #expect(access.allSatisfy { $0["artifact"]?.string == id }, "\(access)")
        }
    }
}
