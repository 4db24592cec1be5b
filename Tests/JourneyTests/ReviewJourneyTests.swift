import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Results that people judge on the task: the real binary, its deaths, and the stand-in board where people write.
@Suite("People judge results where they work, and what they write is acted on once")
struct ReviewJourneyTests {
    static let task = "86demoshm1"

    /// Where people work.
    enum Board: String, CaseIterable, Sendable {
        case clickUp, asana

        var task: String { self == .clickUp ? ReviewJourneyTests.task : "1208000000000500" }
        var agentName: String { self == .clickUp ? "SEO Sentinel" : "Jessie" }
        var ana: String { self == .clickUp ? "8002" : AsanaJourneyTests.ana }
        /// Where an accepted task stands.
        var accepted: String { self == .clickUp ? "complete" : "Done" }

        func options(_ review: String) -> Installation.Options {
            guard self == .asana else { return ReviewJourneyTests.options(review) }
            var options = AsanaJourneyTests.options
            let agent = AsanaJourneyTests.agent
                .replacingOccurrences(of: #"["task_title", "website_url"]"#, with: #"["task_title"]"#)
                .replacingOccurrences(
                    of: #""review": {"enabled": true}"#, with: "\"review\": {\"enabled\": true\(review)}"
                )
                .replacingOccurrences(
                    of: #""delivery": {"asana": {"enabled": true}}"#,
                    with: review.contains("publish_on_accept")
                        ? ##""delivery": {"asana": {"enabled": true}, "slack": {"enabled": true, "channel": "#seo-automation", "post_summary": true}, "folder": {"enabled": true, "path": "shamrock-detailing-columbus/audits"}}"##
                        : #""delivery": {"asana": {"enabled": true}}"#)
            options.agents = [("jessie", agent)]
            return options
        }
    }

    static func options(_ review: String, board: String = "", environment: [String: String] = [:])
        -> Installation.Options
    {
        var options = Installation.Options()
        let agent = SampleAgents.sentinel
            .replacingOccurrences(
                of: "\"alerts\": {", with: "\"review\": {\"enabled\": true\(review)}, \(board)\"alerts\": {"
            )
            .replacingOccurrences(
                of: "\"sentinel-audit-{client_id}.md\"]}",
                with: "\"sentinel-audit-{client_id}.md\"], \"wait_seconds\": 3}")
        options.agents = [("sentinel", agent)]
        options.environment = ["REVIEW_LOOK_SECONDS": "1"].merging(environment) { $1 }
        return options
    }

    @Test(
        "A change, a second round in the same session, an acceptance: published once, with everything kept",
        arguments: Board.allCases)
    func revisedAndAccepted(board: Board) async throws {
        let review =
            #", "accept_by": ["\#(board.ana)"], "accepted_status": "\#(board.accepted)", "publish_on_accept": ["slack", "folder"]"#
        try await Installation.open(board.options(review)) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            #expect(await installation.look().results.isEmpty, "nothing is published before somebody accepts")
            try await installation.comment(board, "Please shorten the summary, it is too long.")
            try await installation.says("Round 2 has begun", on: board)
            try await installation.says("revision 2 of this task", on: board)
            try await installation.state("in_review")
            try await installation.comment(board, "Approved, thank you!")
            try await installation.says("can be accepted by one person only", on: board)
            try await installation.comment(board, "Approved, thank you!", byAna: true)
            try await installation.state("done")
            try await installation.says("Accepted by Ana (demo)", on: board)
            try await installation.checkAccepted(board)
            let run = try #require(try await installation.records().runs.first)
            let verified = try await installation.command("runs", "verify", run.id)
            #expect(verified.status == 0, "\(verified.text)")
        }
    }

    @Test(
        "New work is named and asked about; an acceptance waits for its answer, and a yes makes it the next round",
        arguments: Board.allCases)
    func scopeChange(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            try await installation.comment(board, "Can you also run an audit for the other location?")
            try await installation.says("That looks like new work", on: board)
            #expect(try await installation.records().runs.first?.state == "in_review")
            try await installation.comment(board, "OK, approved", byAna: true)
            try await installation.says("while another comment waits for an answer", on: board)
            try await installation.comment(board, "yes, do it")
            try await installation.says("revision 2 of this task", on: board)
            let message = try await installation.messages().last ?? ""
            #expect(message.contains("the other location"), "the session is told what was agreed to: \(message)")
        }
    }

