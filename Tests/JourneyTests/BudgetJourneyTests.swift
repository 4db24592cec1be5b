import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// A session that reaches its limit, through the real binary, its death and two answers.
@Suite("A session at its limit waits for people, and the same session goes on")
struct BudgetJourneyTests {
    private static let task = "86demoshm1"

    private static func installation() -> Installation.Options {
        var options = Installation.Options()
        let agent = SampleAgents.sentinel
            .replacingOccurrences(of: #""max_session_cost_usd": 5.00"#, with: #""max_session_cost_usd": 1.00"#)
            .replacingOccurrences(of: #", "alert_if_cost_exceeds_usd": 3.00"#, with: "")
            .replacingOccurrences(
                of: "\"alerts\": {",
                with:
                    "\"budgets\": {\"run\": {\"on_exhausted\": \"pause_and_ask\"}}, \"approvals\": {\"slack\": [\"U0JAKE\"], \"channel\": \"#approvals\"}, \"alerts\": {"
            )
        options.agents = [("sentinel", agent)]
        return options
    }

    @Test("It pauses at its limit, survives a kill, goes on when raised by its approver alone, and is stopped by a no")
    func raised() async throws {
        try await Installation.open(Self.installation()) { installation in
            try await installation.steer(["name": "runaway"])
            let first = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            let asked = try await question(installation, 0)
            #expect(asked["text"]?.string?.contains("at most $1.00") == true, "\(asked)")
            let before = try #require(try await installation.records().runs.first)
            #expect(before.state == "waiting_approval")
            #expect(before.cause == "budget_exhausted")
            #expect(before.spentMicroUSD >= 1_000_000 && before.spentMicroUSD < 1_250_000, "\(before.spentMicroUSD)")
            try await first.process.killNow()

            let server = try await installation.startServer()
            try await installation.click("approve", on: asked, by: "U0ANA")
            try await installation.click("approve", on: asked, by: "U0JAKE")
            try await installation.click("approve", on: asked, by: "U0JAKE")
            let again = try await question(installation, 1)
            let session = try #require(try await installation.records().runs.first)
            #expect(session.session == before.session)
            #expect(session.spentMicroUSD >= 2_000_000 && session.spentMicroUSD < 2_500_000, "\(session.spentMicroUSD)")
            #expect(await installation.look().sessions.count == 1)
            #expect(try await installation.records().steps.filter { $0.kind == "native_budget" }.count == 1)

            try await installation.click("deny", on: again, by: "U0JAKE")
            try await installation.answer("Enough for today", by: "U0JAKE")
            try await eventually("the run ends") {
                let run = try await installation.records().runs.first
                return run?.state == "stopped" && run?.sentence?.contains("Enough for today") == true ? true : nil
            }
            #expect(server.process.isRunning)
            server.process.signal(SIGTERM)
        }
    }

    @Test("A ledger that refuses a figure stops the session, and the run is never taken for finished")
    func refusingLedger() async throws {
        var options = Installation.Options()
        options.agents = [("sentinel", SampleAgents.sentinel)]
        try await Installation.open(options) { installation in
            try await installation.steer(["name": "runaway", "events_per_second": 3])
            let server = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await eventually("it spends") {
                try await installation.records().runs.first?.spentMicroUSD ?? 0 > 0 ? true : nil
            }
            try await installation.sql(
                "CREATE TRIGGER broken BEFORE INSERT ON spend_entry BEGIN SELECT RAISE(ABORT, 'the ledger is broken'); END"
            )
            let session = try #require(try await installation.records().runs.first?.session)
            try await eventually("the session is interrupted") {
                let types = try await installation.history(of: session).compactMap { $0["type"]?.string }
                return types.contains("user.interrupt") && types.last == "session.status_idle" ? true : nil
            }
            #expect(try await installation.records().runs.first?.state == "running")
            try await installation.sql("DROP TRIGGER broken")
            try await eventually("the run ends stopped") {
                let run = try await installation.records().runs.first
                return run?.state == "stopped" && run?.cause == "interrupted" ? true : nil
            }
            #expect(await installation.look().results.isEmpty)
            server.process.signal(SIGTERM)
        }
    }

    /// The n-th question about money, oldest first.
    private func question(_ installation: Installation, _ index: Int) async throws -> JSON {
        try await eventually("the question is posted") {
            let messages = await installation.look().state["slack"]?["messages"]?.array ?? []
            let asked = messages.filter {
                let text = $0["text"]?.string ?? ""
                return text.hasPrefix("Budget reached") || text.hasPrefix("Raised by")
            }
            return asked.count > index ? asked[index] : JSON?.none
        }
    }
}

extension Installation {
    fileprivate func click(_ action: String, on message: JSON, by user: String) async throws {
        let wish: JSON = [
            "channel": message["channel"] ?? .null, "ts": message["ts"] ?? .null, "action_id": .string(action),
            "user": .string(user),
        ]
        // The buttons may be gone already: a repeated press is answered, and does nothing.
        _ = try await Web.send("POST", sandboxURL + "/_control/slack/click", body: wish.bytes)
    }

    fileprivate func answer(_ text: String, by user: String) async throws {
        let wish: JSON = ["text": .string(text), "user": .string(user)]
        try await eventually("the form is there") {
            let answer = try await Web.send("POST", sandboxURL + "/_control/slack/submit", body: wish.bytes)
            return answer.json["status"]?.int == 200 ? true : nil
        }
    }
}
