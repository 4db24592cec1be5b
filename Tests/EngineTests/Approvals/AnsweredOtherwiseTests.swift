import BureauDomain
import BureauSandbox
import BureauVendors
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A question that somebody answers in the provider's console")
struct AnsweredOtherwiseTests {
    private static let ana = ApprovalPolicy.Person.bureau(name: "ana")

    /// A run whose session waits for so many answers.
    private static func asked(_ bench: Bench, _ here: StandIns, count: Int) async throws -> RunRecord {
        let session = try await here.session("requires_action", #","asks":\#(count)"#)
        let run = try await bench.run([.taken, .sessionOpened(session: session)])
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await FollowStage(parts: try bench.parts(here.connections)).run(hand) == .moved)
        return try await bench.find(run.id)
    }

    private static func bench() async throws -> Bench {
        let agent = Agents.make(
            limits: Agents.patientLimits, extra: #", "approvals": {"people": ["ana"], "channel": "C0APPROVE"}"#)
        return try await Bench(agents: ["sentinel.json": agent], realPause: .milliseconds(1))
    }

    private static func approvals(_ bench: Bench, _ run: RunRecord) async throws -> [ApprovalRecord] {
        try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
    }

    private static func look(_ bench: Bench, _ here: StandIns, _ run: RunRecord) async throws {
        let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
        let hand = RunInHand(run: try await bench.find(run.id), lease: lease, agent: try bench.agent)
        _ = try await GateStage(parts: try bench.parts(here.connections)).run(hand)
    }

    private static func notices(_ bench: Bench, _ here: StandIns) async throws {
        let parts = try bench.parts(here.connections)
        let worker = NoticeWorker(parts: parts, owner: "notices", wake: WakeSignal(doors: parts.doors))
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    /// Wherever the decision is shown: in Slack, on the task, and to whoever decides once more.
    private static func isTold(
        _ words: String, _ approval: ApprovalRecord, _ bench: Bench, _ here: StandIns, _ run: RunRecord
    ) async throws {
        let messages = await here.state("slack")["messages"]?.array ?? []
        let shown = try #require(messages.first { $0["channel"]?.string == "C0APPROVE" })
        #expect(shown.text.contains(words) && !shown.text.contains("action_id"), "\(shown.text)")
        let late = try await desk(bench).approve(approval.id, by: ana, on: "cli")
        #expect(SlackFrontDesk.words(late, .utc)?.contains(words) == true, "\(late)")
        let settled = try #require(try await approvals(bench, run).first)
        #expect("\(ApprovalMessages.task(settled, run: run))".contains(words))
        #expect(try await desk(bench).beginning(with: approval.id).first.flatMap(ApprovalWords.otherwise) != nil)
        let listed = try #require(try await desk(bench).list(isAll: true).first)
        let word = try #require(listed.document["answered_there"]?.string)
        #expect(words.contains(" \(word) "))
    }

    private static func desk(_ bench: Bench) -> ApprovalDesk {
        ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
    }

    @Test("One of two: nobody can decide that one any more, and the other is still asked")
    func oneOfTwo() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let run = try await Self.asked(bench, here, count: 2)
            let session = try #require(run.sessionID)
            let first = try #require(try await Self.approvals(bench, run).first)
            _ = try await here.anthropic.send(
                [.toolConfirmation(toolUseID: first.eventID, allow: true, denyMessage: nil)], to: session)
            try await eventually("the session waits for the other") { () -> Bool? in
                let newest = try await here.anthropic.history(of: session, limit: 1, newestFirst: true).events.first
                return newest?.type == "session.status_idle" ? true : nil
            }
            try await Self.look(bench, here, run)
            #expect(try await bench.find(run.id).state == .waitingApproval)
            let others = try await Self.approvals(bench, run).filter { $0.id != first.id }
            #expect(others.map(\.state) == [.open])
            let late = try await Self.desk(bench).deny(first.id, by: Self.ana, on: "cli", reason: "No.")
            guard case .already(let settled) = late else { return #expect(Bool(false), "\(late)") }
            #expect(settled.state == .void)
        }
    }

    @Test(
        "The contrary was decided here meanwhile: it is not taken for brought, and people are told",
        arguments: [true, false])
    func contrary(isAllowedThere: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let run = try await Self.asked(bench, here, count: 1)
            let session = try #require(run.sessionID)
            let approval = try #require(try await Self.approvals(bench, run).first)
            try await Self.notices(bench, here)
            _ = try await here.anthropic.send(
                [.toolConfirmation(toolUseID: approval.eventID, allow: isAllowedThere, denyMessage: nil)], to: session)
            let desk = Self.desk(bench)
            if isAllowedThere {
                _ = try await desk.deny(approval.id, by: Self.ana, on: "cli", reason: "No.")
            } else {
                _ = try await desk.approve(approval.id, by: Self.ana, on: "cli")
            }
            try await Self.notices(bench, here)
            try await Self.look(bench, here, run)
            try await Self.notices(bench, here)
            let word = isAllowedThere ? "allowed" : "denied"
            let told = try await bench.alerts().filter { $0.cause.hasPrefix(ApprovalAnswers.otherwise) }
            #expect(told.count == 1 && told[0].sentence.contains("was \(word) at the provider"), "\(told)")
            let step = try await bench.steps(run.id, .session).first { $0.kind == ApprovalAnswers.stepKind }
            #expect(step?.state == .done && step?.receipt?.contains(word) == true)
            let history = try await bench.database.read { try RunEventStore(db: $0).list(run.id) }
            #expect(history.contains { $0.detail.contains("was \(word) at the provider") })
            try await Self.isTold("the call was \(word) there, and that stands", approval, bench, here, run)
        }
    }
}