    @Test(
        "A question is answered by the agent where its file allows that, and changes nothing", arguments: Board.allCases
    )
    func discussion(board: Board) async throws {
        try await Installation.open(board.options(", \"answer_discussion\": true")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            try await installation.comment(board, "Why did the score drop since August?")
            try await installation.says("\(board.agentName) answers", on: board)
            try await installation.state("in_review")
            let session = try await installation.messages()
            #expect(session.count == 2 && session[1].contains("Why did the score drop"))
            let lines = try await installation.run(["reports", "list", "--json"]).text
            #expect(!lines.contains("changes_asked"), "an answer asks for no change: \(lines)")
        }
    }

    @Test("A question is only noted where the agent may not answer", arguments: Board.allCases)
    func notedDiscussion(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            let comments = await installation.task(board).comments.count
            try await installation.comment(board, "Why did the score drop since August?")
            try await installation.outcome("noted")
            #expect(await installation.task(board).comments.count == comments + 1)
            #expect(try await installation.records().runs.first?.state == "in_review")
        }
    }

    @Test("What is missing is asked for, the answer on the task is read, and the pick-up is confirmed")
    func clarified() async throws {
        let options = Self.options("", board: "\"board\": {\"confirm\": true}, ")
        try await Installation.open(options) { installation in
            try await installation.startServer()
            try await installation.board.move("86demoblu2", to: "ready (automate)")
            try await installation.says("needs information", on: "86demoblu2")
            try await installation.state("needs_info")
            try await installation.board.comment("86demoblu2", "Thanks, asking the client.")
            try await installation.board.fillIn("86demoblu2", field: "gbp_url", "https://maps.example/bluebird-2")
            try await installation.board.comment(
                "86demoblu2",
                "business_address: 1 Main Street, Springfield\nService area cities: Springfield\nseed_keywords = dentist\ncompetitors: Lakeside Smiles"
            )
            try await installation.says("has taken this on", on: "86demoblu2")
            try await installation.state("in_review")
            let told = try await installation.messages().first ?? ""
            #expect(told.contains("1 Main Street, Springfield") && told.contains("https://maps.example/bluebird-2"))
        }
    }

    @Test(
        "A comment while a round is worked is read when the round is there; an early acceptance is asked again",
        arguments: Board.allCases)
    func whileRevising(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            let session = try #require(await installation.look().sessions.first)
            try await installation.steer(["session_id": .string(session.id), "hold_at": .int(session.events + 2)])
            try await installation.comment(board, "Please fix the typo in the title.")
            try await installation.state("running")
            try await installation.comment(board, "Looks good, approved.", byAna: true)
            try await installation.comment(board, "Please add the phone number too.")
            try await installation.steer(["session_id": .string(session.id), "hold_at": .null])
            try await installation.says("revision 3 of this task", on: board)
            let messages = try await installation.messages()
            #expect(messages.count == 3 && messages[2].contains("phone number") && !messages[2].contains("approved"))
            #expect(try await installation.records().runs.first?.state != "done")
        }
    }

    @Test(
        "A comment that is taken back asks for nothing; one that was acted on is told when it changes",
        arguments: Board.allCases)
    func deletedAndEdited(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            let unclear = try await installation.comment(board, "Hmm. Blue elephants, mostly.")
            try await installation.says("What should follow from this?", on: board)
            try await installation.delete(board, unclear)
            try await installation.outcome("withdrawn")
            let change = try await installation.comment(board, "Please shorten the summary.")
            try await installation.says("revision 2 of this task", on: board)
            try await installation.edit(board, change, to: "Please shorten the summary to one line.")
            try await installation.says("changed a comment after it was acted on", on: board)
            try await installation.state("in_review")
            try await installation.delete(board, change)
            #expect(try await installation.messages().count == 2)
        }
    }

    @Test("Somebody may dismiss the results, and the task says so", arguments: Board.allCases)
    func dismissed(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            let run = try #require(try await installation.records().runs.first?.id)
            #expect(try await installation.run(["runs", "dismiss", run, "--reason", "Wrong client"]).status == 0)
            try await installation.says("Wrong client", on: board)
            try await installation.state("stopped")
        }
    }

    @Test("A server that dies in the middle of a round begins it once", arguments: Board.allCases)
    func killed(board: Board) async throws {
        try await Installation.open(board.options("")) { installation in
            let first = try await installation.startServer()
            try await installation.beginReview(board)
            let session = try #require(await installation.look().sessions.first)
            try await installation.steer(["session_id": .string(session.id), "hold_at": .int(session.events + 2)])
            try await installation.comment(board, "Please shorten the summary.")
            try await installation.state("running")
            try await first.process.killNow()
            try await installation.steer(["session_id": .string(session.id), "hold_at": .null])
            try await installation.startServer()
            try await installation.says("revision 2 of this task", on: board)
            try await installation.state("in_review")
            try await installation.says("Round 2 has begun", on: board)
            #expect(try await installation.messages().count == 2)
            let task = await installation.task(board)
            #expect(task.comments.count { $0.contains("Round 2 has begun") } == 1)
            #expect(task.comments.count { $0.contains("revision 2 of this task") } == 1)
            #expect(task.attachments.count == 4)
        }
    }

    @Test(
        "People without the task decide on the command line, and everything is exported as examples",
        arguments: Board.allCases)
    func byCommand(board: Board) async throws {
        try await Installation.open(board.options(", \"publish_on_accept\": [\"slack\"]")) { installation in
            try await installation.startServer()
            try await installation.beginReview(board)
            let run = try #require(try await installation.records().runs.first?.id)
            let revise = try await installation.run(["runs", "revise", run, "Use British spelling."])
            #expect(revise.status == 0, "\(revise.text)")
            try await installation.says("revision 2 of this task", on: board)
            try await installation.state("in_review")
            try await installation.says("Round 2 has begun", on: board)
            let task = await installation.task(board)
            let told = task.comments.filter { $0.contains("Round 2 has begun") }
            #expect(told.count == 1 && told[0].contains("Use British spelling."), "whoever reads the task knows")
            #expect(try await installation.run(["runs", "accept", String(run.prefix(12))]).status == 0)
            try await installation.state("done")
            let late = try await installation.run(["runs", "dismiss", run])
            #expect(late.status != 0 && late.text.contains("cannot be dismissed"))
            let lines = try await installation.run(["feedback", "export"]).text.split(separator: "\n")
            let examples = lines.compactMap { try? JSON(parsing: Data($0.utf8)) }
            #expect(examples.compactMap { $0["class"]?.string } == ["revision_request", "acceptance"])
            #expect(examples.first?["classifier"]?.string == "person" && examples.first?["seen_round"]?.int == 1)
            #expect(examples.compactMap { $0["artifact_version"]?.int } == [1, 2], "each speaks of what was there")
            #expect(Set(examples.compactMap { $0["artifact"]?.string }).count == 2)
        }
    }
}

