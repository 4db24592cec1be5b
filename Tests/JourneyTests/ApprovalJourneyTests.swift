import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// A gated call from the agent's question to the answer in the session, through the real binary and its deaths.
@Suite("An agent that asks waits for the right person, and the answer arrives once")
struct ApprovalJourneyTests {
    private static let task = "86demoshm1"

    private static func installation() -> Installation.Options {
        var options = Installation.Options()
        let agent = SampleAgents.sentinel
            .replacingOccurrences(
                of: #""outputs": {"expected": ["sentinel-audit-{client_id}.json", "sentinel-audit-{client_id}.md"]},"#,
                with: #""outputs": {"expected": [], "wait_seconds": 2},"#
            )
            .replacingOccurrences(
                of: "\"alerts\": {",
                with: "\"approvals\": {\"slack\": [\"U0JAKE\"], \"channel\": \"#approvals\"}, \"alerts\": {")
        options.agents = [("sentinel", agent)]
        return options
    }

    @Test("Two questions, a server killed while people think, one stranger, one yes, one no with its reason")
    func decided() async throws {
        try await Installation.open(Self.installation()) { installation in
            try await installation.steer(["name": "requires_action", "asks": 2])
            let first = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            let asked = try await questions(installation, count: 2)
            try await first.process.killNow()

            let server = try await installation.startServer()
            try await installation.press("approve", on: asked[0], by: "U0ANA")
            #expect(try await installation.records().runs.first?.state == "waiting_approval")
            try await installation.press("approve", on: asked[0], by: "U0JAKE")
            try await installation.press("deny", on: asked[1], by: "U0JAKE")
            try await installation.fillIn("Not this week", by: "U0JAKE")

            try await eventually("the run goes on and ends") {
                let state = try await installation.records().runs.first?.state
                return state.map(RunStates.final.contains) == true ? true : nil
            }
            try await checkAnswers(installation)
            try await eventually("the messages show the outcome") {
                let texts = await installation.look().messages(in: "C0APPROVE").map(\.whole)
                let isApproved = texts.contains { $0.contains("Approved by") }
                return isApproved && texts.contains { $0.contains("Not this week") } ? true : nil
            }
            server.process.signal(SIGTERM)
        }
    }

    @Test(
        "A call is changed on the command line: the agent makes it again so, it goes through, and nobody is asked twice"
    )
    func changed() async throws {
        try await Installation.open(Self.installation()) { installation in
            try await installation.steer(["name": "requires_action"])
            let first = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            _ = try await questions(installation, count: 1)
            let list = try await installation.command("approvals", "list", "--json")
            let id = try #require((try JSON(parsing: Data(list.text.utf8)))[0]?["id"]?.string, "\(list.text)")
            let file = installation.folder.appending(path: "changed.json")
            try Data(#"{"location": "Shamrock", "text": "Half price on Monday"}"#.utf8).write(to: file)
            let shown = try await installation.command("approvals", "change", id, "--input-file", file.path)
            #expect(shown.status == 64 && shown.text.contains("+ text: \"Half price on Monday\""), "\(shown.text)")
            try await first.process.killNow()
            // Nobody serves while it is decided: the next server brings it to the session.
            let decided = try await installation.command(
                "approvals", "change", id, "--input-file", file.path, "--reason", "One day only", "--yes")
            #expect(decided.status == 0 && decided.text.contains("Approved with changes by"), "\(decided.text)")
            let server = try await installation.startServer()
            let run = try await eventually("the run goes on and ends") {
                try await installation.records().runs.first { RunStates.final.contains($0.state) }
            }
            try await checkChange(installation)
            try await eventually("the message shows the outcome") {
                let texts = await installation.look().messages(in: "C0APPROVE").map(\.whole)
                return texts.contains { $0.contains("Approved with changes by") } ? true : nil
            }
            let asked = await installation.look().messages(in: "C0APPROVE").filter {
                $0.whole.contains("Approval needed")
            }
            #expect(asked.isEmpty, "nobody is asked again")
            #expect(try await installation.command("runs", "verify", run.id).status == 0)
            server.process.signal(SIGTERM)
        }
    }

    /// A deny that holds the input, the same call with it, and an allow.
    private func checkChange(_ installation: Installation) async throws {
        let session = try #require(await installation.look().sessions.first?.id)
        let events = try await installation.history(of: session)
        let answers = events.filter { $0["type"]?.string == "user.tool_confirmation" }
        #expect(answers.compactMap { $0["result"]?.string } == ["deny", "allow"])
        #expect(answers.first?["deny_message"]?.string?.contains("Half price on Monday") == true)
        let calls = events.filter { $0["type"]?.string == "agent.mcp_tool_use" }
        #expect(calls.count == 2 && calls[1]["input"]?["text"]?.string == "Half price on Monday")
    }

    /// The messages that carry the questions, oldest first.
    private func questions(_ installation: Installation, count: Int) async throws -> [JSON] {
        try await eventually("the questions are posted") {
            let messages = await installation.look().state["slack"]?["messages"]?.array ?? []
            let open = messages.filter { $0["text"]?.string?.hasPrefix("Approval needed") == true }
            return open.count == count ? open : nil
        }
    }

    /// One confirmation for each call: an allow, and a deny with the person's words.
    private func checkAnswers(_ installation: Installation) async throws {
        let session = try #require(await installation.look().sessions.first?.id)
        let answers = try await installation.history(of: session).filter {
            $0["type"]?.string == "user.tool_confirmation"
        }
        #expect(answers.compactMap { $0["result"]?.string }.sorted() == ["allow", "deny"])
        #expect(Set(answers.compactMap { $0["tool_use_id"]?.string }).count == 2)
        #expect(answers.contains { $0["deny_message"]?.string?.contains("Not this week") == true })
    }
}

extension Installation {
    /// Presses a button of a Slack message as this person.
    fileprivate func press(_ action: String, on message: JSON, by user: String) async throws {
        let wish: JSON = [
            "channel": message["channel"] ?? .null, "ts": message["ts"] ?? .null, "action_id": .string(action),
            "user": .string(user),
        ]
        let answer = try await Web.send("POST", sandboxURL + "/_control/slack/click", body: wish.bytes)
        #expect(answer.json["status"]?.int == 200, "\(answer.text)")
    }

    /// Fills in the form that was opened last. The form is opened beside the answer, so it may take a moment.
    fileprivate func fillIn(_ text: String, by user: String) async throws {
        let wish: JSON = ["text": .string(text), "user": .string(user)]
        try await eventually("the form is there") {
            let answer = try await Web.send("POST", sandboxURL + "/_control/slack/submit", body: wish.bytes)
            return answer.json["status"]?.int == 200 ? true : nil
        }
    }
}
