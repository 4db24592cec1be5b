import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Work that makes more work without end.
@Suite("A loop is stopped, with its cause")
struct LoopTests {
    /// The board stands in for two automations, each of which takes one agent's result for the other's order.
    @Test("Two agents that answer each other through one task are stopped after four turns")
    func pingPong() async throws {
        var options = Installation.Options()
        let catalyst = SampleAgents.catalyst
            .replacingOccurrences(of: "901100000002", with: "901100000001")
            .replacingOccurrences(
                of: "\"trigger_status\": \"Ready (Automate)\"", with: "\"trigger_status\": \"In progress\"")
        options.agents = [("sentinel", SampleAgents.sentinel), ("catalyst", catalyst)]
        try await Installation.open(options) { installation in
            let server = try await installation.startServer()
            // The board's own webhooks know one agent only.
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, .drop))
            for turn in 0..<4 {
                let answer = try await Self.order(turn, installation, server)
                #expect(Self.isTaken(answer), "turn \(turn): \(answer.text)")
                try await installation.waitForRest(of: turn + 1, at: server)
            }
            let refused = try await Self.order(4, installation, server)
            #expect(refused.json["verdict"]?.string == "ignored", "\(refused.text)")
            #expect(refused.json["reason"]?.string?.contains("answer each other") == true, "\(refused.text)")
            try await eventually("people are told once") {
                await installation.look().messages(in: "C0ALERTS").count == 1 ? true : nil
            }
            #expect(await installation.look().messages(in: "C0ALERTS")[0].whole.contains("keep starting each other"))
            let runs = try await installation.records().runs
            #expect(runs.map(\.agent) == ["sentinel", "catalyst", "sentinel", "catalyst"])
            #expect(await installation.look().sessions.count == 4)
        }
    }

    /// The sweep may have found the card a moment before its webhook came.
    private static func isTaken(_ answer: Web.Answer) -> Bool {
        ["run", "duplicate"].contains(answer.json["verdict"]?.string ?? "")
    }

    /// The board stands in for an automation that takes the agent's result for its next order.
    @Test("An agent whose delivery starts it again is stopped after four turns")
    func selfLoop() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, .drop))
            for turn in 0..<4 {
                let answer = try await Self.order(turn * 2, installation, server)
                #expect(Self.isTaken(answer), "turn \(turn): \(answer.text)")
                try await installation.waitForRest(of: turn + 1, at: server)
            }
            let refused = try await Self.order(8, installation, server)
            #expect(refused.json["verdict"]?.string == "ignored", "\(refused.text)")
            #expect(refused.json["reason"]?.string?.contains("answers itself") == true, "\(refused.text)")
            let alert = try await eventually("people are told once") {
                let alerts = await installation.look().messages(in: "C0ALERTS")
                return alerts.count == 1 ? alerts[0] : nil
            }
            #expect(alert.whole.contains("keeps starting itself"))
            #expect(try await installation.records().runs.map(\.agent) == Array(repeating: "sentinel", count: 4))
            #expect(await installation.look().sessions.count == 4)
        }
    }

    private static func order(_ turn: Int, _ installation: Installation, _ server: RunningServer) async throws
        -> Web.Answer
    {
        let isFirst = turn.isMultiple(of: 2)
        let status = isFirst ? "ready (automate)" : "in progress"
        try await installation.board.move(KillTests.task, to: status)
        var post = ClickUpPost(
            ClickUpPost.statusChange(
                to: status, id: "90\(turn)", date: Int(Date().timeIntervalSince1970 * 1_000)))
        post.agent = isFirst ? "sentinel" : "catalyst"
        return try await post.send(to: server)
    }

    @Test("A session that calls the same tool without end is answered each time, once, and stopped at its limit")
    func toolLoop() async throws {
        var options = Installation.Options()
        let stopping = SampleAgents.sentinel(
            replacing: #""outputs": {"#, with: #""budgets": {"run": {"on_exhausted": "stop"}}, "outputs": {"#)
        options.agents = [("sentinel", stopping)]
        try await Installation.open(options) { installation in
            try await installation.steer(["name": "tool_loop"])
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "stopped" && run.cause == "over_budget", "\(run)")
            try await eventually("the task says why") {
                await installation.look().task(KillTests.task)?.status == "blocked" ? true : nil
            }
            let session = try #require(await installation.look().sessions.first)
            let answers = try await installation.history(of: session.id).filter {
                $0["type"]?.string == "user.custom_tool_result"
            }
            let answered = Set(answers.compactMap { $0["custom_tool_use_id"]?.string })
            #expect(answers.count == answered.count, "a call was answered twice")
            // More than a run remembers at a time.
            #expect(answered.count > 64)
            // Money ends it: the limit and at most one request more.
            #expect(session.costCents >= 500 && session.costCents < 520, "\(session.costCents)")
            print("a loop of \(answered.count) calls ended at \(session.costCents) cents")
        }
    }
}
