import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

/// A changed call with a session that obeys, each step by a process that remembers nothing.
@Suite("A changed call and its session")
struct ChangedJourneyTests {
    private static func bench() async throws -> Bench {
        let policy = #", "approvals": {"people": ["ana"], "channel": "C0APPROVE"}"#
        let agent = Agents.make(limits: Agents.patientLimits, extra: policy)
        return try await Bench(agents: ["sentinel.json": agent], realPause: .milliseconds(1))
    }

    private static func asked(_ bench: Bench, _ here: StandIns) async throws -> (run: RunRecord, ApprovalRecord) {
        let session = try await here.session("requires_action")
        let run = try await bench.run([.taken, .sessionOpened(session: session)])
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await FollowStage(parts: try bench.parts(here.connections)).run(hand) == .moved)
        let approvals = try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
        return (try await bench.find(run.id), try #require(approvals.first))
    }

    private static func notices(_ bench: Bench, _ here: StandIns) async throws {
        let parts = try bench.parts(here.connections)
        let worker = NoticeWorker(parts: parts, owner: "notices", wake: WakeSignal(doors: parts.doors))
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    private static func change(_ bench: Bench, _ approval: ApprovalRecord) async throws {
        let desk = ApprovalDesk(
            database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
        let input = try BureauDomain.JSONValue.parse(
            Array(#"{"location": "Shamrock", "text": "Half price on Monday", "count": 1.50}"#.utf8))
        let outcome = try await desk.change(
            approval.id, to: input, by: .bureau(name: "ana"), on: "cli", reason: "One day only.")
        guard case .decided(let decided) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(decided.state == .changed && ApprovalWords.outcome(decided).hasPrefix("Approved with changes by ana"))
    }

    /// To the end of the session. Every step has parts of its own: nothing is carried over but the database and the log.
    private static func finish(_ bench: Bench, _ here: StandIns, _ run: RunRecord) async throws {
        let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
        try await eventually("its files are collected") { () -> Bool? in
            let (parts, now) = (try bench.parts(here.connections), try await bench.find(run.id))
            let hand = RunInHand(run: now, lease: lease, agent: try bench.agent)
            if now.state == .waitingApproval { _ = try await GateStage(parts: parts).run(hand) }
            if now.state == .running { _ = try await FollowStage(parts: parts).run(hand) }
            return now.state == .collecting ? true : nil
        }
    }

    @Test("The agent is told the very input, asks for it, and gets its yes without anybody being asked again")
    func whole() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (run, approval) = try await Self.asked(bench, here)
            #expect(approval.why?.hasPrefix("Starting on") == true)
            try await Self.notices(bench, here)
            try await Self.change(bench, approval)
            try await Self.finish(bench, here, run)
            try await Self.notices(bench, here)

            let approvals = try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
            let second = try #require(approvals.first { $0.state == .approved })
            #expect(approvals.count == 2 && second.grantedBy == approval.id && second.decidedBy == "ana")
            #expect(second.version == 2 && second.previous == approval.id && second.differsIn.isEmpty)
            let session = try #require(run.sessionID)
            let answers = try await here.anthropic.history(of: session, types: ["user.tool_confirmation"]).events
                .map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(answers.count == 2 && answers[0].contains("ana changed this call"), "\(answers)")
            #expect(answers[0].contains("Half price on Monday") && answers[0].contains("One day only."))
            #expect(answers.last?.contains("\"allow\"") == true)
            let messages = (await here.state("slack")["messages"]?.array ?? [])
                .filter { $0["channel"]?.string == "C0APPROVE" }.map(\.text)
            #expect(messages.count == 1 && messages[0].contains("Approved with changes by ana"), "\(messages)")
            #expect(messages[0].contains("Half price on Monday") && !messages[0].contains("action_id"))
            #expect(!messages[0].contains("Denied"))
            let log = SessionLogReader(folder: bench.logsFolder, session: session).newest().lines
            #expect(log.contains { $0.text.hasPrefix("Approved with changes: ana changed") })
            #expect(!log.contains { $0.text.contains("Denied") || $0.text.contains("refused") }, "\(log.map(\.text))")
        }
    }

    @Test("A call that is granted is answered where the run is: it waits for nobody, and nobody hears that it waits")
    func goesOn() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (run, approval) = try await Self.asked(bench, here)
            try await Self.change(bench, approval)
            let parts = try bench.parts(here.connections), session = try #require(run.sessionID)
            let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch), agent = try bench.agent
            let answers = ApprovalAnswers(
                parts: parts, hand: RunInHand(run: run, lease: lease, agent: agent), anthropic: here.anthropic,
                session: session)
            let changed = try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
            #expect(try await answers.send(changed))
            try await bench.move(run.id, .gateClosed)

            let hand = RunInHand(run: try await bench.find(run.id), lease: lease, agent: agent)
            #expect(try await FollowStage(parts: parts).run(hand) == .moved)
            #expect(try await bench.find(run.id).state == .collecting)
            let approvals = try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
            #expect(approvals.first { $0.state == .approved }?.grantedBy == approval.id)
            let events = try await bench.database.read { try RunEventStore(db: $0).list(run.id) }
            #expect(events.count { $0.kind == "waiting_approval" } == 1, "\(events.map(\.kind))")
        }
    }

    @Test("The receipts name what was approved, and an export with another input does not hold")
    func receipts() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (run, approval) = try await Self.asked(bench, here)
            try await Self.change(bench, approval)
            try await Self.finish(bench, here, run)
            let folder = bench.folder.appendingPathComponent("export")
            try await RunExport(
                database: bench.database, blobs: try bench.parts().blobs, sessionLogs: bench.logsFolder
            ).write(run.id, to: folder)
            #expect(try ExportCheck(folder).report().broken == nil)
            let url = folder.appendingPathComponent("approvals.jsonl")
            let text = try String(contentsOf: url, encoding: .utf8)
            try Data(text.replacing("Monday", with: "Sunday").utf8).write(to: url)
            let broken = try #require(try ExportCheck(folder).report().broken)
            #expect(broken.kind == "decided", "\(broken)")
        }
    }

    @Test("What is told of a change outside holds neither the input nor what somebody made of it")
    func announced() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let desk = EndpointDesk(
                database: bench.database, doors: bench.clock.doors,
                settings: EndpointSettings(
                    keyFolder: bench.folder, allowed: [AddressRange("127.0.0.0/8")].compactMap(\.self)))
            let (endpoint, _) = try await desk.add(
                NewEndpoint(url: "http://127.0.0.1:9/hook", tellsRuns: false, tellsApprovals: true, client: nil),
                by: Actor(name: "test", surface: "test"))
            let (run, approval) = try await Self.asked(bench, here)
            try await Self.change(bench, approval)
            try await Self.finish(bench, here, run)
            let told = try await desk.announcements(endpoint.id, limit: 10), bodies = told.map(\.body)
            // The call that was made again is told as settled, not as asked: nobody was.
            #expect(told.map(\.kind).filter { $0 == "approval.asked" }.count == 1 && told.count == 3)
            #expect(bodies.contains { $0.contains("\"changed\"") })
            #expect(!bodies.contains { $0.contains("Monday") || $0.contains("Offer 1") || $0.contains("Starting on") })
        }
    }
}
