import BureauSandbox
import Foundation
import ProductHarness

/// Something that is done by a commit, with no request beside it.
enum CommitDeed: String, Sendable, CaseIterable {
    case approval = "an approval's decision", budget = "a raised budget", slot = "a schedule's slot"
    case fanOut = "a fan-out"

    /// Counted from the moment before the deed. Before a fan-out there are receipts of the last deliveries.
    var points: [(flush: Int, moment: CommitKill.Moment)] {
        switch self {
        case .approval: [(1, .before), (1, .after), (3, .after)]
        case .budget: [(1, .before), (1, .after), (3, .before)]
        case .slot: [(1, .before), (1, .after), (2, .after)]
        case .fanOut: [(2, .before), (2, .after), (4, .before), (4, .after)]
        }
    }

    var isDecided: Bool { self == .approval || self == .budget }

    var agents: [(String, String)] {
        switch self {
        case .approval: [("sentinel", Self.asking.replacingOccurrences(of: Self.audits, with: Self.anything))]
        case .budget: [("sentinel", Self.asking)]
        case .slot:
            [
                (
                    "sentinel",
                    SampleAgents.sentinel(
                        replacing: #""manual_cli": {"#,
                        with:
                            #""cron": [{"enabled": true, "name": "daily", "when": "daily at 06:00", "clients": ["shamrock-detailing-columbus"]}], "manual_cli": {"#
                    )
                )
            ]
        case .fanOut:
            [
                (
                    "sentinel",
                    SampleAgents.sentinel(
                        replacing: "\"alerts\": {", with: "\"fan_out\": {\"agents\": [\"catalyst\"]}, \"alerts\": {")
                ),
                ("catalyst", SampleAgents.catalyst),
            ]
        }
    }

    private static let audits =
        #""outputs": {"expected": ["sentinel-audit-{client_id}.json", "sentinel-audit-{client_id}.md"]},"#
    private static let anything = #""outputs": {"expected": [], "wait_seconds": 2},"#

    /// Asks after half of what a Sentinel session costs at the stand-in, and when a tool wants it.
    private static let asking = SampleAgents.sentinel
        .replacingOccurrences(
            of: "\"alerts\": {",
            with: "\"budgets\": {\"run\": {\"on_exhausted\": \"pause_and_ask\"}}, "
                + "\"approvals\": {\"slack\": [\"U0JAKE\"], \"channel\": \"#approvals\"}, \"alerts\": {"
        )
        .replacingOccurrences(of: #""max_session_cost_usd": 5.00"#, with: #""max_session_cost_usd": 0.45"#)
        .replacingOccurrences(of: #", "alert_if_cost_exceeds_usd": 3.00"#, with: "")
}

extension CommitDeed {
    /// Up to the moment before it.
    func prepare(_ installation: Installation) async throws -> RunningServer {
        switch self {
        case .approval: try await installation.steer(["name": "requires_action", "asks": 1])
        case .budget: break
        case .slot: try await keepClient(installation)
        case .fanOut:
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "task.update", .delay(milliseconds: 2_000)))
        }
        let server = try await installation.startServer()
        if self == .slot {
            try await eventually("the schedule is known") {
                try await installation.number("SELECT count(*) AS n FROM schedule") == 1 ? true : nil
            }
            return server
        }
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await eventually("its moment has come") {
            let isThere =
                self == .fanOut
                ? installation.sandbox.faults.entries.contains { $0.struck == 1 }
                : try await installation.isAsked()
            return isThere ? true : nil
        }
        return server
    }

    func act(_ installation: Installation) async throws {
        switch self {
        case .approval, .budget:
            for question in await installation.questions() { await installation.approve(question) }
        case .slot:
            // Thirty hours: a time of day lies within, wherever the day begins.
            try await installation.sql("UPDATE schedule SET looked_until = looked_until - 108000000")
        case .fanOut: break
        }
    }

    /// A person who saw no answer presses once more.
    func finish(_ installation: Installation, at server: RunningServer) async throws {
        if isDecided {
            var pressed = Set<String>()
            try await eventually("the run ends") {
                for question in await installation.questions() where pressed.insert(question.at).inserted {
                    await installation.approve(question)
                }
                return await installation.runs(in: RunStates.final, at: server) == 1 ? true : nil
            }
        }
        try await installation.waitForRest(of: self == .fanOut ? 2 : 1, at: server)
    }

    /// All that its agent requires, as the card has it.
    private func keepClient(_ installation: Installation) async throws {
        let record: JSON = [
            "client_id": "shamrock-detailing-columbus", "client_name": "Shamrock Detailing (demo)",
            "business_address": "100 Example Street, Columbus, OH 43004",
            "gbp_url": "https://maps.example/place/shamrock-detailing-demo",
            "website_url": "https://shamrock-detailing.example", "service_area_cities": ["Columbus, OH"],
            "seed_keywords": ["ceramic coating columbus"], "competitors": ["https://capital-shine.example"],
        ]
        let file = installation.folder.appending(path: "client.json")
        try record.bytes.write(to: file)
        let kept = try await installation.command("clients", "import", file.path)
        guard kept.status == 0 else { throw NeverHappened("the client is on record: \(kept.text)") }
    }
}

/// A message in the channel for questions.
struct PostedQuestion: Sendable {
    let at: String
}

extension Installation {
    /// The question stands in Slack, and its place is known.
    fileprivate func isAsked() async throws -> Bool {
        try await records().steps.contains { $0.kind == "approval" && $0.channel == "slack" && $0.state == "done" }
    }

    fileprivate func questions() async -> [PostedQuestion] {
        (await look().state["slack"]?["messages"]?.array ?? []).filter { $0["channel"]?.string == "C0APPROVE" }
            .compactMap { $0["ts"]?.string.map { PostedQuestion(at: $0) } }
    }

    /// Whether anybody answers, and whether there is a button left, is seen by what comes of it.
    fileprivate func approve(_ question: PostedQuestion) async {
        let wish: JSON = [
            "channel": "C0APPROVE", "ts": .string(question.at), "action_id": "approve", "user": "U0JAKE",
        ]
        _ = try? await Web.send("POST", sandboxURL + "/_control/slack/click", body: wish.bytes)
    }
}
