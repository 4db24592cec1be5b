import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("What people are told")
struct MessageTests {
    private static let hostile = "<!channel> & <@U1> *bold* \"q\" \n" + String(repeating: "長", count: 6_000)

    private func report(_ bench: Bench, hostile: Bool, problem: String? = nil) async throws -> DeliveryReport {
        let run = try await bench.run(Bench.toRunning, task: "86a")
        let hand = try #require(try await bench.claim("w", run.id))
        var report = DeliveryReport(hand, parts: try bench.parts(), files: [], steps: [], problem: problem)
        guard hostile else { return report }
        report.agentName = Self.hostile
        report.clientName = Self.hostile
        report.priorities = (1...3).map { .init(rank: "P\($0)", title: Self.hostile) }
        report.score = 61
        report.taskURL = "https://app.clickup.com/t/86a"
        report.folder = .init(label: "f", url: "https://drive.example/" + String(repeating: "x", count: 4_000))
        report.problem = Self.hostile
        return report
    }

    private func messages(_ bench: Bench, hostile: Bool) async throws -> [SlackMessage] {
        let report = try await report(bench, hostile: hostile)
        let run = try await bench.run([.taken, .sessionOpened(session: "sesn_2")], task: "86a")
        let sentence = hostile ? Self.hostile : "It broke."
        let kinds: [NoticeIntent.Kind] = [.failed, .stopped, .problem, .needsInfo, .gate, .budget, .system]
        return [
            SlackMessages.ready(report, channel: "C0RESULTS", withLinks: true, withSummary: true, mark: "01M"),
            SlackMessages.ready(report, channel: "C0RESULTS", withLinks: false, withSummary: false, mark: "01M"),
        ]
            + kinds.map { kind in
                SlackMessages.notice(
                    NoticeIntent(kind: kind, cause: "c", sentence: sentence), run: kind == .system ? nil : run,
                    agentName: hostile ? Self.hostile : "SEO Sentinel", channel: "C0ALERTS", tags: ["<@U0TRUNG>"],
                    mark: "01M", console: "https://console.example/s")
            }
    }

    @Test("No text from outside calls anybody, in blocks or in the notification")
    func escaping() async throws {
        let bench = try await Bench()
        for message in try await messages(bench, hostile: true) {
            #expect(!message.text.contains("<!channel>"))
            #expect(!message.text.contains("<@U1>"))
            for block in message.blocks {
                guard case .header = block else {
                    #expect(!"\(block)".contains("<!channel>"), "\("\(block)".prefix(120))")
                    continue
                }
            }
        }
    }

    @Test("A message carries its mark where a machine finds it, and the plain one too")
    func marks() async throws {
        for message in try await messages(try await Bench(), hostile: false) {
            #expect(message.metadata?.payload["step"] == .string("01M"))
            #expect(SlackMessages.plain(message).metadata == message.metadata)
            #expect(SlackMessages.plain(message).blocks.isEmpty)
        }
    }

    private static let halts: [(TaskMessages.Halt, WorkToolKind, Bool, title: String, next: String)] = [
        (.needsInfo, .clickUp, false, "A needs information", "Fill in the fields, then set the status"),
        (
            .needsInfo, .asana, false, "A needs information",
            "Fill in the fields, then assign the task to the agent again."
        ),
        (.needsInfo, .asana, true, "A needs information", "answer here, a line each"),
        (.blocked, .asana, true, "A cannot begin", "Say so here when it is mended"),
        (.blocked, .asana, false, "A cannot begin", "Assign the task to the agent again when it is mended"),
        (.blocked, .clickUp, false, "A cannot begin", "Set the status that starts the agent again when"),
        (
            .worked, .asana, true, "A may have done this already",
            "starts nothing. To have it done again, assign the task to the agent again, or: bureau runs recheck 01R."
        ),
        (.worked, .clickUp, false, "A may have done this already", "If nothing is left: bureau runs stop 01R"),
        (.failed, .clickUp, true, "A could not finish", "To try again, set the status"),
        (.failed, .asana, true, "A could not finish", "To try again, assign the task to the agent again"),
    ]

