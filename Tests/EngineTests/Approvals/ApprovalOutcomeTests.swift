import BureauDomain
import BureauSandbox
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("What becomes of a question")
struct ApprovalOutcomeTests {
    private static func bench() async throws -> Bench {
        let policy =
            #", "approvals": {"slack": ["U0JAKE", "U0ANA"], "people": ["ana"], "channel": "C0APPROVE", "expire_minutes": 60}"#
        let agent = Agents.make(limits: Agents.patientLimits, extra: policy)
        return try await Bench(agents: ["sentinel.json": agent], realPause: .milliseconds(1))
    }

    /// A run whose session waits, and its question.
    private static func asked(
        _ bench: Bench, _ here: StandIns, scenario: String = "requires_action", _ options: String = "",
        task: String? = nil
    ) async throws -> (parts: EngineParts, run: RunRecord, approval: ApprovalRecord) {
        let parts = try bench.parts(here.connections)
        let session = try await here.session(scenario, options)
        let run = try await bench.run([.taken, .sessionOpened(session: session)], task: task)
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await FollowStage(parts: parts).run(hand) == .moved)
        let approvals = try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
        return (parts, try await bench.find(run.id), try #require(approvals.first))
    }

    private static func notices(_ parts: EngineParts) async throws {
        let worker = NoticeWorker(parts: parts, owner: "notices", wake: WakeSignal(doors: parts.doors))
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    @Test(
        "Expired: the agent and people are told so, also who presses before the run looks; nobody is told of a denial",
        arguments: [false, true])
    func expiry(isPressedFirst: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, run, approval) = try await Self.asked(bench, here)
            try await Self.notices(parts)
            bench.clock.advance(milliseconds: 61 * 60_000)
            let jake = ApprovalPolicy.Person.slack(id: "U0JAKE", name: "jake")
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            func press() async throws {
                let refusal = try await desk.refusal(approval.id, for: jake)
                let answer = try await desk.approve(approval.id, by: jake, on: "slack")
                let outcomes: [ApprovalDesk.Outcome?] = [refusal, answer]
                for late in outcomes {
                    guard case .already(let settled) = late else {
                        return #expect(Bool(false), "\(String(describing: late))")
                    }
                    #expect(settled.state == .expired)
                    let words = SlackFrontDesk.words(.already(settled), .utc) ?? ""
                    #expect(words.contains("expired on") && !words.contains("lready decided"), "\(words)")
                }
            }
            if isPressedFirst { try await press() }
            let hand = RunInHand(
                run: run, lease: Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch), agent: try bench.agent)
            _ = try await GateStage(parts: parts).run(hand)
            try await Self.notices(parts)
            let session = try #require(run.sessionID)
            let answers = try await here.anthropic.history(of: session, types: ["user.tool_confirmation"]).events
            let told = answers.map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(told.count == 1 && told[0].contains("expired") && told[0].contains("It was not denied"), "\(told)")
            let messages = await here.state("slack")["messages"]?.array ?? []
            let question = try #require(messages.first { $0["channel"]?.string == "C0APPROVE" })
            #expect(question.text.contains("Expired: nobody decided in time") && !question.text.contains("Denied"))
            #expect(!question.text.contains("action_id"))
            try await press()
        }
    }

    @Test("Two people at once: one decision stands, the other is told whose, and the message shows it")
    func twoPeople() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, _, approval) = try await Self.asked(bench, here)
            try await Self.notices(parts)
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            async let yes = desk.approve(approval.id, by: .slack(id: "U0JAKE", name: "jake"), on: "slack")
            async let no = desk.deny(approval.id, by: .bureau(name: "ana"), on: "cli", reason: "Not now")
            let outcomes = try await [yes, no]
            let decided = outcomes.compactMap { if case .decided(let approval) = $0 { approval } else { nil } }
            let late = outcomes.compactMap { if case .already(let approval) = $0 { approval } else { nil } }
            #expect(decided.count == 1 && late == decided, "\(outcomes)")
            let told = try #require(SlackFrontDesk.words(.already(decided[0]), .utc))
            #expect(told.contains(decided[0].decidedBy ?? "?"), "\(told)")
            #expect(told.contains(ZoneOffsets.utc.words(decided[0].decidedAt ?? 0)), "\(told)")
            try await Self.notices(parts)
            let messages = await here.state("slack")["messages"]?.array ?? []
            let shown = try #require(messages.first { $0["channel"]?.string == "C0APPROVE" })
            #expect(shown.text.contains(ApprovalWords.outcome(decided[0])) && !shown.text.contains("action_id"))
        }
    }

    @Test("A question that is under way as it is decided loses its buttons when it lands", arguments: [false, true])
    func underWay(isSent: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, run, approval) = try await Self.asked(bench, here)
            let now = bench.clock.now
            let taken = try await bench.database.write {
                try StepStore(db: $0).claimNotices(owner: "another", limit: 20, now: now, channel: .slack)
            }
            let asking = try #require(taken.first { $0.kind == ApprovalNotices.ask })
            func send() async throws {
                let isTheirs = try await bench.database.write {
                    try StepStore(db: $0).intend(asking.id, owner: "another", now: now)
                }
                #expect(isTheirs)
            }
            func outcome() async throws -> StepRecord? {
                try await bench.steps(run.id, .notice).first {
                    $0.kind == ApprovalNotices.outcome && $0.channel == .slack
                }
            }
            // Another process has read the question as an open one.
            let write = try #require(
                try await ApprovalSurfaces(parts: parts).write(asking, run: run, agent: try bench.agent))
            if isSent { try await send() }
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            _ = try await desk.approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            try await Self.notices(parts)
            #expect(try await outcome()?.state == .pending)

            if !isSent { try await send() }
            let receipt = try await write.write()
            try await bench.database.write { try StepStore(db: $0).markDone(asking.id, receipt: receipt, now: now) }
            bench.clock.advance(milliseconds: NoticePlace.againMilliseconds)
            try await Self.notices(parts)
            #expect(try await outcome()?.state == .done)
            let messages = await here.state("slack")["messages"]?.array ?? []
            let shown = messages.filter { $0["channel"]?.string == "C0APPROVE" }
            #expect(shown.count == 1 && shown[0].text.contains("Approved by ana"), "\(shown)")
            #expect(!shown.map(\.text).joined().contains("action_id"))
        }
    }

    @Test("Whoever presses Deny and gets no form is told that nothing was decided")
    func noForm() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (_, _, approval) = try await Self.asked(bench, here)
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            let front = SlackFrontDesk(
                desk: desk, teams: [], doors: bench.clock.doors, logger: bench.logger, zone: .utc)
            // Slack takes a trigger of its own alone.
            let press = try #require(
                SlackInteraction.read(
                    #"{"type":"block_actions","user":{"id":"U0JAKE","name":"jake"},"trigger_id":"1.2.none","channel":{"id":"C0APPROVE"},"actions":[{"action_id":"deny","value":"\#(approval.id)"}]}"#
                ))
            let team = SlackTeam(slack: here.connections.slack, signingSecret: Secret("test"))
            #expect(try await front.take(press, from: team) == nil)
            let told = try await eventually("jake is told") { () -> JSON? in
                let messages = await here.state("slack")["messages"]?.array ?? []
                return messages.first { $0["ephemeral_to"]?.string == "U0JAKE" }
            }
            #expect(told.text.contains("nothing was decided. Press Deny again."), "\(told)")
            #expect(try await desk.find(approval.id)?.state == .open)
        }
    }

    @Test("What is decided before its task is asked is told there once; a question that may have left is looked for")
    func taskTooLate() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, run, approval) = try await Self.asked(bench, here, task: "86demoshm1")
            func step(_ kind: String) async throws -> StepRecord {
                let steps = try await bench.steps(run.id, .notice)
                return try #require(steps.first { $0.kind == kind && $0.channel == .clickUp })
            }
            func isWritten(_ kind: String) async throws -> Bool {
                let notice = try await step(kind)
                let write = try await ApprovalSurfaces(parts: parts).write(notice, run: run, agent: try bench.agent)
                return !(try #require(write) is AlreadyShown)
            }
            #expect(try await isWritten(ApprovalNotices.ask))
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            _ = try await desk.approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            #expect(try await isWritten(ApprovalNotices.ask) == false)
            #expect(try await isWritten(ApprovalNotices.outcome))
            let (asking, now) = (try await step(ApprovalNotices.ask), bench.clock.now)
            _ = try await bench.database.write { try StepStore(db: $0).markIntended(asking.id, now: now) }
            #expect(try await isWritten(ApprovalNotices.ask))
        }
    }

    @Test(
        "One of three is answered and the session works on meanwhile: the other two are asked until they are answered")
    func partly() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, run, first) = try await Self.asked(bench, here, #","asks":3"#)
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            func approvals() async throws -> [ApprovalRecord] {
                try await bench.database.read { try ApprovalStore(db: $0).list(run: run.id) }
            }
            func step() async throws -> RunState {
                let now = try await bench.find(run.id), lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
                let hand = RunInHand(run: now, lease: lease, agent: try bench.agent)
                if now.state == .waitingApproval { _ = try await GateStage(parts: parts).run(hand) }
                if now.state == .running { _ = try await FollowStage(parts: parts).run(hand) }
                return try await bench.find(run.id).state
            }
            // The session takes the answer and stands still at its work.
            let session = try #require(run.sessionID)
            let events = try await here.anthropic.history(of: session).events.count
            try await here.steer(#"{"session_id":"\#(session)","hold_at":\#(events + 2)}"#)
            _ = try await desk.approve(first.id, by: .bureau(name: "ana"), on: "cli")
            try await eventually("it works on") { try await step() == .running ? true : nil }
            #expect(try await approvals().map(\.state).filter { $0 == .open }.count == 2)

            try await here.steer(#"{"session_id":"\#(session)","hold_at":null}"#)
            for approval in try await approvals() where approval.state == .open {
                _ = try await desk.deny(approval.id, by: .bureau(name: "ana"), on: "cli", reason: "Not now.")
            }
            try await eventually("its files are collected") { try await step() == .collecting ? true : nil }
            let answers = try await here.anthropic.history(of: session, types: ["user.tool_confirmation"]).events
            #expect(answers.count == 3)
            #expect(
                try await approvals().map(\.state).sorted { $0.rawValue < $1.rawValue } == [
                    .approved, .denied, .denied,
                ])
        }
    }

    @Test("A sub-agent's question names it; its words, usage, model, cost and answer are on its thread")
    func subAgent() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let (parts, run, approval) = try await Self.asked(bench, here, scenario: "sub_agents")
            #expect(approval.threadName == "publisher" && approval.effect.contains("sub-agent \"publisher\""))
            let desk = ApprovalDesk(
                database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
            _ = try await desk.approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
            try await eventually("its files are collected") { () -> Bool? in
                let now = try await bench.find(run.id)
                let hand = RunInHand(run: now, lease: lease, agent: try bench.agent)
                if now.state == .waitingApproval { _ = try await GateStage(parts: parts).run(hand) }
                if now.state == .running { _ = try await FollowStage(parts: parts).run(hand) }
                return now.state == .collecting ? true : nil
            }
            let threads = try await bench.database.read { try SessionThreadStore(db: $0).list(run.id) }
            #expect(Set(threads.map(\.agentName)) == ["researcher", "publisher"])
            #expect(
                threads.allSatisfy { $0.state == "idle" && $0.outputTokens > 0 && $0.eventsCount > 3 }, "\(threads)")
            let models = Dictionary(uniqueKeysWithValues: threads.map { ($0.agentName, $0.model) })
            #expect(models == ["researcher": "claude-haiku-4-5", "publisher": "claude-opus-5-5"])
            // 900 tokens read afresh, 12,000 from the cache, 1,500 into it, 350 said.
            let costs = Dictionary(
                uniqueKeysWithValues: threads.map { ($0.agentName, $0.cost(parts.prices)?.rawValue) })
            #expect(costs == ["researcher": 5_725, "publisher": 20_500])
            let log = bench.logsFolder.appendingPathComponent("\(run.sessionID ?? "").jsonl")
            let text = try String(contentsOf: log, encoding: .utf8)
            #expect(text.contains("The site is up; the price list is two years old."))
            let lines = text.split(separator: "\n").map(String.init)
            #expect(Set(lines).count == lines.count, "an event is logged twice")
            let session = try #require(run.sessionID)
            let own = try await here.anthropic.history(of: session, types: ["agent.message"]).events.last?.decoded()
            guard case .agentMessage(let last)? = own?.content else { return #expect(Bool(false), "it said nothing") }
            #expect(
                try LastWords.read(bench.logsFolder, session: session) == last, "a sub-agent's words are not for people"
            )
            let history = try await bench.database.read { try RunEventStore(db: $0).list(run.id) }
            #expect(history.contains { $0.detail == "sub-agent publisher waits for an answer" })
        }
    }
}