extension Installation {
    /// The task as people see it on its board.
    func task(_ place: ReviewJourneyTests.Board) async -> (
        status: String, comments: [String], attachments: [String]
    ) {
        let sight = await look()
        guard place == .asana else {
            let task = sight.task(place.task)
            return (task?.status ?? "", task?.comments ?? [], task?.attachments ?? [])
        }
        let task = sight.state["asana"]?["tasks"]?.array?.first { $0["gid"]?.string == place.task }
        return (
            task?["section"]?.string ?? "", (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string },
            (task?["attachments"]?.array ?? []).compactMap { $0["name"]?.string }
        )
    }

    /// One run, delivered and waiting to be judged.
    func beginReview(_ place: ReviewJourneyTests.Board) async throws {
        switch place {
        case .clickUp: try await board.move(place.task, to: "ready (automate)")
        case .asana: try await board.asana("assign", place.task, ["assignee": AsanaJourneyTests.jessie])
        }
        try await state("in_review")
        try await says("Reply here to say what should change", on: place)
    }

    @discardableResult
    func comment(_ place: ReviewJourneyTests.Board, _ text: String, byAna: Bool = false) async throws
        -> String
    {
        switch place {
        case .clickUp: try await board.comment(place.task, text, by: byAna ? 8002 : 8001)
        case .asana:
            try await board.asana(
                "comment", place.task, ["text": text].merging(byAna ? ["user": AsanaJourneyTests.ana] : [:]) { $1 })
        }
    }

