import BureauSandbox
import Foundation
import ProductHarness
import Testing

@Suite("The same change told many times is one run")
struct RepeatedWebhookTests {
    @Test("Twins, redeliveries, replays and a crowd at once: one run, and each duplicate names it")
    func repeated() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            // The card really stands there; the board's own webhooks are held back.
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 2, .drop))
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let one = ClickUpPost(ClickUpPost.statusChange(to: "Ready  (AUTOMATE) "))
            let twin = ClickUpPost(ClickUpPost.statusChange(to: "Ready  (AUTOMATE) ", event: "taskUpdated"))
            let answers = try await withThrowingTaskGroup(of: Web.Answer.self) { group in
                for index in 0..<24 {
                    group.addTask { try await (index.isMultiple(of: 2) ? one : twin).send(to: server) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            // None of them when the sweep was faster.
            let starters = answers.count { $0.json["verdict"]?.string == "run" }
            #expect(starters <= 1)
            #expect(Set(answers.compactMap { $0.json["run"]?.string }).count == 1)
            try await installation.waitForRest(at: server)
            let late = try await one.send(to: server)
            #expect(late.json["already_processed"]?.bool == true)
            let records = try await installation.records()
            #expect(late.json["original_session"]?.string == records.runs.first?.session)
            #expect(records.runs.count == 1)
            #expect(records.runs.first?.state == "done", "\(records.runs)")
            #expect(records.signals.count { $0.verdict == "run" } == starters)
            let duplicates = records.signals.count { $0.verdict == "duplicate" && $0.run == records.runs.first?.id }
            #expect(duplicates == 25 - starters)
            #expect(await installation.look().sessions.count == 1)
        }
    }

    @Test("The echo of our own change to the trigger status starts nothing")
    func echo() async throws {
        var options = Installation.Options()
        // An agent that leaves the task in its own trigger status: the loop this must never become.
        options.agents = [
            (
                "sentinel",
                SampleAgents.sentinel(
                    replacing: #""update_task_status": "Review""#, with: #""update_task_status": "Ready (Automate)""#)
            )
        ]
        try await Installation.open(options) { installation in
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let answer = try await ClickUpPost(ClickUpPost.statusChange(id: "777", user: 8000)).send(to: server)
            #expect(answer.json["verdict"]?.string == "ignored", "\(answer.text)")
            #expect(answer.json["reason"]?.string?.contains("echo") == true, "\(answer.text)")
            #expect(try await installation.records().runs.count == 1)
        }
    }

    @Test("Missing fields: one Slack message that lists them, a comment, Blocked, needs info; and a fresh start later")
    func missingFields() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let task = "86demoblu2"
            try await installation.board.move(task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await eventually("the task is blocked and Slack told") {
                let sight = await installation.look()
                return sight.task(task)?.status == "blocked" && sight.messages(in: "C0ALERTS").count == 1 ? true : nil
            }
            let sight = await installation.look()
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "needs_info" && run.cause == "missing_fields")
            for field in ["business_address", "gbp_url", "service_area_cities", "seed_keywords", "competitors"] {
                #expect(sight.messages(in: "C0ALERTS")[0].whole.contains(field), "\(field)")
                #expect(sight.task(task)?.comments.first?.contains(field) == true, "\(field)")
            }
            #expect(sight.task(task)?.comments.count == 1)
            #expect(sight.sessions.isEmpty)
            try await Self.fillIn(task, installation)
            try await installation.board.move(task, to: "ready (automate)")
            try await installation.waitForRest(of: 2, at: server)
            #expect(try await installation.records().runs.map(\.state) == ["ignored", "done"])
            #expect(await installation.look().task(task)?.status == "review")
        }
    }

    /// Types into the fields that were empty, as their owner would.
    private static func fillIn(_ task: String, _ installation: Installation) async throws {
        let values: [(Int, JSON)] = [
            (
                3,
                [
                    "location": ["lat": 39.78, "lng": -89.65],
                    "formatted_address": "22 Sample Avenue, Springfield, IL 62701, USA",
                ]
            ),
            (4, "https://maps.example/place/bluebird"), (6, ["0b7100c1-0000-4000-8000-000000000004"]),
            (7, "dentist"), (8, "Lakeside Smiles (demo)"),
        ]
        for (number, value) in values { try await installation.type(value, into: number, of: task) }
    }
}