    @Test("A run that does not go on says why, and what to do with the tool at hand", arguments: halts)
    func halted(halt: TaskMessages.Halt, tool: WorkToolKind, goesOn: Bool, title: String, next: String) {
        let text = TaskMessages.halted(
            agentName: "A", runID: "01R", sentence: "It broke.", halt, on: tool, goesOn: goesOn
        ).open.parts
        #expect(text.contains(.bold(title)) && text.contains(.text("It broke.")) && text.last == .text("Run 01R"))
        let words = text.compactMap { if case .text(let words) = $0 { words } else { nil } }
        #expect(words.contains { $0.contains(next) }, "\(words)")
    }

    @Test("A task's button has the name of the tool that keeps it, in every message", arguments: WorkToolKind.allCases)
    func taskButton(tool: WorkToolKind) async throws {
        let bench = try await Bench()
        let ended = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))], task: "86a")
        var report = try await report(bench, hostile: false)
        try await bench.database.write {
            _ = try $0.execute(
                "UPDATE run SET task_tool = ?, task_url = 'https://tool.example/86a' WHERE task_id = '86a'",
                [tool.rawValue])
        }
        let run = try await bench.find(ended.id), running = try await bench.find(report.runID)
        (report.taskURL, report.taskTool) = (run.taskURL, run.taskTool)
        let messages = [
            SlackMessages.ready(report, channel: "C0RESULTS", withLinks: true, withSummary: true, mark: "01M"),
            SlackMessages.notice(
                NoticeIntent(kind: .failed, cause: "c", sentence: "It broke."), run: run, agentName: "SEO Sentinel",
                channel: "C0ALERTS", tags: [], mark: "01M", console: nil),
        ]
        let threads = [run, running].map { shown in
            RunThreadMessage(run: shown, agentName: "SEO Sentinel", links: DeliveryLinks([]), children: [])
                .slack(channel: "C0RESULTS")
        }
        for message in messages + threads {
            #expect("\(message.blocks)".contains("\"\(tool.label) task\""), "\(message.blocks)")
        }
        let next = TaskMessages.afterFailure(on: tool, runID: run.id)
        #expect("\(messages[1].blocks)".contains(next), "as the task's comment says it: \(messages[1].blocks)")
        let alone = TaskMessages.afterFailure(on: nil, runID: run.id)
        #expect(alone.contains("bureau runs show \(run.id)"))
    }

    @Test("Every message about a run leads to its page, once somebody said where that is")
    func runButton() async throws {
        let bench = try await Bench(), payload = #"{"business_address": "100 Example Avenue, Columbus, OH 43004"}"#
        let run = try await bench.run(Bench.toRunning, task: "86a", payload: payload)
        let hand = try #require(try await bench.claim("w", run.id)), link = "https://bureau.example/runs/\(run.id)/"
        for address in ["https://bureau.example", nil] {
            let parts = try bench.parts { $0.publicURL = address }
            let report = DeliveryReport(hand, parts: parts, files: [], steps: [], problem: nil)
            #expect(report.place == "Columbus, OH", "as the address says that the run was given")
            let shown = parts.settings.runLink(run.id)
            #expect(shown == address.map { _ in link })
            let messages = [
                SlackMessages.ready(report, channel: "C0RESULTS", withLinks: true, withSummary: true, mark: "01M"),
                SlackMessages.notice(
                    NoticeIntent(kind: .failed, cause: "c", sentence: "It broke."), run: run, agentName: "SEO Sentinel",
                    channel: "C0ALERTS", tags: [], mark: "01M", console: nil, link: shown),
                RunThreadMessage(
                    run: run, agentName: "SEO Sentinel", links: DeliveryLinks([]), children: [], link: shown
                ).slack(channel: "C0RESULTS"),
            ]
            for message in messages {
                #expect("\(message.blocks)".contains(link) == (address != nil), "\(message.blocks)")
            }
            let comments = [
                TaskMessages.ready(report),
                TaskMessages.halted(
                    agentName: "A", runID: run.id, sentence: "It broke.", .failed, on: .clickUp, page: shown),
                Confirmation(
                    hand: hand, payload: AssembledPayload(json: "{}", hash: ""), client: nil, settings: parts.settings
                ).text,
            ]
            for comment in comments {
                let isLinked = comment.parts.contains(.link(TaskMessages.pageLabel, url: link))
                #expect(isLinked == (address != nil), "\(comment.plain)")
            }
        }
    }

    private static let steps: [(NoticeIntent.Kind, RunCause.Code, task: String?, says: String?)] = [
        (.needsInfo, .missingFields, "86a", "Fill in the fields on the task, then set the status"),
        (.needsInfo, .missingFields, nil, "bureau runs recheck"),
        (.needsInfo, .blocked, "86a", "When that is mended"), (.failed, .noFiles, nil, "bureau runs show"),
        (.budget, .overBudget, "86a", nil),
    ]

    @Test("Whoever is asked for something in Slack is told what to do", arguments: steps)
    func nextStep(kind: NoticeIntent.Kind, cause: RunCause.Code, task: String?, says: String?) async throws {
        let bench = try await Bench(), run = try await bench.run(task: task)
        let message = SlackMessages.notice(
            NoticeIntent(kind: kind, cause: cause.rawValue, sentence: "It stands."), run: run,
            agentName: "SEO Sentinel",
            channel: "C0ALERTS", tags: [], mark: "01M", console: nil)
        let blocks = "\(message.blocks)"
        #expect(message.text.contains(" (Shamrock &amp; Sons): It stands."))
        #expect(blocks.contains("What to do") == (says != nil), "\(blocks)")
        #expect(says.map { blocks.contains($0) } ?? true, "\(blocks)")
    }

    @Test("A failure says in which step it came, and a delivery that failed leads to where it is taken up")
    func failures() async throws {
        let bench = try await Bench()
        let failed = try await bench.run(Bench.toRunning + [.broke(RunCause(.noFiles, "Nothing."))])
        let told = try await bench.steps(failed.id, .notice).filter { $0.kind == "alert" }
            .map { try $0.intent(as: NoticeIntent.self) }
        #expect(told.map(\.step) == ["Running"])
        let lost = RunCause(.deliveryFailed, "Drive upload failed twice.")
        let undelivered = try await bench.run([
            .taken, .sessionOpened(session: "sesn_2"), .turnEnded, .filesCollected(problem: nil),
            .channelsSettled(problem: lost),
        ])
        let link = "https://bureau.example/runs/01R/"
        for (notice, run, words) in [
            (told[0], failed, "*Step*"),
            (
                NoticeIntent(kind: .problem, cause: lost.code.rawValue, sentence: lost.sentence), undelivered,
                "Deliver again"
            ),
        ] as [(NoticeIntent, RunRecord, String)] {
            let message = SlackMessages.notice(
                notice, run: run, agentName: "SEO Sentinel", channel: "C0ALERTS", tags: [], mark: "01M", console: nil,
                link: link)
            let blocks = "\(message.blocks)"
            #expect(
                blocks.contains(words) && blocks.contains(link + "deliver") == (words == "Deliver again"), "\(blocks)")
        }
    }

    @Test("Beside a score stands how much could be checked, where the report says so", arguments: [85, nil])
    func coverage(percent: Int?) async throws {
        let bench = try await Bench()
        let summary = StoredSummary(ReportSummary(score: 71, coverage: percent, priorities: []))
        let kept = try JSONText.decode(StoredSummary.self, JSONText.encode(summary))
        var report = try await report(bench, hostile: false)
        (report.score, report.coverage) = (kept.score, kept.coverage)
        report.place = percent == nil ? nil : "Columbus, OH"
        let message = SlackMessages.ready(report, channel: "C", withLinks: false, withSummary: true, mark: "01M")
        let client = "*Shamrock &amp; Sons*" + (percent == nil ? "" : " (Columbus, OH)")
        let score = "   Score *71* of 100" + (percent == nil ? "\"" : ", coverage 85 %")
        #expect("\(message.blocks)".contains(client + score), "\(message.blocks)")
    }

    private static let results: [(days: Int64, score: Int?, outOf: Int, RunState, agent: String, told: String)] = [
        (100, 65, 100, .done, "sentinel", ", +6 since August"),
        (100, 75, 100, .doneWithProblems, "sentinel", ", -4 since August"),
        (10, 71, 100, .done, "sentinel", ", unchanged since 10 November"),
        (10, nil, 100, .done, "sentinel", ""), (10, 7, 10, .done, "sentinel", ""),
        (10, 65, 100, .stopped, "sentinel", ""), (10, 65, 100, .inReview, "sentinel", ""),
        (10, 65, 100, .done, "catalyst", ""),
    ]

    @Test("Beside a score stands how far it has moved since the client's last result of the agent", arguments: results)
    func change(days: Int64, score: Int?, outOf: Int, state: RunState, agent: String, told: String) async throws {
        let bench = try await Bench()
        try await bench.earlier(daysAgo: days, score: score, outOf: outOf, state: state, agent: agent)
        var report = try await report(bench, hostile: false)
        let run = try await bench.find(report.runID)
        report.score = 71
        let found = try await bench.database.read { try EarlierScore.find(before: run, $0) }
        report.compare(with: found, run, .utc)
        let message = SlackMessages.ready(report, channel: "C", withLinks: false, withSummary: true, mark: "01M")
        #expect("\(message.blocks)".contains("Score *71* of 100\(told)\""), "\(message.blocks)")
        #expect(message.text.hasSuffix(", 71/100\(told)"), "\(message.text)")
    }

    @Test("A comment says what happened, to whom and what to do next")
    func comments() async throws {
        let bench = try await Bench()
        let ready = TaskMessages.ready(try await report(bench, hostile: false, problem: "One file was lost.")).parts
        #expect(ready.contains(.bold("Not everything worked. ")))
        #expect(ready.contains(.text("One file was lost.")))
        var scored = try await self.report(try await Bench(), hostile: false)
        (scored.score, scored.priorities) = (71, [.init(rank: "P1", title: "Fix the phone number")])
        scored.folder = .init(label: "f", url: "https://drive.example/f")
        let text = TaskMessages.ready(scored)
        #expect(text.parts.first == .bold("SEO Sentinel audit ready: score 71 of 100, 1 priority"))
        #expect(text.parts.contains(.link("Drive folder", url: "https://drive.example/f")))
    }

    private static let schemaPath = ProcessInfo.processInfo.environment["BUREAU_SPECS"].map {
        $0 + "/slack-blockkit-message.schema.json"
    }

    @Test("Every message fits Slack's own schema", .enabled(if: schemaPath != nil), arguments: [false, true])
    func schema(hostile: Bool) async throws {
        let bench = try await Bench(), schema = try #require(Self.schemaPath)
        let seen = Seen()
        let slack = SlackClient(transport: seen, baseURL: "http://127.0.0.1:1", token: Secret("x"))
        for message in try await messages(bench, hostile: hostile) { _ = try? await slack.post(message) }
        let file = bench.folder.appendingPathComponent("messages.json")
        let bodies = seen.bodies.map { String(decoding: $0, as: UTF8.self) }
        try Data("[\(bodies.joined(separator: ","))]".utf8).write(to: file)
        let script = """
            import json, sys, jsonschema
            schema = json.load(open(sys.argv[1]))
            for message in json.load(open(sys.argv[2])):
                jsonschema.validate(message, schema)
                assert len(message.get("blocks", [])) <= 50
            """
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, schema, file.path]
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text.suffix(1_500))")
        #expect(bodies.count == 9)
    }
}