    fileprivate func edit(_ place: ReviewJourneyTests.Board, _ comment: String, to text: String) async throws {
        switch place {
        case .clickUp: try await board.edit(place.task, comment: comment, to: text)
        case .asana: try await board.asana("edit", place.task, ["story": comment, "text": text])
        }
    }

    fileprivate func delete(_ place: ReviewJourneyTests.Board, _ comment: String) async throws {
        switch place {
        case .clickUp: try await board.delete(place.task, comment: comment)
        case .asana: try await board.asana("delete_comment", place.task, ["story": comment])
        }
    }

    func says(_ words: String, on place: ReviewJourneyTests.Board) async throws {
        try await eventually("the task says \"\(words)\"") {
            await task(place).comments.contains { $0.contains(words) } ? true : nil
        }
    }

    fileprivate func state(_ wanted: String) async throws {
        try await eventually("the run is \(wanted)") {
            let run = try await records().runs.last
            if let run, RunStates.final.contains(run.state), run.state != wanted {
                throw NeverHappened("the run ended \(run.state): \(run.sentence ?? "")")
            }
            return run?.state == wanted ? true : nil
        }
    }

    fileprivate func says(_ words: String, on task: String) async throws {
        try await eventually("the task says \"\(words)\"") {
            await look().task(task)?.comments.contains { $0.contains(words) } == true ? true : nil
        }
    }

    fileprivate func outcome(_ wanted: String) async throws {
        try await eventually("a comment is \(wanted)") {
            let lines = try await run(["feedback", "export"]).text.split(separator: "\n")
            return lines.contains { $0.contains("\"outcome\":\"\(wanted)\"") } ? true : nil
        }
    }

    /// What the one session was told.
    fileprivate func messages() async throws -> [String] {
        let sessions = await look().sessions
        #expect(sessions.count == 1, "one session for all rounds")
        return try await history(of: sessions.first?.id ?? "").filter { $0["type"]?.string == "user.message" }
            .map { ($0["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined() }
    }

    /// Runs a command to its end.
    fileprivate func run(_ arguments: [String]) async throws -> (status: Int32, text: String) {
        let process = try start(arguments + ["--data", data.path])
        return (try await process.waitForEnd().status, process.text)
    }

    fileprivate func checkAccepted(_ place: ReviewJourneyTests.Board) async throws {
        try await eventually("every step is done") {
            let open = try await records().steps.filter { $0.state != "done" }
            guard open.allSatisfy({ ["pending", "intended"].contains($0.state) }) else {
                throw NeverHappened("every step done: \(open)")
            }
            return open.isEmpty ? true : nil
        }
        let sight = await look(), task = await task(place)
        #expect(task.status == place.accepted)
        let first = task.attachments.filter { !$0.contains("-r2.") }
        #expect(first.count == Proof.files.count, "\(task.attachments)")
        #expect(Set(task.attachments) == Set(first.flatMap { [$0.replacing(".", with: "-r2."), $0] }))
        #expect(place == .asana || Set(first) == Set(Proof.files))
        for words in ["Round 2 has begun", "revision 2 of this task", "Accepted by Ana (demo)"] {
            #expect(task.comments.count { $0.contains(words) } == 1, "\(words): \(task.comments)")
        }
        #expect(sight.results.count == 1, "published once")
        let told = try await messages()
        #expect(told.count == 2 && told[1].contains("shorten the summary") && told[1].contains("round 2"))
        let folder = deliveries.appending(path: "shamrock-detailing-columbus/audits")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        #expect(names.count == 2 && names.allSatisfy { $0.contains("-r2.") }, "\(names)")
    }
}
