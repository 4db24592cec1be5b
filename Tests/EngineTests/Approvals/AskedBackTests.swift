import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("A question that a person asks back before deciding")
struct AskedBackTests {
    private static let ana = Actor(name: "ana", surface: "web")

    private static func asked(_ bench: Bench) async throws -> (run: RunRecord, approval: ApprovalRecord) {
        let run = try await bench.run(Bench.toRunning, task: "86cfull01"), doors = bench.clock.doors
        return try await bench.database.write { db in
            let input = #"{"text":"Half price"}"#
            let new = NewApproval(
                eventID: "e1", tool: "publish", input: input, inputHash: Hex.sha256(Array(input.utf8)),
                effect: "Sentinel wants to publish.")
            let id = try #require(
                try ApprovalStore(db: db).ask(
                    new, run: run.id, id: StepMark.approval(run: run.id, eventID: "e1"), now: doors.now(),
                    expiresAt: doors.now() + 3_600_000))
            try RunTransitions(doors: doors).apply(.approvalsAsked(count: 1), to: run.id, lease: nil, in: db)
            return (run, try #require(try ApprovalStore(db: db).find(id)))
        }
    }

    private static func desk(_ bench: Bench) -> ApprovalDesk {
        ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
    }

    @Test("It goes to Slack and the task, stays in the run's history, and decides nothing")
    func told() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), (run, approval) = try await Self.asked(bench)
            let parts = try bench.parts(here.connections) { $0.slackPeople = ["test": "U0TEST"] }
            #expect(try await Self.desk(bench).askBack(approval.id, "Does <!here> know?", by: Self.ana) == .asked)
            let history = try await RunDesk(database: bench.database, doors: bench.clock.doors).events(run.id)
            #expect(history.contains { $0.kind == "question" && $0.detail == "ana asks: Does <!here> know?" })
            let planned = try await bench.steps(run.id, .notice).filter { $0.kind == ApprovalNotices.askedBack }
            #expect(Set(planned.map(\.channel)) == [.slack, .clickUp])
            let worker = NoticeWorker(parts: parts, owner: "notices", wake: WakeSignal(doors: parts.doors))
            for _ in 0..<5 { _ = try await worker.sendDue() }
            let messages = await here.state("slack")["messages"]?.array ?? []
            let question = try #require(messages.first { $0.text.contains("ana asks") }, "\(messages)")
            #expect(question.text.contains("<@U0TEST>"), "whoever wanted the work is called")
            #expect(question.text.contains("&lt;!here&gt;") && !question.text.contains("action_id"))
            let now = try await Self.desk(bench).find(approval.id)
            #expect(now?.state == .open)
        }
    }

    @Test("Once it is decided or over nobody is asked any more")
    func over() async throws {
        let bench = try await Bench(), (run, approval) = try await Self.asked(bench)
        bench.clock.advance(milliseconds: 3_600_000)
        #expect(try await Self.desk(bench).askBack(approval.id, "Late?", by: Self.ana) == .already(approval))
        #expect(try await Self.desk(bench).askBack("01KA", "Who?", by: Self.ana) == .unknown)
        #expect(try await bench.steps(run.id, .notice).allSatisfy { $0.kind != ApprovalNotices.askedBack })
    }

    @Test("Nobody is said to be asked where nothing is connected, or without words to ask")
    func nowhere() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), (run, approval) = try await Self.asked(bench)
            var slackAlone = Connections()
            slackAlone.slack = here.connections.slack
            let cases: [(Connections, String, ApprovalDesk.AskedBack, [StepRecord.Channel], String?)] = [
                (Connections(), "Who?", .nowhere, [], nil), (slackAlone, " \n", .unfit, [], "in Slack"),
                (
                    slackAlone, String(repeating: "x", count: ApprovalDesk.questionCharactersMax + 1), .unfit, [],
                    "in Slack"
                ),
                (slackAlone, "Who?", .asked, [.slack], "in Slack"),
                (here.connections, "Who?", .asked, [.slack, .slack, .clickUp], "in Slack and on its task"),
            ]
            for (connections, text, outcome, channels, words) in cases {
                let desk = ApprovalDesk(
                    database: bench.database, catalog: bench.catalog, doors: bench.clock.doors,
                    parts: try bench.parts(connections), wake: {})
                #expect(try await desk.askBack(approval.id, text, by: Self.ana) == outcome)
                #expect(try await desk.askingPlaces(run).words == words)
                let planned = try await bench.steps(run.id, .notice).filter { $0.kind == ApprovalNotices.askedBack }
                #expect(planned.map(\.channel).sorted { $0.rawValue > $1.rawValue } == channels)
            }
        }
    }

    @Test("A run with a thread is asked there")
    func thread() {
        #expect(AskingPlaces(channels: [.slack], hasThread: true).words == "in the run's Slack thread")
        #expect(AskingPlaces(channels: [.clickUp], hasThread: true).words == "on its task")
    }

    private static let requesters: [(String, tag: String, user: String?)] = [
        ("slack U0JAKE", "U0JAKE", nil), ("web ana, a test", "ana", nil), ("cli root", "root", nil),
        ("clickup user 8001", "clickup user 8001", "8001"), ("the sweep of Asana", "the sweep of Asana", nil),
    ]

    @Test("Whoever wanted the work is called as each surface knows them", arguments: requesters)
    func called(text: String, tag: String, user: String?) {
        #expect(Requester(text).slackTag == tag)
        #expect(Requester(text).user(of: .clickUp) == user && Requester(text).user(of: .asana) == nil)
    }
}
